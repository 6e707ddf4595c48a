"""Inspections as a self-contained HTML page.

The text is coloured by one number per token; readers choose which one with radio buttons and CSS, without a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lstmcli.cli.language import of_display
from lstmcli.cli.output import html
from lstmcli.cli.output.inspection import rows as series
from lstmcli.cli.output.inspection.rows import Row
from lstmcli.cli.output.inspection.terminal import sum_check
from lstmcli.inspection.results import ENCODER, Inspection, Trail, Why
from lstmcli.plural import count

MAX_TOKENS = 20_000
"""On one page; more would be slow in a browser."""
MAX_VIEWS = 24
"""Numbers by which one text can be coloured."""
SHADES = 12
"""Of each colour of a heat map."""
MAX_AXIS = 60
"""Tokens that fit under a chart."""


def check_place(path: Path) -> None:
    """Fail early if the page could not be written.  Raises: OutputError."""
    html.check_place(path, "inspect", "--html")


def write_page(path: Path, found: Sequence[Inspection], model: str) -> None:
    """Write the page atomically.  Raises: OutputError."""
    html.write_whole(path, page(found, model))


def page(found: Sequence[Inspection], model: str) -> Iterator[str]:
    """The page, in parts."""
    first = found[0]
    return html.render(
        "inspection.html",
        "inspect",
        first.text[:60],
        found=found,
        model=model,
        kind=f"{first.cell} {_kind(first)}",
        many=_many(found),
        terms=_terms(found),
        max_views=MAX_VIEWS,
        max_axis=MAX_AXIS,
        series=series,
        **{each.__name__: each for each in (heading, pieces, chart, heat_map, words, word_rows, sum_check)},
    )


def _kind(first: Inspection) -> str:
    return of_display("translator" if first.part else "language model" if first.label is None else "classifier")


def _many(found: Sequence[Inspection]) -> str:
    if found[0].part:
        return of_display(count(sum(each.part == ENCODER for each in found), "text"))
    lines = found[0].label is None
    return of_display(count(len(found), "line") if lines else count(len(found), "text"))


def heading(found: Inspection) -> str:
    line = of_display(f"line {found.line}") if found.line else ""
    answer = "" if found.label is None else f"{found.label} {found.probability:.4f}"
    return ": ".join(part for part in (line, of_display(found.part), answer) if part) or of_display("the text")


class Piece(NamedTuple):
    """A part of a text with its colours, and the text before it."""

    before: str
    text: str
    colours: str
    title: str
    classes: str = ""
    skipped: bool = False
    """Whether the text before it was not read by the model."""


def pieces(found: Inspection, rows: Sequence[Row]) -> tuple[list[Piece], str]:
    """The tokens, with a colour per row, and the rest of the text after them."""
    parts, end = [], 0
    for t, token in enumerate(found.tokens):
        before, own = found.text[end : token.start], found.text[max(end, token.start) : token.end]
        classes = " ".join(name for name, on in (("mark", not own), ("unknown", token.unknown)) if on)
        colours = ";".join(part for i, row in enumerate(rows) for part in _share(row, t, i))
        title = "; ".join(f"{series.label_of(row)} {series.short(row.values[t])}" for row in rows)
        name = series.name(token)
        parts.append(Piece(before, own or name, colours, f"{name}: {title}", classes, bool(before.strip())))
        end = max(end, token.end)
    return parts, found.text[end:]


def _share(row: Row, t: int, i: int) -> list[str]:
    """The colour of a token as two numbers: how far above 0, and how far below."""
    share = round(row.share(t), 3)
    return [f"--{'p' if share > 0 else 'n'}{i}:{abs(share):g}"] if share else []


def chart(row: Row) -> tuple[float, str, str]:
    """Where 0 lies, and the paths of the area and of the band of spread around it."""
    scale = row.most or 1.0

    def height(value: float) -> float:
        share = max(-1.0 if row.signed else 0.0, min(1.0, value / scale))
        return round(100 * (1 - share) / (2 if row.signed else 1), 1)

    zero = height(0.0)
    area = "".join(
        f"M{t} {zero}V{height(value)}H{t + 1}V{zero}Z" for t, value in enumerate(row.values) if value is not None
    )
    band = "".join(
        f"M{t} {height(value - spread)}V{height(value + spread)}H{t + 1}V{height(value - spread)}Z"
        for t, (value, spread) in enumerate(zip(row.values, row.spread, strict=False))
        if value is not None
    )
    return zero, area, band


class Shade(NamedTuple):
    """The cells of a heat map with one colour."""

    kind: str
    """hot or cold."""
    opacity: float
    path: str


def heat_map(trails: Sequence[Trail]) -> list[Shade]:
    """Units by tokens, as few paths; a cell is a square of size 1."""
    most = max((abs(value) for trail in trails for value in trail.hidden), default=0.0) or 1.0
    cells: dict[tuple[str, int], list[str]] = {}
    for y, trail in enumerate(trails):
        for t, value in enumerate(trail.hidden):
            if level := round(SHADES * abs(value) / most):
                cells.setdefault(("hot" if value > 0 else "cold", level), []).append(f"M{t} {y}h1v1h-1z")
    return [Shade(kind, level / SHADES, "".join(parts)) for (kind, level), parts in sorted(cells.items())]


def words(text: str, why: Why) -> tuple[list[Piece], str]:
    """The words, coloured by their effect, and the rest of the text after them."""
    most = max((abs(word.log_odds) for word in why.words), default=0.0)
    parts, end = [], 0
    for word in why.words:
        share = round(word.log_odds / most, 3) if most else 0.0
        title = f"{word.text}: {word.difference:+.4f}, {of_display('log-odds')} {word.log_odds:+.2f}"
        colour = f"--{'p' if share > 0 else 'n'}:{abs(share):g}"
        parts.append(Piece(text[end : word.start], word.text, colour, title))
        end = word.end
    return parts, text[end:]


def word_rows(why: Why) -> Iterator[tuple[str, ...]]:
    for word in sorted(why.words, key=lambda word: -abs(word.log_odds)):
        yield word.text, f"{word.probability:.4f}", f"{word.difference:+.4f}", f"{word.log_odds:+.3f}"


def _terms(found: Sequence[Inspection]) -> list[str]:
    """The names that occur on the page and are explained there."""
    layer = next((layer for each in found for layer in each.layers), None)
    gates = [gate.name for gate in layer.gates] if layer else []
    answer = ["bits" if found[0].label is None else "probability"]
    if any(each.attention for each in found):
        answer.append("attention")
    return [*gates, *(layer.norms if layer else ()), *answer, *(("±", "saturated", "dead") if gates else ())]
