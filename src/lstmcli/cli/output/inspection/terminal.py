"""Inspections on a terminal: coloured numbers under the tokens, wrapped to fit the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from lstmcli.cli.language import of_composed, of_display
from lstmcli.cli.output import colours
from lstmcli.cli.output.console import console, grid, safe, styled
from lstmcli.cli.output.inspection import rows as series
from lstmcli.cli.output.inspection.rows import Row
from lstmcli.cli.output.predictions import fit, right
from lstmcli.cli.output.translations import picture
from lstmcli.cli.output.writer import Writer, cell
from lstmcli.inspection.results import Inspection, Layer, Why
from lstmcli.plural import count

if TYPE_CHECKING:
    from rich.segment import Segment
    from rich.style import Style

NARROW = 50
SHOWN_WORDS = 12
DECODED = (
    "Decoder: the step that writes the token; bits: the surprisal of the token given the text and what is written."
)
SURPRISAL = "bits: the surprisal of the token given the text before it."
MEANS = "Gates: mean over the units, ± standard deviation. Cell, hidden: norm of the vector."


class GateTableWriter(Writer[Inspection]):
    """Writes each text as it comes."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.screen = out, console()
        self.narrow = self.screen.width < NARROW
        self.started = False

    def write(self, inspection: Inspection) -> None:
        if self.started:
            self._say("")
        if inspection.line or inspection.label is not None or inspection.part:
            self._say(_heading(inspection), bold=True)
        if not inspection.tokens and inspection.why is None:
            self._say(of_display("this text has no tokens"))
        if inspection.layers and not self.started:
            legend = of_display(DECODED if inspection.part else SURPRISAL)
            if inspection.label is not None:
                legend = of_display(f"{safe(inspection.label)}: its probability if the text ended after the token.")
            means = "" if inspection.layers[0].chosen or inspection.layers[0].trails else " " + of_display(MEANS)
            self._say(legend + means, style="dim")
        for n, layer in enumerate(inspection.layers):
            self._say("\n" * (n > 0) + of_composed(f"{inspection.cell}, {series.title(layer)}"), style="dim")
            self._layer(inspection, layer)
        for sentence in series.reading_notes(inspection):
            self._say(sentence)
        if inspection.attention is not None:
            about = "Attention: a row for each token of the translation, a column for each of the text."
            self._say(of_display(about), style="dim")
            self.out.write("\n".join(picture(inspection.attention, self.screen.width)) + "\n")
        if inspection.why is not None:
            self._why(inspection.text, inspection.why)
        self.started = True

    def _layer(self, inspection: Inspection, layer: Layer) -> None:
        for n, (heading, rows) in enumerate(series.parts(inspection, layer)):
            if heading:
                self._say("\n" * (n > 0) + heading, style="dim")
            self._gate_table(inspection, rows)
        if (rest := len(layer.trails) - series.TELLING) > 0:
            more = f"and {count(rest, 'more unit')}; --unit N shows a unit with its gates"
            self._say(of_display(more), style="dim")
        for finding in layer.findings:
            self._say(series.finding(finding, layer))

    def _gate_table(self, inspection: Inspection, rows: Sequence[Row]) -> None:
        """Blocks of as many tokens as fit, with the numbers below each token."""
        from rich.cells import cell_len
        from rich.segment import Segment, Segments
        from rich.style import Style

        names = [self._name(row) for row in rows]
        margin = min(max(map(cell_len, names)), max(4, self.screen.width // 4)) + 1
        min_width = 4 if self.narrow else 5  # a number and a space
        room = max(min_width, self.screen.width - margin)
        tokens = [("│" if t and inspection.tokens[t - 1].segment != token.segment else "") + series.name(token)
                  for t, token in enumerate(inspection.tokens)]  # fmt: skip
        widths = [min(room, max(min_width, cell_len(token) + 1)) for token in tokens]
        bold, dim = Style(bold=True), Style(dim=True)
        lines: list[Segment] = []

        def line(label: str, cells: Sequence[Segment]) -> None:
            lines.extend([Segment(fit(label, margin)), *cells, Segment.line()])

        for start, stop in _blocks(widths, room):
            if start:
                lines.append(Segment.line())
            block = range(start, stop)
            line(
                "",
                [
                    Segment(" " + right(tokens[t], widths[t] - 1), dim if inspection.tokens[t].unknown else bold)
                    for t in block
                ],
            )
            for label, row in zip(names, rows, strict=True):
                line(label, [Segment(right(series.short(row.values[t]), widths[t]), _style(row, t)) for t in block])
                if row.spread:
                    line("±", [Segment(right(series.short(row.spread[t]), widths[t]), dim) for t in block])
        self._print(Segments(lines))

    def _name(self, row: Row) -> str:
        name = safe(series.label_of(row))
        return name[:3] if self.narrow and name in series.SHORTENED else name

    def _why(self, text: str, why: Why) -> None:
        label = safe(why.label)
        about = f"Effect of each word on {label}: orange raises its probability, blue lowers it."
        self._say(of_display(about), style="dim")
        coloured = styled(safe(text))
        most = max((abs(word.log_odds) for word in why.words), default=0.0)
        for word in why.words:
            coloured.stylize(colours.style(word.log_odds / most if most else 0.0, signed=True), word.start, word.end)
        self._print(coloured)
        self._say("")
        ranked = sorted(why.words, key=lambda word: -abs(word.log_odds))
        table = grid(header=True)
        table.add_column(of_display("word"), overflow="fold")
        columns = ("change",) if self.narrow else ("change", "without it", "log-odds")
        for column in map(of_display, columns):
            table.add_column(column, justify="right", no_wrap=True)
        for word in ranked[:SHOWN_WORDS]:
            numbers = (f"{word.difference:+.4f}", f"{word.probability:.4f}", f"{word.log_odds:+.2f}")
            table.add_row(safe(word.text), *numbers[: len(columns)])
        if ranked:
            self._print(table)
        if len(ranked) > SHOWN_WORDS:
            self._say(of_display(f"and {count(len(ranked) - SHOWN_WORDS, 'more word')} with a smaller effect"))
        for sentence in sum_check(why):
            self._say(sentence)

    def _print(self, what: object) -> None:
        with self.screen.capture() as captured:
            self.screen.print(what)
        lines = captured.get().split("\n")
        self.out.write("\n".join(line if "\x1b" in line else line.rstrip() for line in lines))

    def _say(self, text: str, *, bold: bool = False, style: str = "") -> None:
        self._print(styled(text, style="bold" if bold else style))


def sum_check(why: Why) -> list[str]:
    """The sum of the single effects, and the effect of all words together."""
    rest = why.total - why.sum
    return [
        of_display(
            f"Probability with all words {why.probability:.4f}, with none {why.empty_probability:.4f}: a difference of "
            f"{why.total:+.4f} (log-odds {why.total_log_odds:+.2f})."
        ),
        of_display(
            f"The changes by single words add up to {why.sum:+.4f} (log-odds {why.sum_log_odds:+.2f}); the remaining "
            f"{rest:+.4f} is due to interactions between words."
        ),
    ]


def _heading(inspection: Inspection) -> str:
    where = [of_display(f"line {inspection.line}")] * bool(inspection.line)
    where += [of_display(inspection.part)] * bool(inspection.part)
    answer = [] if inspection.label is None else [f"{safe(inspection.label)} {inspection.probability:.4f}"]
    own = ((name, cell(value)) for name, value in inspection.columns.items())
    kept = "  ".join(safe(f"{name}={value[:60]}") for name, value in own if value != inspection.text)
    return of_composed(": ".join([*where, *answer])) + (f"  {kept}" if kept else "")


def _blocks(widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Ranges of columns that fit the width."""
    blocks, start, used = list[tuple[int, int]](), 0, 0
    for t, width in enumerate(widths):
        if used + width > room and t > start:
            blocks.append((start, t))
            start, used = t, 0
        used += width
    return [*blocks, (start, len(widths))] if widths else []


def _style(row: Row, t: int) -> Style | None:
    return None if row.values[t] is None else colours.style(row.share(t), signed=row.signed)
