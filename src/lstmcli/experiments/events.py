"""What a side-by-side training says, as it happens: which run is on, what happens in it, and what is measured after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lstmcli.experiments.results import ArchitectureComparison, Candidate, Run
from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class ComparisonPlanned:
    """Who takes part, at what size, and what is equal."""

    entrants: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    budget: str
    measure: str
    metric: str
    """Of the scores, and of validations; see ``ArchitectureComparison``."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunBegun:
    cell: str
    seed: int
    number: int
    """From 1."""
    runs: int


@dataclass(frozen=True, slots=True)
class InRun:
    """An event of the run that is on."""

    event: Event


@dataclass(frozen=True, slots=True)
class RunEnded:
    run: Run


@dataclass(frozen=True, slots=True)
class Measuring:
    """What comes after the runs."""

    what: str


@dataclass(frozen=True, slots=True)
class ComparisonEnded:
    comparison: ArchitectureComparison


ExperimentEvent: TypeAlias = ComparisonPlanned | RunBegun | InRun | RunEnded | Measuring | ComparisonEnded
