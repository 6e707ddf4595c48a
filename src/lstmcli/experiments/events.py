"""Events of a comparison of architectures, between the training events of its runs."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.experiments.results import ArchitectureComparison, Candidate, Run
from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class ComparisonPlanned(Event):
    """The candidates, their sizes, and what is equal for all."""

    entrants: tuple[Candidate, ...]
    budget: str
    measure: str
    metric: str
    """The metrics of scores and of validations; see ``ArchitectureComparison``."""


@dataclass(frozen=True, slots=True)
class RunBegun(Event):
    """A run starts; its training events follow."""

    cell: str
    seed: int
    number: int
    """From 1."""
    runs: int


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    run: Run
    kept: bool = False
    """It was complete before this comparison began."""


@dataclass(frozen=True, slots=True)
class Measuring(Event):
    """A measurement after the runs."""

    what: str


@dataclass(frozen=True, slots=True)
class ComparisonEnded(Event):
    comparison: ArchitectureComparison
