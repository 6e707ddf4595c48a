"""Perplexity and surprisal of targets given their sources.

The score of a pair is that of the tokens of its target and of the ``</s>`` that ends it; nothing of a target is left
out.  Totals and tables are those of language models, so their figures mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lstmcli.data.records import Record
from lstmcli.data.windows import windows
from lstmcli.errors import DataError, NoDataError
from lstmcli.plural import are, count, have
from lstmcli.scoring.lines import Counts, Line
from lstmcli.scoring.results import LmReport, Sums, Surprisal
from lstmcli.scoring.scores import ProbabilityCallback, Scores, check_finite
from lstmcli.scoring.units import WINDOW, WINDOW_CHARACTERS, Tables, check_unit
from lstmcli.tokenization.ids import Ids
from lstmcli.translation.data_check import one_line
from lstmcli.translation.odd_texts import OddTexts, where
from lstmcli.translation.score import score_batches
from lstmcli.translation.session import TranslationSession
from lstmcli.translation.translate import TEXTS_AT_ONCE, truncated

if TYPE_CHECKING:
    from lstmcli.tokenization.stream_encoder import StreamEncoder

MAX_STEPS = 20_000
"""Tokens of a target: each is a step of the decoder."""
READING = "pairs"
NO_PAIRS = "nothing to score: there is no pair of texts"


@dataclass
class PairScorer:
    """Scores pairs with a translator, and collects what is odd about them."""

    path: Path
    """The model's directory."""
    session: TranslationSession
    source: StreamEncoder
    target: StreamEncoder
    odd: OddTexts
    oov_rule: str = ""
    batch_size: int = TEXTS_AT_ONCE
    empty: int = 0
    """Pairs with an empty side."""
    first_empty: str = ""
    tables: Tables = field(init=False)

    def __post_init__(self) -> None:
        self.tables = Tables(self.target)

    def encode(self, pairs: Sequence[Record]) -> tuple[list[Ids], list[Line], list[Ids]]:
        """The ids of the sources, the targets as lines, and their ids.

        Raises:
            DataError: a target is too long.
        """
        sources, targets = [one_line(pair.text) for pair in pairs], [one_line(pair.target or "") for pair in pairs]
        ids, long = truncated(self.source, sources)
        for pair, source, target, own, cut in zip(pairs, sources, targets, ids, long, strict=True):
            self.odd.add(pair, source, own, truncated=cut)
            if not source or not target:
                self.empty += 1
                self.first_empty = self.first_empty or where(pair)
        lines = [
            Line(Record(target, line=pair.line, path=pair.path, columns=pair.columns), target)
            for pair, target in zip(pairs, targets, strict=True)
        ]
        encoded = self.target.encode(targets)
        for pair, own in zip(pairs, encoded, strict=True):
            if len(own) > MAX_STEPS + 1:  # one ends it
                message = f"a target of {len(own) - 1:,} tokens; {MAX_STEPS:,} are the most that are scored"
                raise DataError(message, path=pair.path, line=pair.line, hint="break it into several, or leave it out")
        return ids, lines, encoded

    def score(
        self,
        sources: Sequence[Ids],
        targets: Sequence[Ids],
        *,
        entropy: bool = False,
        callback: ProbabilityCallback | None = None,
    ) -> list[Scores]:
        """Raises: ModelError."""
        found = score_batches(
            self.session, sources, targets, batch_size=self.batch_size, entropy=entropy, callback=callback
        )
        check_finite(self, sum(float(scores.nats.sum()) for scores in found))
        return found

    def warnings(self) -> Iterator[str]:
        """What there is to say about the pairs so far."""
        if self.empty:
            first = f", the first of them {self.first_empty}" if self.first_empty else ""
            yield (
                f"{count(self.empty, 'pair')} {have(self.empty)} an empty side and {are(self.empty)} scored like the "
                f"others, though there was none in training{first}"
            )
        yield from self.odd.warnings()


def perplexity(scorer: PairScorer, pairs: Iterable[Record]) -> LmReport:
    """One report for all targets.

    Raises:
        NoDataError: there is no pair.
        DataError: a target is too long.
        ModelError: the model's probabilities are not finite.
    """
    sums = total(scorer, pairs)
    if not sums.lines:
        raise NoDataError(NO_PAIRS, hint="give at least one")
    return sums.report(oov_rule=scorer.oov_rule, reading=READING)


def total(scorer: PairScorer, pairs: Iterable[Record]) -> Sums:
    """What ``perplexity`` reports on.  Raises: DataError, ModelError, as it does."""
    counts, tokens, oov, nats, oov_nats = Counts(), 0, 0, 0.0, 0.0
    for window in windows(pairs, lambda: True, WINDOW, WINDOW_CHARACTERS):
        sources, lines, targets = scorer.encode(window)
        for line in lines:
            counts.add(line.text)
        for ids, scores in zip(targets, scorer.score(sources, targets), strict=True):
            unknown = scorer.target.unknown(ids)
            tokens += len(ids)
            oov += int(unknown.sum())
            nats += float(scores.nats.sum())
            oov_nats += float(scores.nats[unknown].sum())
    return Sums(nats, oov_nats, tokens=tokens, oov=oov, **asdict(counts))


def surprisals(
    scorer: PairScorer, pairs: Iterable[Record], per: str, *, ready: Callable[[], bool] | None = None
) -> Iterator[Surprisal]:
    """The rows of a table, in the order of the targets; they sum to the score of each target.

    Args:
        per: line (a whole target), word, token or char.
        ready: for a live source: whether the next pair is there without waiting.

    Raises:
        UsageError: an invalid ``per``.
        DataError: a target is too long.
        ModelError: the model's probabilities are not finite.
    """
    check_unit(per)
    for window in windows(pairs, ready or (lambda: True), WINDOW, WINDOW_CHARACTERS):
        sources, lines, targets = scorer.encode(window)
        table = scorer.tables.table(per, lines, targets)
        yield from table.rows(scorer.score(sources, targets, entropy=True, callback=table.callback))
