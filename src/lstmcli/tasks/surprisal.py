"""Tables of surprisal: a row for each line, word, token or character of a text, as it is read.

Surprisal is -log2 of the probability that the model gives to what it read, after all it read before; the rows of
a line add up to the line's own, whatever they are rows of.  What closes a line has a row too: ``</s>`` where lines
are texts, else the line end.

**Words** stand between white space, and the tokens of a word add up.  Where a token begins with the space before
its word, the tokens alone do not say where the word ends: "the" is also the start of "there".  Pimentel & Meister
(2024, arXiv 2406.14561, theorem 2) give the word's probability as

    p(word | before) = p(its tokens | before) * B(before, word) / B(before)

where B is the probability that the next token starts a word or ends the text.  So the end of a word is paid for
by the word, not by the one after it, and the probabilities of all words sum to one.  Where nothing is left to be
said about the end of the word before, at the start of a line, B(before) is one.  B is the sum of the model's
probabilities over these tokens; it is all ones, and nothing changes, where every token is a word.

Shapes: T tokens of a line, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstmcli.errors import UsageError
from lstmcli.results_lm import Surprisal
from lstmcli.tasks.perplexity import Model, Reading, Text, check_finite, lines_of
from lstmcli.tasks.scoring import BATCH_SIZE
from lstmcli.tasks.tables import Tables
from lstmcli.tasks.windows import one_ahead, one_by_one, windows

if TYPE_CHECKING:
    from lstmcli.text.records import Record

PER = ("line", "word", "token", "char")
WINDOW, WINDOW_CHARACTERS = 1024, 200_000
"""Lines, and characters, that are read ahead: their rows are kept until they are asked for."""


def surprisals(
    model: Model, text: Text, per: str, *, segments: bool = False, batch_size: int = BATCH_SIZE
) -> Iterator[Surprisal]:
    """The rows of a table, in the order of the text; a line of a live source is answered before the next is read.

    Args:
        per: line, word, token or char.
        segments: spaces mark words and are not part of the text; ``word`` gives these words.

    Raises:
        UsageError: another ``per``.
        ModelError: the model gives no finite number.
    """
    if per not in PER:
        raise UsageError(f"per must be one of {', '.join(PER)}, not {per!r}")
    tables = Tables(model.encoder)
    reading = Reading(model, text.carried, batch_size)

    def work(window: list[Record]) -> list[Surprisal]:
        lines = [line for record in window for line in lines_of(record, segments)]
        ids = reading.encode(lines)
        table = tables.table(per, lines, ids)
        scores = reading.score(ids, entropy=True, look=table.look)
        check_finite(model, sum(float(score.nats.sum()) for score in scores))
        return list(table.rows(scores))

    ready = text.ready
    runs = windows(text.records, ready or (lambda: True), WINDOW, WINDOW_CHARACTERS)
    for _, rows in (one_by_one if ready else one_ahead)(work, runs):
        yield from rows
