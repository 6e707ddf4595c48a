"""A search for settings, as it goes on, and what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lstmcli.classification.events import DataRead
from lstmcli.cli.io import streams
from lstmcli.cli.output.console import duration, facts, percent, safe, size
from lstmcli.cli.output.measures import named
from lstmcli.cli.output.writer import Layout, Shape
from lstmcli.plural import count
from lstmcli.training.events import Event, Warned
from lstmcli.tuning.events import Continued, TrialBegun, TrialEnded
from lstmcli.tuning.results import Tuned

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class TuningLog:
    """A line for each trial on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._settings = quiet, dict[str, Any]()
        self._said: set[str] = set()

    def handle(self, event: Event) -> None:
        if isinstance(event, DataRead):
            self._say(event.notes if not self._quiet else ())
            self._say(f"warning: {message}" for message in event.check.warnings)
        if isinstance(event, Warned):
            self._say([f"warning: {event.message}"])
        if self._quiet:
            return
        if isinstance(event, Continued):
            best = "" if event.best is None else f", the best with {percent(event.best, 2)}"
            streams.say(f"going on after {count(event.trials, 'trial')}{best}; {duration(event.seconds_left)} left")
        elif isinstance(event, TrialBegun):
            self._settings = dict(event.settings)
            streams.say(
                f"trial {event.trial}, {duration(event.seconds_left)} left: {shown(event.settings) or 'the defaults'}"
            )
        elif isinstance(event, TrialEnded):
            streams.say(safe(_ended(event)))

    def _say(self, messages: Iterable[str]) -> None:
        """Each trial says the same of the same data, which is shown once."""
        for message in messages:
            if message not in self._said:
                self._said.add(message)
                streams.note(safe(message))


def _ended(event: TrialEnded) -> str:
    best = "" if event.best is None else f"best so far {percent(event.best, 2)}"
    took = f"{event.seconds:.0f}s"
    if event.outcome_of_trial == "pruned":
        return f"trial {event.trial}: behind the others, given up after {took}; {best}"
    if event.outcome_of_trial == "failed":
        return f"trial {event.trial} failed after {took}: {event.why}"
    value = "no figure" if event.value is None else percent(event.value, 2)
    return f"trial {event.trial}: {value} on validation after {took}; " + (
        "the best so far" if event.improved else best
    )


def shown(settings: Mapping[str, Any]) -> str:
    """Options by name, as on a command line."""
    return " ".join(f"{_option(name)} {value}" for name, value in settings.items())


def tuned(result: Tuned, out: Console) -> list[RenderableType]:
    """What was found, what mattered and how to repeat it."""
    metric = named(result.metric)
    found = {
        "model": f"{result.path} ({size(result.bytes)})",
        "best": f"trial {result.trial} of {result.trials}: {metric} {percent(result.value, 2)} on validation",
    }
    if result.default_value is not None:
        cut = f", ended by its limit of {result.default_time}" if result.default_time else ""
        found["defaults"] = (
            f"{metric} {percent(result.default_value, 2)} on validation (trial {result.default_trial}{cut})"
        )
    if result.test is not None:
        found["on test"] = f"{metric} {percent(result.test, 2)}"
    if result.importances:
        found["mattered"] = ", ".join(
            f"{_option(each.option)} {percent(each.share, 0)}" for each in result.importances[:5]
        )
    found["trials"] = f"{result.trials} in {duration(result.seconds)}, {result.pruned} of them given up"
    found["again"] = result.command
    return [facts(found, out)]


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


TUNED = Layout(Shape(Tuned), table=tuned)
