"""Line plots for a terminal, and as SVG for a page.

On a terminal each series has a letter besides its colour, for readers who cannot tell eight colours apart.  On a page
the curves scale with the window but the text does not, so it stays readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import styled
from lstmcli.cli.output.html import fragment
from lstmcli.cli.output.wrapping import folded

if TYPE_CHECKING:
    from rich.text import Text

COLOURS = ("cyan", "yellow", "magenta", "green", "red", "blue", "bright_black", "white")
"""Colours of series on a terminal; those of a page are in plots.css, where a colour's second series is dashed."""
TICKS = 4
MAX_DOTS = 20
"""Points are marked in series with at most this many."""


@dataclass(frozen=True)
class Series:
    name: str
    points: tuple[tuple[float, float], ...]
    """x and y, in ascending x."""
    ranges: tuple[tuple[float, float], ...] = ()
    """Low and high y at each point, drawn as a band on a page."""


@dataclass(frozen=True)
class Plot:
    title: str
    x_name: str
    y_name: str
    series: tuple[Series, ...]
    log_x: bool = False
    log_y: bool = False
    """Values of 0 or below are left out."""
    y_range: tuple[float, float] | None = None
    """None: the range of the values."""
    percent: bool = False
    level: tuple[str, float] | None = None
    """Name and y of a horizontal line."""


