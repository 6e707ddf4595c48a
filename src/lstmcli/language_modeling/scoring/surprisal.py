"""Surprisal tables: a row per line, word, token or character of a text, streaming.

Surprisal is -log2 of the probability of a unit given all the text before it.  The rows of a line sum to the surprisal
of the line, for any unit.  What closes a line has a row too: ``</s>`` in mode lines, otherwise the line end.

**Words** are separated by white space; the surprisal of a word is that of its tokens, with a correction.  If tokens
include the space before a word, the tokens of a word do not determine its end: "the" is also the start of "there".
Pimentel & Meister (2024, arXiv 2406.14561, theorem 2) give the word's probability as

    p(word | before) = p(its tokens | before) * B(before, word) / B(before)

where B is the probability that the next token starts a word or ends the text.  So the end of a word counts for the word
itself, not for the next one, and the probabilities of all words sum to one.  At the start of a line B(before) is one.
If every token is a word, B is always one and nothing changes.

Shapes: T tokens of a line, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lstmcli.data.windows import one_ahead, one_by_one, windows
from lstmcli.language_modeling.scoring.perplexity import AdaptiveReading, LinesCallback, Method, Model, Reading, Text
from lstmcli.language_modeling.scoring.score import BATCH_SIZE
from lstmcli.scoring.lines import Line, lines_of
from lstmcli.scoring.results import Surprisal
from lstmcli.scoring.scores import check_finite
from lstmcli.scoring.units import WINDOW, WINDOW_CHARACTERS, Tables, check_unit
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from lstmcli.data.records import Record

Rows = Callable[[Sequence[Line], Sequence[Ids]], Iterator[Surprisal]]
"""Computes rows from lines and their ids."""


def surprisals(
    model: Model,
    text: Text,
    per: str,
    *,
    segments: bool = False,
    batch_size: int = BATCH_SIZE,
    method: Method | None = None,
    on_lines: LinesCallback | None = None,
) -> Iterator[Surprisal]:
    """The rows of a table, in the order of the text; for a live source each line is answered before the next is read.

    Args:
        per: line, word, token or char.
        segments: spaces mark words and are not part of the text; ``word`` uses these words.
        method: adapts to the text; each row without it is in ``before``.
        on_lines: called with lines and their ids, ahead of their rows.

    Raises:
        UsageError: an invalid ``per``.
        ModelError: the model's probabilities are not finite.
    """
    check_unit(per)
    tables = Tables(model.encoder)
    rows_of = (
        _plain_rows(model, text, batch_size, tables, per)
        if method is None
        else _adaptive_rows(method, model, tables, per)
    )

    def work(window: list[Record]) -> list[Surprisal]:
        lines = [line for record in window for line in lines_of(record, segments)]
        ids = model.encoder.encode([line.text for line in lines])
        if on_lines is not None:
            on_lines(lines, ids)
        return list(rows_of(lines, ids))

    ready = text.ready
    runs = windows(text.records, ready or (lambda: True), WINDOW, WINDOW_CHARACTERS)
    for _, rows in (one_by_one if ready else one_ahead)(work, runs):
        yield from rows


def _plain_rows(model: Model, text: Text, batch_size: int, tables: Tables, per: str) -> Rows:
    reading = Reading(model, text.carried, batch_size, text.stream)

    def rows(lines: Sequence[Line], ids: Sequence[Ids]) -> Iterator[Surprisal]:
        table = tables.table(per, lines, ids)
        scores = reading.score(ids, entropy=True, callback=table.callback)
        check_finite(model, sum(float(score.nats.sum()) for score in scores))
        return table.rows(scores)

    return rows


def _adaptive_rows(method: Method, model: Model, tables: Tables, per: str) -> Rows:
    adapting = AdaptiveReading(model, method)

    def rows(lines: Sequence[Line], ids: Sequence[Ids]) -> Iterator[Surprisal]:
        before, after = (tables.table(per, lines, ids) for _ in range(2))
        plain, scores = adapting.score(ids, entropy=True, callbacks=(before.callback, after.callback))
        check_finite(model, sum(float(score.nats.sum()) for score in (*plain, *scores)))
        for was, row in zip(before.rows(plain), after.rows(scores), strict=True):
            yield replace(row, before=was)

    return rows
