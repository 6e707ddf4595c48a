"""The validation part of the training rows.

Of labelled rows, a share of every class.  Of text without labels, runs of lines from several places, for a book changes
as it goes on; nothing is kept in memory: both parts are read anew each time.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from lstmcli.data.duplicates import SameTexts
from lstmcli.data.records import Record, Rows, Selection
from lstmcli.data.stored import picked

VALID_SHARE = 0.05  # default share of the rows held out for validation
FEWEST_ROWS = 200  # minimum rows: fewer cannot tell two epochs apart
MAX_LINES = 10_000  # maximum lines of running text
MAX_BLOCKS, LEAST_BLOCK = 10, 10
"""Places that lines are held out from, and lines of each: a shorter run would be read without what leads to it."""
NEAR = 200  # maximum characters between a cut and the white space before it
MIN_CHARACTERS = 20  # minimum characters of a line that is cut in two
MAX_ROWS = 2000  # maximum labelled rows held out
SMALL_SHARE = 0.1  # maximum share of the rows held out to reach the minimum


def hold_lines(
    records: Collection[Record], fraction: float | None
) -> tuple[Collection[Record], Collection[Record], str]:
    """Training and validation lines, and a description of how they were split.

    Runs of lines are held out, from the middle of each of ten equal parts of the text; of a short text its end.

    Args:
        fraction: share of the lines; None: a twentieth, and 10,000 at most.
    """
    share = VALID_SHARE if fraction is None else fraction
    most = MAX_LINES if fraction is None else len(records)
    rows = records if isinstance(records, Rows) else Rows(records)
    held = min(len(rows) - 1, max(1, round(share * len(rows))), most)
    blocks = min(MAX_BLOCKS, held // LEAST_BLOCK)
    if blocks > 1 and len(rows) >= FEWEST_ROWS:
        places, way = spread(len(rows), held, blocks), f"held out, in {blocks} runs of lines spread over the text"
        return Selection(rows, places, inside=False), Selection(rows, places), way
    return _hold_end(rows, len(rows) - held, share)


def spread(rows: int, held: int, blocks: int) -> list[tuple[int, int]]:
    """Where runs of rows start and stop: ``held`` rows in all, each run in the middle of an equal part of the rows."""
    places = []
    for block in range(blocks):
        start, stop = (rows * n // blocks for n in (block, block + 1))
        size = held * stop // rows - held * start // rows
        first = start + (stop - start - size) // 2
        places.append((first, first + size))
    return places


def _hold_end(rows: Rows, at: int, share: float) -> tuple[Rows, Rows, str]:
    """The end of a text from row ``at`` on, or the end of its only line."""
    if len(rows) < FEWEST_ROWS:
        written = [n for n, record in enumerate(rows) if record.text.strip()]
        if len(written) == 1 and (cut := _in_two(whole := list(rows), written[0], share)):
            whole[written[0] : written[0] + 1] = cut
            return *Rows(whole).cut(written[0] + 1), "held out, the end of the only line"
        at = max(written[0] + 1, min(at, written[-1]))  # so that there is something to read on both sides
    return *rows.cut(at), "held out, from the end"


def _in_two(records: Sequence[Record], n: int, share: float) -> list[Record]:
    """A text and its end, which begins behind white space if there is some near; nothing where it is too short."""
    text = records[n].text
    if len(text.strip()) < MIN_CHARACTERS:
        return []
    at = min(max(1, round((1 - share) * len(text))), len(text) - 1)
    near = max(0, at - NEAR)
    spaces = [found.end() for found in re.finditer(r"\s", text[near:at])]
    at = near + spaces[-1] if spaces else at
    return [replace(records[n], text=text[:at]), replace(records[n], text=text[at:])]


def default_share(rows: int) -> float:
    """The default share held out of a number of rows."""
    wanted = max(VALID_SHARE * rows, min(FEWEST_ROWS, SMALL_SHARE * rows))
    return min(wanted, MAX_ROWS) / max(1, rows)


def hold_rows(
    records: Collection[Record], fraction: float | None, seed: int
) -> tuple[Collection[Record], Collection[Record]]:
    """Training and validation rows, each in the order of the source.

    Every class gives its share, and a text at least where it has two.  Rows with the same text, case, white space and
    Unicode form aside, stay on one side: validation is to show new texts.
    """
    share = fraction if fraction is not None else default_share(len(records))
    rng = random.Random(seed)
    held = np.zeros(len(records), np.bool_)
    texts = SameTexts(records)
    for own in texts.by_class():
        rng.shuffle(own)
        sizes = texts.sizes[np.asarray(own)]
        room = max(1, int(share * sizes.sum() + 1e-9))
        for text, size in zip(own[:-1], sizes.tolist(), strict=False):  # one text at least stays
            if size <= room:
                held[texts.rows(text)] = True
                room -= size
            if not room:
                break
    return picked(records, ~held), picked(records, held)
