"""The curves of a training run as an SVG file: losses, and the score on the validation split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lstmcli.cli.io import streams
from lstmcli.cli.language import of_display
from lstmcli.cli.output.html import check_place, fragment, write_whole
from lstmcli.cli.output.measures import named
from lstmcli.cli.output.plots import Plot, Scale, Series, number, scales, visible
from lstmcli.errors import OutputError
from lstmcli.training import events

POINTS = 200
"""Points of the training loss; each is the mean of several steps."""
WIDTH, HEIGHT = 640, 240
"""Of the area of a plot."""
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 70, 60
"""Around it, for labels."""


TRAINING, VALIDATION = "training", "validation"


class CurveFile:
    """A listener that writes the curves after each validation, so that they can be watched.

    Raises:
        OutputError: the file cannot be written, or is something else.
    """

    def __init__(self, path: Path) -> None:
        check_place(path, "train", "--plot")
        self._path: Path | None = path
        self._title = ""
        self._losses: list[tuple[float, float]] = []
        self._valid: list[events.Validated] = []
        self._best: int | None = None

    def handle(self, event: events.Event) -> None:
        """Take in an event; on a write error, warn once and let the training go on."""
        if isinstance(event, events.RunPlanned):
            self._title = f"{event.model}: {event.command}"
        elif isinstance(event, events.Step):
            self._losses.append((event.epoch, event.loss))
        elif isinstance(event, events.Validated):
            self._valid.append(event)
            self._write()
        elif isinstance(event, events.Stopped):
            self._best = event.best_epoch
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            write_whole(self._path, [drawing(self._title, plots(self._losses, self._valid), self._best)])
        except OutputError as error:
            streams.note(f"warning: {error}")
            self._path = None


def plots(losses: Sequence[tuple[float, float]], valid: Sequence[events.Validated]) -> list[Plot]:
    """The losses; and the scores, if they are not losses."""
    of_valid = tuple((float(each.epoch), each.loss) for each in valid)
    series = (Series(TRAINING, tuple(_means(losses))), Series(VALIDATION, of_valid))
    found = [Plot(of_display("Loss"), of_display("epoch"), of_display("nats"), series)]
    scores = tuple((float(each.epoch), each.value) for each in valid)
    if valid and valid[-1].metric != "loss":
        percent = all(0 <= score <= 1 for _, score in scores)
        title = named(valid[-1].metric)
        title = title[:1].upper() + title[1:]
        found.append(Plot(title, of_display("epoch"), "", (Series(VALIDATION, scores),), percent=percent))
    return [plot for plot in found if scales(plot)]


def _means(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Means of neighbouring points, as many as a plot can show."""
    known = [point for point in points if math.isfinite(point[1])]
    size = max(1, math.ceil(len(known) / POINTS))
    groups = [known[i : i + size] for i in range(0, len(known), size)]
    return [(sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups]


def drawing(title: str, shown: Sequence[Plot], best: int | None = None) -> str:
    """The plots below each other.

    Args:
        best: the epoch whose weights are kept.
    """
    panels = [_panel(plot, i, best) for i, plot in enumerate(shown)]
    rows = max(1, len(panels))
    size = {"width": LEFT + WIDTH + RIGHT, "height": rows * (TOP + HEIGHT + BOTTOM)}
    area = {"area_width": WIDTH, "area_height": HEIGHT}
    return str(fragment("curves.svg", title=title, panels=panels, command="train", **size, **area))


def _panel(plot: Plot, row: int, best: int | None) -> dict[str, Any]:
    x, y = scales(plot) or (Scale(0, 1, False), Scale(0, 1, False))
    curves = []
    for i, series in enumerate(plot.series):
        places = [(_across(x, a), _down(y, b)) for a, b in visible(plot, series)]
        colour = int(series.name == VALIDATION)
        curves.append({"name": series.name, "colour": colour, "points": places, "offset": 110 * i})
    return {
        "title": plot.title,
        "unit": plot.y_name,
        "x_name": plot.x_name,
        "top": row * (TOP + HEIGHT + BOTTOM) + TOP,
        "left": LEFT,
        "curves": [curve for curve in curves if curve["points"]],
        "xs": [(_across(x, value), number(value)) for value in x.ticks()],
        "ys": [(_down(y, value), number(value, plot.percent)) for value in y.ticks()],
        "best": _across(x, best) if best is not None and x.low <= best <= x.high else None,
    }


def _across(x: Scale, value: float) -> float:
    return round(WIDTH * x.share(value), 1)


def _down(y: Scale, value: float) -> float:
    return round(HEIGHT * (1 - y.share(value)), 1)
