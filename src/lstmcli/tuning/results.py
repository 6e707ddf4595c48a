"""Results of a search for settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Importance:
    """How much of the differences between the trials an option explains."""

    option: str
    share: float
    """Of all options together, from 0 to 1."""


@dataclass(frozen=True)
class Tuned:
    """What a search found; the model is in ``path``."""

    path: str
    metric: str
    """accuracy."""
    value: float
    """Of the best trial, on validation: a little too good, because the trial was chosen by it."""
    default_value: float | None
    """Of the defaults: the model that ``lstm train`` trains; None if their trial did not end."""
    default_trial: int | None
    """The trial of the defaults: the first, unless an earlier version began the search."""
    default_time: str | None
    """The limit of time that ended it before its last epoch, such as ``300s``; None: it was not reached."""
    test: float | None
    """On the test data, if there is any."""
    bytes: int
    """The size of the model directory."""
    trial: int
    """The best trial, from 1."""
    trials: int
    """Trials that ended."""
    pruned: int
    """Trials that were given up because others were ahead after as many epochs."""
    seconds: float
    settings: dict[str, Any]
    """Options of the best trial."""
    importances: tuple[Importance, ...]
    """What mattered, most first; empty with fewer than six trials."""
    command: str
    """The command that trains the best model again."""
