"""Events of a search for settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lstmcli.training.events import Event
from lstmcli.tuning.results import Tuned


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The search goes on after the trials of an earlier run."""

    trials: int
    best: float | None
    seconds_left: float


@dataclass(frozen=True, slots=True)
class TrialBegun(Event):
    trial: int
    """From 1."""
    settings: dict[str, Any]
    """Options that the search chose; {}: the trial of the defaults."""
    seconds_left: float


@dataclass(frozen=True, slots=True)
class TrialEnded(Event):
    trial: int
    outcome_of_trial: str
    """finished, pruned, failed or stopped."""
    value: float | None
    """The metric on validation."""
    best: float | None
    """The best so far."""
    improved: bool
    seconds: float
    why: str = ""
    """The error of a trial that failed."""


@dataclass(frozen=True, slots=True)
class SearchEnded(Event):
    result: Tuned
