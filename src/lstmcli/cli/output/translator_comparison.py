"""Comparisons of translators: tables for people, rows, or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstmcli.cli.language import of_display
from lstmcli.cli.output.comparison import difference_facts, heading, notes, optional, rows_of, size_rows, with_values
from lstmcli.cli.output.console import columns, facts, safe, styled
from lstmcli.cli.output.predictions import fit
from lstmcli.cli.output.writer import Layout, Row, Shape
from lstmcli.comparison.results import SentenceDifference, TranslatorComparison
from lstmcli.evaluation.results import Interval
from lstmcli.plural import count

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_FIGURES = ("bleu", "chrf", "length_ratio", "texts_per_second")


def _rows(result: TranslatorComparison) -> Iterator[Row]:
    return rows_of(result, _FIGURES)


def _table(result: TranslatorComparison, out: Console) -> Iterator[RenderableType]:
    yield of_display(f"{safe(result.source)}: {of_display(count(result.pairs, 'pair'))}")
    yield ""
    names = [safe(figures.model.name) for figures in result.models]
    rows = [
        ("BLEU", [_with_interval(f.bleu, f.bleu_interval) for f in result.models]),
        ("chrF", [_with_interval(f.chrf, f.chrf_interval) for f in result.models]),
        (
            of_display("length"),
            [optional(f.length_ratio, lambda x: of_display(f"{100 * x:.0f} % of the targets")) for f in result.models],
        ),
        (of_display("texts per second"), [optional(f.texts_per_second, lambda x: f"{x:,.0f}") for f in result.models]),
        *size_rows(result),
    ]
    yield columns("", names, with_values(rows), out)
    yield ""
    for name, signature in (("BLEU", result.signatures["bleu"]), ("chrF", result.signatures["chrf"])):
        yield f"{name}: {signature}"
    yield from notes(result.notes, out)
    for figures in result.models[1:]:
        for measure in ("bleu", "chrf"):
            own = [d for d in result.differences if (d.model, d.measure) == (figures.model.name, measure)]
            yield ""
            if measure == "bleu":
                yield heading(own[0].model, own[0].against)
            yield facts(difference_facts(own, "pair"), out)
    before: tuple[str, str] | None = None
    for sentence in result.sentences:
        if (sentence.better, sentence.other) != before:
            before = (sentence.better, sentence.other)
            yield ""
            yield styled(of_display(f"where {safe(sentence.better)} gains most over {safe(sentence.other)}"))
        yield ""
        yield from _sentence(sentence, out.width)


def _with_interval(value: float, ends: Interval | None) -> str:
    return f"{value:.2f}" + ("" if ends is None else f" ({ends.low:.2f} {of_display('to')} {ends.high:.2f})")


def _sentence(found: SentenceDifference, width: int) -> Iterator[RenderableType]:
    from rich.cells import cell_len

    where = f", line {found.line}" if found.line else ""
    yield styled(of_display(f"chrF {found.gain:+.1f}{where}"), "dim")
    texts = {
        of_display("source"): found.source,
        of_display("target"): found.target,
        found.better: found.better_translation,
        found.other: found.other_translation,
    }
    left = min(max(cell_len(safe(name)) for name in texts), max(6, width // 3))
    for name, text in texts.items():
        yield fit(f"  {fit(safe(name), left)}  {safe(text[: width + 1])}", width).rstrip()


TRANSLATORS = Layout(Shape(TranslatorComparison), rows=_rows, table=_table, numbers=".6g")
