"""Training events.

The training loop is a generator of events; the live panel, the plain log, ``log.jsonl`` and TensorBoard consume them.
Losses are in nats, rates in texts per second, times in seconds.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from lstmcli.training.results import Estimate


@dataclass(frozen=True, slots=True)
class Event:
    """Base class of training events; each task adds its own in its ``events.py``."""

    def outcome(self) -> dict[str, Any]:
        """Fields that the event adds to the JSON result of ``lstm train``."""
        return {}

    def line(self) -> str:
        """The event in a line or several, for display, if the command line has no format of its own for it."""
        return ""


@dataclass(frozen=True, slots=True)
class Tokenizing(Event):
    """How far a long text is tokenized."""

    split: str
    bytes: int
    """Read so far; what other processes have in work is among them."""
    of: int
    """Of the whole text."""


@dataclass(frozen=True, slots=True)
class TokensKept(Event):
    """Texts that are larger than memory are tokenized, and kept for runs to come."""

    folder: str
    days: int
    """After the last use, until they are removed."""

    def line(self) -> str:
        return f"the tokenized texts are kept in {self.folder} and removed {self.days:,} days after their last use"


@dataclass(frozen=True, slots=True)
class RunPlanned(Event):
    """All settings are resolved; training starts."""

    command: str
    model: str
    """The architecture in one line."""
    parameters: int
    epochs: int
    steps: int
    device: str
    threads: int
    precision: str
    seed: int
    estimate: Estimate
    by_clock: bool = False
    """The time limit ends training; ``epochs`` and ``steps`` are upper bounds."""
    processes: int = 1
    """That train together; ``threads`` are those of each."""

    def outcome(self) -> dict[str, Any]:
        return {"plan": dataclasses.asdict(self)}


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The run continues from a checkpoint."""

    step: int
    seconds: float
    """Training time up to the checkpoint."""


@dataclass(frozen=True, slots=True)
class Step(Event):
    step: int
    steps: int
    """Expected of the whole run, in the time that it may take; as ``epochs``."""
    epoch: float
    epochs: int
    loss: float
    learning_rate: float
    gradient_norm: float
    rate: float
    """Texts, or tokens of a language model, per second."""
    seconds: float
    seconds_left: float
    unit: str = "texts"
    """Unit of ``rate``."""


@dataclass(frozen=True, slots=True)
class Validated(Event):
    epoch: int
    step: int
    loss: float
    metric: str
    value: float
    best: float
    improved: bool


@dataclass(frozen=True, slots=True)
class Stopped(Event):
    """Training ended; ``reason`` is finished, early, time or interrupted."""

    reason: str
    epoch: float
    best_epoch: int
    """The epoch whose weights are kept."""
    seconds: float
    why: str = ""
    """Why they are kept, if another epoch had the highest score."""

    def outcome(self) -> dict[str, Any]:
        return {"stopped": self.reason, "best_epoch": self.best_epoch}


@dataclass(frozen=True, slots=True)
class Measured(Event):
    """Base class of events that report on a split."""

    split: str
    report: Any
    """A dataclass."""

    def outcome(self) -> dict[str, Any]:
        return {self.split: dataclasses.asdict(self.report)}


@dataclass(frozen=True, slots=True)
class FoldMeasured(Event):
    """A model of the cross-validation was measured on the part that it was trained without."""

    fold: int
    folds: int
    metric: str
    value: float

    def line(self) -> str:
        return f"fold {self.fold} of {self.folds}: {self.metric} {100 * self.value:.2f} %"


@dataclass(frozen=True, slots=True)
class CrossValidated(Event):
    """The result of the cross-validation."""

    metric: str
    mean: float
    low: float
    """Of the 95 % interval of the mean over the folds (Student's t)."""
    high: float
    values: tuple[float, ...]
    """Of each fold."""

    def line(self) -> str:
        return f"cross-validation: {self.figures()}"

    def figures(self) -> str:
        mean, low, high = (100 * share for share in (self.mean, self.low, self.high))
        return f"{self.metric} {mean:.2f} %, 95 % interval {low:.2f} to {high:.2f} % ({len(self.values)} folds)"

    def outcome(self) -> dict[str, Any]:
        return {"cross_validation": dataclasses.asdict(self)}


@dataclass(frozen=True, slots=True)
class Saved(Event):
    path: str
    bytes: int
    seconds: float
    """Time of the whole run, including reading the data."""

    def outcome(self) -> dict[str, Any]:
        return {"path": self.path, "bytes": self.bytes, "seconds": self.seconds}


@dataclass(frozen=True, slots=True)
class Warned(Event):
    message: str


def to_json(event: Event) -> dict[str, Any]:
    """The JSON object of an event in ``log.jsonl``: its type under ``event``, then its fields."""
    name = type(event).__name__
    kind = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return {"event": kind, **dataclasses.asdict(event)}
