"""Events of a comparison of architectures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lstmcli.experiments.results import ArchitectureComparison, Candidate, Run
from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class ComparisonPlanned:
    """The candidates, their sizes, and what is equal for all."""

    entrants: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    budget: str
    measure: str
    metric: str
    """The metrics of scores and of validations; see ``ArchitectureComparison``."""
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
    """An event of the current run."""

    event: Event


@dataclass(frozen=True, slots=True)
class RunEnded:
    run: Run


@dataclass(frozen=True, slots=True)
class Measuring:
    """A measurement after the runs."""

    what: str


@dataclass(frozen=True, slots=True)
class ComparisonEnded:
    comparison: ArchitectureComparison


ExperimentEvent: TypeAlias = ComparisonPlanned | RunBegun | InRun | RunEnded | Measuring | ComparisonEnded
