"""Translate records as they come: read ahead in windows, searched in batches of like length, answered in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from lstmcli.data.records import Record
from lstmcli.data.windows import each, windows
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.translation.beam_search import Hypothesis, search
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.data_check import one_line
from lstmcli.translation.odd_texts import OddTexts
from lstmcli.translation.results import Alignment, Candidate, Translation
from lstmcli.translation.session import TranslationSession
from lstmcli.translation.sides import Sides

MAX_TOKENS = 1000
"""Longer texts are cut, which is said: attention over more is of no use to a model trained on sentences."""
MAX_CHARACTERS = 40 * MAX_TOKENS
"""Only so many characters of a text are tokenized."""
TEXTS_AT_ONCE = 32
"""Texts that are searched at once."""
BATCH_TOKENS = 4096
"""Maximum tokens of a batch of long texts, padding included."""


def translate(
    sides: Sides,
    session: TranslationSession,
    records: Iterable[Record],
    beam: BeamConfig,
    *,
    alignment: bool = False,
    copies: bool = False,
    batch_size: int = TEXTS_AT_ONCE,
    eager: bool = False,
    ready: Callable[[], bool] | None = None,
    odd: OddTexts | None = None,
) -> Iterator[Translation]:
    """One translation for each record, in order.

    Args:
        copies: unknown words are copied from the source.
        eager: answer each text before the next one is asked for, unless ``ready`` says that it is there.
        odd: collects what is odd about the texts.
    """
    waiting = ready or (lambda: not eager)
    for window in windows(records, waiting):
        yield from _window(sides, session, window, beam, alignment, copies, batch_size, odd)


def _window(
    sides: Sides,
    session: TranslationSession,
    records: list[Record],
    beam: BeamConfig,
    alignment: bool,
    copies: bool,
    batch_size: int,
    odd: OddTexts | None,
) -> Iterator[Translation]:
    texts = [one_line(record.text) for record in records]
    sources, long = truncated(sides.source, texts)
    if odd is not None:
        for record, text, ids, cut in zip(records, texts, sources, long, strict=True):
            odd.add(record, text, ids, truncated=cut)
    found: dict[int, list[Hypothesis]] = {}
    order = [i for i in np.argsort([len(ids) for ids in sources], kind="stable") if texts[i]]

    def search_batch(batch: list[int]) -> None:
        hypotheses = search(session, [sources[i] for i in batch], beam, attention=alignment or copies)
        found.update(zip(batch, hypotheses, strict=True))

    each(search_batch, list(_batches(order, sources, batch_size)), session.workers)
    for i, record in enumerate(records):
        candidates = tuple(_candidate(sides, texts[i], sources[i], one, alignment) for one in found.get(i, ()))
        yield Translation(record.text, candidates, long[i], record.columns)


def truncated(encoder: StreamEncoder, texts: Sequence[str]) -> tuple[list[Ids], list[bool]]:
    """The ids of each text, and whether its end was left out."""
    sources, long = [], []
    for text, ids in zip(texts, encoder.encode([text[:MAX_CHARACTERS] for text in texts]), strict=True):
        cut = len(ids) > MAX_TOKENS
        sources.append(np.append(ids[: MAX_TOKENS - 1], ids[-1:]) if cut else ids)
        long.append(cut or len(text) > MAX_CHARACTERS)
    return sources, long


def _batches(order: Sequence[int], sources: Sequence[Ids], size: int) -> Iterator[list[int]]:
    """Runs of at most ``size`` texts and ``BATCH_TOKENS`` tokens; the texts are sorted by length."""
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) == size or (len(batch) + 1) * len(sources[i]) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(int(i))
    if batch:
        yield batch


def _candidate(sides: Sides, text: str, source: Ids, found: Hypothesis, alignment: bool) -> Candidate:
    shown = None
    if alignment and found.weights_TS is not None:
        weights = found.weights_TS[:, : len(source)]
        shown = Alignment(
            tuple(sides.source.tokens(source)),
            tuple(sides.target.tokens([*found.ids, sides.target.end_id])),
            tuple(tuple(map(float, row)) for row in weights),
        )
    return Candidate(sides.text(text, found, len(source) - 1), found.log_p, len(found.ids) + 1, shown)
