"""Compare language models on one text.

The scores of whole lines are compared.  Bits per byte and per character and perplexity per word are comparable between
any models, perplexity per token only between models with the same tokenizer.  All are functions of the total score, so
one test on the scores of lines is valid for all of them.

Shapes: N lines (records of a table), M models, R resamples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lstmcli.comparison.differences import difference, few_note, multiple_tests_note
from lstmcli.comparison.models import Cost, LmColumn, OwnLanguageModel
from lstmcli.comparison.results import Difference, LmComparison, LmFigures
from lstmcli.comparison.spans import Spans, common
from lstmcli.data.windows import WINDOW_CHARACTERS, windows
from lstmcli.errors import NoDataError
from lstmcli.evaluation.significance import Floats, holm, permutation_p
from lstmcli.language_modeling.scoring.perplexity import WINDOW
from lstmcli.scoring.lines import lines_of
from lstmcli.scoring.results import LmReport

if TYPE_CHECKING:
    from lstmcli.data.records import Record

PERMUTATION = "paired permutation test over lines"
ROUNDING = 1e-6


def compare(columns: Sequence[LmColumn], records: Iterable[Record], source: str, shown: int) -> LmComparison:
    """See ``comparison.compare.compare_language_models``."""
    from lstmcli.scoring.lines import Counts

    counts, sizes = Counts(), list[int]()
    costs: list[list[Cost]] = [[] for _ in columns]
    first, *others = (column.about.name for column in columns)
    spans = [(Spans(name, first, shown), Spans(first, name, shown)) for name in others]
    for window in windows(records, lambda: True, WINDOW, WINDOW_CHARACTERS):
        for record in window:
            before = counts.bytes
            for line in lines_of(record, False):
                counts.add(line.text)
            sizes.append(counts.bytes - before)
        found = [column.score(window, bool(shown)) for column in columns]
        for m, scored in enumerate(found):
            costs[m] += (cost._replace(lines=[]) for cost in scored)
        for both, other in zip(spans, found[1:], strict=True):
            _add(both, window, found[0], other)
    if not sizes:
        raise NoDataError("nothing to score: there is no text", hint="give at least one line")
    for column in columns:
        column.finish(len(sizes))
    nats_MN = np.array([[cost.nats for cost in own] for own in costs])
    # Differences within fp32 rounding count as 0, even if they are systematic.
    nats_MN = np.where(np.isclose(nats_MN, nats_MN[0], rtol=ROUNDING, atol=ROUNDING), nats_MN[0], nats_MN)
    reports = [
        LmReport.of(
            math.fsum(cost.nats for cost in own),
            tokens=sum(cost.tokens for cost in own),
            words=counts.words,
            characters=counts.characters,
            bytes=counts.bytes,
            lines=counts.lines,
            oov=sum(cost.oov for cost in own),
        )
        for own in costs
    ]
    same = [column.code is not None and column.code == columns[0].code for column in columns]
    compared = sum(same) > 1
    return LmComparison(
        source=source,
        lines=counts.lines,
        words=counts.words,
        chars=counts.characters,
        bytes=counts.bytes,
        models=tuple(
            _figures(column, report, compared and equal)
            for column, report, equal in zip(columns, reports, same, strict=True)
        ),
        differences=tuple(_differences([column.about.name for column in columns], nats_MN, np.array(sizes))),
        spans=tuple(span for pair in spans for part in pair for span in part.found()),
        token_perplexity=_why_not_comparable(columns, same),
        notes=tuple(_notes(columns, reports, len(sizes))),
    )


def _add(spans: tuple[Spans, Spans], window: Sequence[Record], first: Sequence[Cost], other: Sequence[Cost]) -> None:
    """``spans``: those in which the other model is better, and those in which the first is."""
    for record, a, b in zip(window, first, other, strict=True):
        for one, two in zip(a.lines, b.lines, strict=False):  # a file of log-probabilities has none
            pieces = list(common(two, one))
            spans[0].add(one.text, record.line, pieces)
            spans[1].add(one.text, record.line, [piece._replace(saved=-piece.saved) for piece in pieces])


def _figures(column: LmColumn, report: LmReport, compared: bool) -> LmFigures:
    known = report.tokens > 0
    return LmFigures(
        column.about,
        tokenizer=column.tokenizer,
        bits_per_byte=report.bits_per_byte,
        bits_per_char=report.bits_per_char,
        word_perplexity=report.word_perplexity,
        perplexity=report.perplexity if compared else None,
        nats=report.nats,
        tokens=report.tokens if known else None,
        oov=report.oov if known else None,
        oov_rate=report.oov_rate if known else None,
        reading=column.reading,
    )


def _differences(names: Sequence[str], nats_MN: Floats, sizes_N: np.ndarray) -> Iterator[Difference]:
    """Difference in bits per byte of each model to the first."""

    def measure(sums_RK: Floats) -> Floats:
        return np.asarray((sums_RK[:, 1] - sums_RK[:, 0]) / sums_RK[:, 2] / math.log(2))

    p_values = [permutation_p(nats_MN[0], own_N) for own_N in nats_MN[1:]]
    for name, own_N, p, adjusted in zip(names[1:], nats_MN[1:], p_values, holm(p_values), strict=True):
        rows = np.stack([nats_MN[0], own_N, sizes_N], axis=1)
        yield difference(name, names[0], "bits_per_byte", rows, measure, PERMUTATION, (p, adjusted))


def _why_not_comparable(columns: Sequence[LmColumn], same: Sequence[bool]) -> str:
    """Why perplexities per token cannot be compared; empty if they can."""
    first = columns[0]
    if all(same):
        return ""
    reasons = []
    for column in [first] if first.code is None else [c for c, equal in zip(columns, same, strict=True) if not equal]:
        if column.code is None:
            reasons.append(f"{column.about.name} gives the cost of lines, not of tokens")
        elif column.tokenizer == first.tokenizer:
            reasons.append(
                f"{column.about.name} has another vocabulary or closes lines otherwise than {first.about.name}"
            )
        else:
            own = f"{column.about.name} cuts text otherwise ({column.tokenizer})"
            reasons.append(f"{own} than {first.about.name} ({first.tokenizer})")
    return "; ".join(reasons)


def _style_notes(columns: Sequence[LmColumn]) -> Iterator[str]:
    """Notes about models whose corpus has another tokenization style than this text."""
    for column in columns:
        if isinstance(column, OwnLanguageModel) and (shares := column.unknowns.restyled_shares()):
            corpus_style = column.unknowns.corpus_style
            traits = ", ".join(corpus_style.traits) if corpus_style else ""
            before, after = (f"{100 * share:.1f} %" for share in shares)
            yield (
                f"{column.about.name}: the text is not written as this model's corpus was ({traits}): {before} of its "
                f"{column.unknowns.noun}s are unknown, and {after} if it is written so, as lstm perplexity "
                "--match-corpus does"
            )


def _notes(columns: Sequence[LmColumn], reports: Sequence[LmReport], lines: int) -> Iterator[str]:
    """Caveats."""
    yield from few_note(lines, "line")
    if "stream" in {column.reading for column in columns} and lines > 1:
        yield "lines of running text depend on each other, so the truth may be less certain than the interval says"
    if {"lines", "stream"} <= {column.reading for column in columns}:
        apart = ", ".join(column.about.name for column in columns if column.reading == "lines")
        yield f"{apart}: reads each line by itself, the others go on from line to line (--lines or --stream for all)"
    rates = [report.oov_rate for report in reports]
    if len({column.code for column in columns}) > 1 and any(rates):
        flattered = ", ".join(
            f"{column.about.name} {100 * rate:.2f} %" for column, rate in zip(columns, rates, strict=True) if rate
        )
        yield (
            f"unknown tokens ({flattered}) mostly cost less than the words they stand for: "
            "against a model that knows or spells these, figures mostly flatter the one that does not"
        )
    yield from _style_notes(columns)
    if len({column.lowercase for column in columns}) > 1:
        lowered = ", ".join(column.about.name for column in columns if column.lowercase)
        yield f"{lowered}: reads everything in lower case, so capitals cost it nothing"
    yield from multiple_tests_note(len(columns), columns[0].about.name)