@dataclass(frozen=True)
class Scale:
    """Maps values to positions on an axis, from 0 to 1."""

    low: float
    high: float
    log: bool
    whole: bool = False
    """Whether only whole numbers occur, such as epochs."""

    def share(self, value: float) -> float:
        low, high, at = (math.log10(x) if self.log else x for x in (self.low, self.high, value))
        return 0.5 if high == low else min(1.0, max(0.0, (at - low) / (high - low)))

    def ticks(self, most: int = TICKS + 1) -> list[float]:
        """Round values, from low to high."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            if last - first >= 1:
                every = max(1, math.ceil((last - first) / most))
                return [10.0**power for power in range(first, last + 1, every)]
        if self.high - self.low <= max(1e-9 * abs(self.high), 1e-300):  # nor subnormal steps
            return [self.low]
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next((power * factor for factor in (1, 2, 5) if power * factor >= rough), 10 * power)
        step = max(step, 1.0) if self.whole else step
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [float(f"{(first + i) * step:.10g}") for i in range(count)]


def _can_show(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def visible(plot: Plot, series: Series) -> list[tuple[float, float]]:
    """The points of a series without those that an axis cannot show."""
    return [(x, y) for x, y in series.points if _can_show(x, plot.log_x) and _can_show(y, plot.log_y)]


def scales(plot: Plot) -> tuple[Scale, Scale] | None:
    """The scales of x and y; None if there are no points."""
    points = [point for series in plot.series for point in visible(plot, series)]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    low, high = plot.y_range or (min(ys), max(ys))
    if plot.level is not None:
        low, high = min(low, plot.level[1]), max(high, plot.level[1])
    whole = all(x == round(x) for x in xs)
    return Scale(min(xs), max(xs), plot.log_x, whole), Scale(low, high, plot.log_y)


def number(value: float, percent: bool = False) -> str:
    """Format an axis label."""
    if percent:
        return f"{100 * value:.3g} %"
    if value and (abs(value) < 0.001 or abs(value) >= 1e6):
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def text_plot(plot: Plot, width: int, height: int = 10) -> list[Text]:
    """The plot in lines of at most ``width`` cells: title, curves with axes, and legend."""
    from rich.cells import cell_len

    axes = scales(plot)
    if axes is None:
        return []
    x, y = axes
    labels = [number(value, plot.percent) for value in (y.high, y.low)]
    margin = max(map(len, labels)) + 1
    room = width - margin
    if room < 8:
        return []
    canvas = [[(" ", "")] * room for _ in range(height)]
    if plot.level is not None:
        row = round((1 - y.share(plot.level[1])) * (height - 1))
        canvas[row] = [("·", "dim")] * room
    for i, series in reversed(list(enumerate(plot.series))):  # the first lies on top
        for column, share in _columns(visible(plot, series), x, y, room):
            canvas[round((1 - share) * (height - 1))][column] = (_letter(i), COLOURS[i % len(COLOURS)])
    lines = [styled(line, "bold") for line in folded(of_display(f"{plot.title}: {plot.y_name}"), width)]
    for row, cells in enumerate(canvas):
        label = labels[0] if row == 0 else labels[1] if row == height - 1 else ""
        line = styled(label.rjust(margin - 1) + " ", "dim")
        for char, style in cells:
            line.append(char, style)
        line.rstrip()
        lines.append(line)
    first, last = number(x.low), number(x.high)
    between = room - len(first) - len(last) - 2
    name = plot.x_name if cell_len(plot.x_name) <= between else ""
    axis = f"{first} {name.center(between - cell_len(name) + len(name))} {last}" if between >= 0 else first
    lines.append(styled(" " * margin + axis, "dim"))
    lines += legend([series.name for series in plot.series], width, plot.level)
    for line in lines:
        line.truncate(width)
    return lines


def legend(names: Sequence[str], width: int, level: tuple[str, float] | None = None) -> list[Text]:
    """The legend: a letter and a name per series, wrapped."""
    parts = [styled(f"{_letter(i)} {name}", COLOURS[i % len(COLOURS)]) for i, name in enumerate(names)]
    if level is not None:
        parts.append(styled(f"· {level[0]}", "dim"))
    lines: list[Text] = []
    for part in parts:
        if lines and lines[-1].cell_len + 2 + part.cell_len <= width:
            lines[-1].append("  ").append_text(part)
        else:
            lines.append(part)
    return lines


def _letter(i: int) -> str:
    return chr(ord("A") + i)


def _columns(points: Sequence[tuple[float, float]], x: Scale, y: Scale, room: int) -> list[tuple[int, float]]:
    """Position on the y axis at each column of a series, interpolated between points."""
    known = [(x.share(a) * (room - 1), y.share(b)) for a, b in points]
    heights = {round(column): share for column, share in known}
    for (left, low), (right, high) in pairwise(known):
        for column in range(math.ceil(left), math.floor(right) + 1):
            if right > left:
                heights.setdefault(column, low + (high - low) * (column - left) / (right - left))
    return sorted(heights.items())


def svg(plot: Plot) -> str:
    """The plot as an HTML figure: scalable curves, with ticks, names and legend as text."""
    axes = scales(plot)
    if axes is None:
        return ""
    x, y = axes
    curves = []
    for i, series in enumerate(plot.series):
        places = [(_across(x, a), _height(y, b)) for a, b in visible(plot, series)]
        line = "M" + "L".join(f"{a} {b}" for a, b in places) if places else ""
        dots = "".join(f"M{a} {b}h0" for a, b in places)
        band = _band(series, x, y)
        style = f"s{i % len(COLOURS)} dash{i // len(COLOURS)}"
        curves.append({"name": series.name, "style": style, "band": band, "line": line, "dots": dots})
    return fragment(
        "plot.html",
        plot=plot,
        curves=curves,
        dotted=max(len(series.points) for series in plot.series) <= MAX_DOTS,
        level=None if plot.level is None else _height(y, plot.level[1]),
        xs=[(_across(x, value), number(value)) for value in x.ticks()],
        ys=[(_height(y, value), number(value, plot.percent)) for value in y.ticks()],
    )


def _band(series: Series, x: Scale, y: Scale) -> str:
    """The SVG path of the band between the low and high values."""
    edges = [
        (_across(x, a), _height(y, max(low, y.low)), _height(y, high))
        for (a, _), (low, high) in zip(series.points, series.ranges, strict=False)
        if _can_show(a, x.log) and _can_show(high, y.log)
    ]
    if len(edges) < 2:
        return ""
    upper = "L".join(f"{a} {high}" for a, _, high in edges)
    lower = "L".join(f"{a} {low}" for a, low, _ in reversed(edges))
    return f"M{upper}L{lower}Z"


def _across(x: Scale, value: float) -> float:
    return round(100 * x.share(value), 2)


def _height(y: Scale, value: float) -> float:
    return round(100 * (1 - y.share(value)), 2)
