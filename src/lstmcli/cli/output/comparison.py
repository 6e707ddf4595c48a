"""Comparisons of saved models: tables for people, rows, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lstmcli.cli.language import of_display
from lstmcli.cli.output import writer
from lstmcli.cli.output.coloured_text import fragment, legend
from lstmcli.cli.output.console import NOTHING, columns, facts, percent, perplexity, safe, size, styled
from lstmcli.cli.output.measures import change_with_unit, interval, named, p_values, verdict
from lstmcli.cli.output.predictions import fit
from lstmcli.cli.output.writer import Layout, Row, Shape
from lstmcli.comparison.results import (
    Agreement,
    ClassifierComparison,
    Difference,
    Disagreement,
    LmComparison,
    Span,
    TranslatorComparison,
)
from lstmcli.plural import count

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_COMMON = ("parameters", "bytes")
_CLASSIFIERS = ("accuracy", "macro_f1", "ece", "texts_per_second", "cold_start")
_LANGUAGE_MODELS = (
    *("tokenizer", "bits_per_byte", "bits_per_char", "word_perplexity", "perplexity"),
    *("nats", "tokens", "oov", "oov_rate", "reading"),
)


def write(result: ClassifierComparison | LmComparison | TranslatorComparison, format: str) -> None:
    """Print a comparison on stdout as ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``."""
    if isinstance(result, ClassifierComparison):
        writer.write(result, CLASSIFIERS, format)
    elif isinstance(result, LmComparison):
        writer.write(result, LANGUAGE_MODELS, format)
    else:
        from lstmcli.cli.output.translator_comparison import TRANSLATORS

        writer.write(result, TRANSLATORS, format)


def _rows(result: ClassifierComparison | LmComparison) -> Iterator[Row]:
    return rows_of(result, _CLASSIFIERS if isinstance(result, ClassifierComparison) else _LANGUAGE_MODELS)


def rows_of(result: ClassifierComparison | LmComparison | TranslatorComparison, names: Sequence[str]) -> Iterator[Row]:
    """A row per model: the figures of these names, and its differences from the first model."""
    measures = list(dict.fromkeys(difference.measure for difference in result.differences))
    for figures in result.models:
        model = figures.model
        row: dict[str, Any] = {"model": model.name, "kind": model.kind}
        row |= {name: getattr(figures, name) for name in names} | {name: getattr(model, name) for name in _COMMON}
        for measure in measures:
            own = [d for d in result.differences if (d.model, d.measure) == (model.name, measure)]
            values = _values(own[0]) if own else (None,) * len(_PARTS)
            row |= zip((f"{measure}_{part}" for part in _PARTS), values, strict=True)
        yield row


_PARTS = ("difference", "low", "high", "p_value", "p_adjusted")


def _values(difference: Difference) -> tuple[float | None, ...]:
    ends = difference.interval
    low, high = (None, None) if ends is None else (ends.low, ends.high)
    return difference.difference, low, high, difference.p_value, difference.p_adjusted


def _classifiers(result: ClassifierComparison, out: Console) -> Iterator[RenderableType]:
    names = [safe(figures.model.name) for figures in result.models]
    accuracy = "accuracy (all labels of a text right)" if result.multilabel else "accuracy"
    sizes = f"{count(result.texts, 'text')}, {count(len(result.labels), 'label')}"
    yield of_display(f"{safe(result.source)}: {of_display(sizes)}")
    yield ""
    rows = [
        (of_display(accuracy), [percent(f.accuracy, 2) for f in result.models]),
        (named("macro_f1"), [percent(f.macro_f1, 2) for f in result.models]),
        (of_display("calibration error"), [optional(f.ece, percent) for f in result.models]),
        (of_display("texts per second"), [optional(f.texts_per_second, lambda x: f"{x:,.0f}") for f in result.models]),
        (of_display("cold start"), [optional(f.cold_start, lambda x: f"{x:.2f} s") for f in result.models]),
        *size_rows(result),
    ]
    yield columns("", names, with_values(rows), out)
    yield from notes(result.notes, out)
    for agreement in result.agreements:
        own = [d for d in result.differences if d.model == agreement.model]
        yield ""
        yield heading(agreement.model, agreement.against)
        yield facts(difference_facts(own, agreement=agreement), out)
    yield ""
    if not result.disagreeing:
        yield of_display("the models agree on every text")
        return
    total = count(result.texts, "text")
    if not result.disagreements:
        yield of_display(f"the models disagree on {result.disagreeing:,} of {total}")
        return
    shown = f" ({len(result.disagreements)} shown)" if len(result.disagreements) < result.disagreeing else ""
    yield of_display(f"the models disagree on {result.disagreeing:,} of {total}, most confident first{shown}")
    for row in result.disagreements:
        yield ""
        yield fit(safe(row.text[: out.width + 1]), out.width).rstrip() or of_display("(no text)")
        yield _answers(row, out)


def _answers(row: Disagreement, out: Console) -> Text:
    """The true labels and the predictions, marked right or wrong; a line each if the window is narrow."""
    none = of_display("no label")
    parts = [styled(f"{of_display('true')}: {safe(', '.join(row.gold)) or none}")]
    for answer in row.answers:
        style, mark = ("green", "✓") if answer.right else ("red", "✗")
        labels = safe(", ".join(answer.labels)) or none
        confidence = "" if answer.probability is None else f" {100 * answer.probability:.0f} %"
        parts.append(styled(f"{safe(answer.model)}: ", "dim").append(f"{mark} {labels}{confidence}", style))
    line = styled("  ").append_text(styled(" · ", "dim").join(parts))
    return line if line.cell_len <= out.width else styled("  ").append_text(styled("\n  ").join(parts))


def _models(result: LmComparison, out: Console) -> Iterator[RenderableType]:
    names = [safe(figures.model.name) for figures in result.models]
    words = (count(result.lines, "line"), count(result.words, "word"), count(result.chars, "character"))
    sizes = ", ".join(map(of_display, (*words, count(result.bytes, "byte"))))
    yield of_display(f"{safe(result.source)}: {sizes}")
    yield ""
    rows = [
        (named("bits_per_byte"), [f"{f.bits_per_byte:.4f}" for f in result.models]),
        (of_display("bits per character"), [f"{f.bits_per_char:.4f}" for f in result.models]),
        (of_display("perplexity per word"), [optional(f.word_perplexity, perplexity) for f in result.models]),
        (of_display("perplexity per token"), [optional(f.perplexity, perplexity) for f in result.models]),
        (of_display("unknown tokens"), [optional(f.oov_rate, lambda x: percent(x, 2)) for f in result.models]),
        (of_display("tokenizer"), [f.tokenizer or NOTHING for f in result.models]),
        *size_rows(result),
    ]
    yield columns("", names, with_values(rows), out)
    refused = [f"perplexity per token is not compared: {result.token_perplexity}"] if result.token_perplexity else []
    yield from notes((*refused, *result.notes), out)
    unknown = {f.model.name: f.oov_rate or 0.0 for f in result.models}
    for difference in result.differences:
        yield ""
        yield heading(difference.model, difference.against)
        rows_of = difference_facts([difference], "line")
        if difference.better and unknown[difference.better] > max(0.001, 2 * unknown[_other(difference)]):
            rows_of["caution"] = (
                f"{difference.better} has more unknown tokens, which usually lowers bits per byte: see the note"
            )
        yield facts(rows_of, out)
    if result.spans:
        yield ""
        yield legend(out)
    before: tuple[str, str] | None = None
    for span in result.spans:
        if (span.better, span.other) != before:
            before = (span.better, span.other)
            yield ""
            yield of_display(f"where {safe(span.better)} gains most over {safe(span.other)}")
        yield _span(span, out)


def _span(span: Span, out: Console) -> Text:
    from rich.cells import cell_len

    where = of_display(f"line {span.line}") if span.line and out.width >= 60 else ""
    numbers = f"{span.gain:5.1f} {of_display('bits')}" + (f"  {fit(where, 10)}" if where else "") + "  "
    if out.width >= 40:
        return styled(numbers).append_text(fragment(span, out.width - cell_len(numbers), out))
    return styled(numbers.strip() + "\n").append_text(fragment(span, out.width, out))


def size_rows(result: ClassifierComparison | LmComparison | TranslatorComparison) -> list[tuple[str, list[str]]]:
    models = [figures.model for figures in result.models]
    return [
        (of_display("parameters"), [optional(model.parameters, lambda n: f"{n:,}") for model in models]),
        (of_display("size"), [optional(model.bytes, size) for model in models]),
    ]


def with_values(rows: Sequence[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """The rows with a value for at least one model."""
    return [row for row in rows if set(row[1]) != {NOTHING}]


def heading(model: str, against: str) -> Text:
    return styled(of_display(f"{safe(model)} against {safe(against)}"), "bold")


def notes(notes: Sequence[str], out: Console) -> Iterator[RenderableType]:
    if notes:
        yield ""
        for note in notes:
            yield of_display(f"note: {safe(note)}")


def difference_facts(
    differences: Sequence[Difference], noun: str = "text", agreement: Agreement | None = None
) -> dict[str, str]:
    """The differences with intervals, the test and the verdict; ``noun``: what they are measured on."""
    rows = {}
    for d in differences:
        text = change_with_unit(d.measure, d.difference)
        if d.interval is not None:
            text += f" ({interval(d.measure, d.interval.low, d.interval.high, d.interval.confidence)})"
        rows[named(d.measure)] = text
    if agreement is not None:
        rows["right"] = (
            f"both {agreement.both_right:,}, only {agreement.against} {agreement.only_first_right:,}, "
            f"only {agreement.model} {agreement.only_model_right:,}, neither {agreement.both_wrong:,}"
        )
    first = differences[0]
    if first.p_value is not None:
        rows["significance"] = f"{p_values(first.p_value, first.p_adjusted)} ({of_display(first.test)})"
    rows["verdict"] = verdict(first.better, first.significant, of_display(f"no test with one {of_display(noun)}"))
    return rows


def _other(difference: Difference) -> str:
    """The model that is not better."""
    return difference.against if difference.better == difference.model else difference.model


def optional(value: Any, shown: Any) -> str:
    return NOTHING if value is None else str(shown(value))


CLASSIFIERS = Layout(Shape(ClassifierComparison), rows=_rows, table=_classifiers, numbers=".6g")
LANGUAGE_MODELS = Layout(Shape(LmComparison), rows=_rows, table=_models, numbers=".6g")
