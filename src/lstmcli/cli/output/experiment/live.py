"""Progress of ``lstm compare --cells`` on stderr: curves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lstmcli.classification.events import DataRead, TokenizerReady
from lstmcli.cli.language import of_display
from lstmcli.cli.output import console
from lstmcli.cli.output.experiment.tables import learning, units
from lstmcli.cli.output.measures import amount, named
from lstmcli.cli.output.plots import text_plot
from lstmcli.cli.output.training_log import TrainingLog
from lstmcli.cli.output.wrapping import folded
from lstmcli.experiments import events as experiment
from lstmcli.experiments.results import ArchitectureComparison, Point
from lstmcli.language_modeling.events import CorpusRead
from lstmcli.training import events
from lstmcli.translation.events import PairsRead

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from lstmcli.data.records import Splits

MAX_HEIGHT, MIN_HEIGHT = 10, 4
"""Height of the plot, in lines."""


class LiveDisplay:
    """Shows the events of ``experiments.run``.  ``with`` ends the display."""

    def __init__(self, splits: Splits, *, by_time: bool, quiet: bool) -> None:
        self.out = console.console(stderr=True)
        self.by_time, self.quiet = by_time, quiet
        self.log = TrainingLog(default_place=True, quiet=quiet, splits=splits)
        self.log.out = self.out  # one console, so that log lines appear above the live display
        self.live: Live | None = None
        self.planned: experiment.ComparisonPlanned | None = None
        self.run: experiment.RunBegun | None = None
        self.step: events.Step | None = None
        self.started = time.monotonic()
        self.doing = ""
        self.points: dict[tuple[str, int], list[Point]] = {}
        self.done: dict[str, list[float]] = {}
        self._warned: set[str] = set()
        self._data_shown = 0
        """The number of the run whose data and tokenizer were shown."""

    def __enter__(self) -> LiveDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def handle(self, event: events.Event) -> ArchitectureComparison | None:
        """Show an event; returns the result at the end."""
        if isinstance(event, experiment.ComparisonPlanned):
            self._plan(event)
        elif isinstance(event, experiment.RunBegun):
            self.run, self.step, self.started = event, None, time.monotonic()
            self.doing = of_display(f"run {event.number} of {event.runs}: {event.cell}, seed {event.seed}")
            self._say(self.doing)
        elif isinstance(event, experiment.RunEnded):
            assert self.planned is not None
            measure = self.planned.measure
            self.done.setdefault(event.run.cell, []).append(event.run.scores[measure])
            score = amount(measure, event.run.scores[measure])
            if event.kept:
                self.points[event.run.cell, event.run.seed] = list(event.run.points)
            text = of_display(f"{event.run.cell}, seed {event.run.seed}: {named(measure)} {score}")
            self._say(f"{text} {of_display('(kept)')}" if event.kept else text)
        elif isinstance(event, experiment.Measuring):
            self.run, self.doing = None, of_display(f"measuring: {of_display(event.what)}")
            self._say(self.doing)
        elif isinstance(event, experiment.ComparisonEnded):
            self.__exit__()
            return event.comparison
        else:
            self._in_run(event)
        if self.live is not None:
            self.live.refresh()
        return None

    def _plan(self, event: experiment.ComparisonPlanned) -> None:
        self.planned = event
        if self.quiet:
            return
        console.show(self.out, of_display(event.budget))
        sizes = "; ".join(f"{e.cell} {units(e.widths)} ({e.parameters:,})" for e in event.entrants)
        console.show(self.out, of_display(f"units (parameters without the embedding): {sizes}"))
        self.live = console.live_display(self, self.out, per_second=2)

    def _say(self, text: str) -> None:
        """Print a plain line, if there is no live display."""
        if self.live is None and not self.quiet:
            console.show(self.out, text)

    def _in_run(self, event: events.Event) -> None:
        assert self.run is not None
        if isinstance(event, events.Warned):
            if event.message not in self._warned:
                self._warned.add(event.message)
                self.log.handle(event)
        elif isinstance(event, (DataRead, CorpusRead, PairsRead, TokenizerReady)):
            if not self._data_shown or self.run.number == self._data_shown:
                self._data_shown = self.run.number
                self.log.handle(event)
        elif isinstance(event, events.RunPlanned):
            self.started = time.monotonic()
        elif isinstance(event, events.Step):
            self.step = event
        elif isinstance(event, events.Validated):
            points = self.points.setdefault((self.run.cell, self.run.seed), [])
            points.append(Point(event.epoch, time.monotonic() - self.started, event.value, event.loss))
            assert self.planned is not None
            value = amount(event.metric, event.value)
            cell, seed, metric = self.run.cell, self.run.seed, named(event.metric)
            self._say(of_display(f"{cell}, seed {seed}, epoch {event.epoch}: validation {metric} {value}"))

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        width = max(8, min(self.out.width - 3, 100))  # the terminal writes ^C after the last line
        lines: list[RenderableType] = [console.styled(line, "bold") for line in folded(self.doing, width)]
        if self.run is not None:
            done, left = (self.step.seconds, self.step.seconds_left) if self.step else (0.0, 0.0)
            runs_done = self.run.number - 1 + done / ((done + left) or 1.0)
            lines.append(console.progress_bar(runs_done / self.run.runs, width, self.out.encoding))
            if self.step is not None:
                epoch, total = self.step.epoch, self.step.epochs
                where = of_display(f"epoch {epoch:.1f}" if self.by_time else f"epoch {epoch:.1f} of {total}")
                loss = of_display(f"loss {self.step.loss:.3f}")
                rest = of_display(f"{console.duration(left)} left in this run")
                lines += [console.styled(line, "dim") for line in folded(f"{where}, {loss}, {rest}", width)]
        return Group(*lines, *self._curves(width, self.out.height - 1 - len(lines)))

    def _curves(self, width: int, room: int) -> list[RenderableType]:
        if self.planned is None:
            return []
        curves: dict[str, list[tuple[Point, ...]]] = {}
        for entrant in self.planned.entrants:
            runs = [tuple(points) for (cell, _), points in self.points.items() if cell == entrant.cell]
            scores = self.done.get(entrant.cell, [])
            mean = f" {amount(self.planned.measure, sum(scores) / len(scores))}" if scores else ""
            curves[entrant.cell + mean] = runs
        plot = learning(self.planned.metric, curves, by_time=self.by_time)
        shown = text_plot(plot, width, MAX_HEIGHT)
        if len(shown) > room:
            height = MAX_HEIGHT - (len(shown) - room)
            shown = text_plot(plot, width, height) if height >= MIN_HEIGHT else []
        return list(shown)
