"""Results of a comparison of architectures: runs, statistics, and measurements of memory.

Cells are compared with the reference cell: the LSTM if it is a candidate, otherwise the first cell.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.evaluation.results import Spread


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cell and its size in the comparison."""

    cell: str
    title: str
    widths: tuple[int, ...]
    """Units of each layer and direction, bottom to top."""
    parameters: int
    """Number of parameters of the recurrent layers and a classifier's output layer; others are equal for all cells."""
    off: float
    """Relative difference to the parameters of the reference."""


@dataclass(frozen=True, slots=True)
class Point:
    """One validation."""

    epoch: int
    seconds: float
    """Time since the first step."""
    value: float
    loss: float
    """In nats per text or token."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training run."""

    cell: str
    seed: int
    path: str
    """The directory of its model."""
    parameters: int
    """Total number of parameters."""
    scores: dict[str, float]
    """Value of each metric, on the split that the comparison names."""
    epochs: float
    seconds: float
    points: tuple[Point, ...]
    stopped: str
    """finished, time, diverged."""
    precision: str = ""
    """Number format of its recurrent layers in training: fp32 or bf16; runs of 0.1.0 do not have it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The results of one cell over its seeds."""

    cell: str
    measures: dict[str, Spread]
    """By metric; cells are ranked by the first."""
    epochs: float
    seconds: float
    """Mean training time; ``epochs`` is a mean too."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between a cell and the reference, paired by seed."""

    cell: str
    against: str
    measure: str
    difference: Spread
    """``cell`` minus ``against``."""
    p_value: float | None
    """p-value of the paired t-test; None for one seed, or if all differences are equal."""
    p_adjusted: float | None
    """With Holm's correction for the number of cells compared with the reference."""
    significant: bool | None
    better: str | None


@dataclass(frozen=True, slots=True)
class GradientByLag:
    """The gradient by lag of one cell after training."""

    cell: str
    norms: tuple[float, ...]
    """At index k the gradient norm of the final state with respect to the input k tokens before: root mean square over
    units, mean over windows of text, geometric mean over seeds."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Accuracy of one cell in the recall task."""

    cell: str
    units: int
    parameters: int
    accuracies: tuple[Spread, ...]
    """At each of ``ArchitectureComparison.distances``, over seeds."""


@dataclass(frozen=True, slots=True)
class ArchitectureComparison:
    """All results of a comparison."""

    source: str
    task: str
    """classify or lm."""
    match: tuple[str, ...]
    budget: str
    """A description of what is equal for all cells."""
    split: str
    """The split of the scores: test or valid."""
    measure: str
    """The first metric, by which cells are ranked."""
    metric: str
    """The metric of ``Point.value``: ``measure``, or micro F1 for a multi-label classifier."""
    seeds: tuple[int, ...]
    reference: str
    entrants: tuple[Candidate, ...]
    runs: tuple[Run, ...]
    standings: tuple[Summary, ...]
    """In the order of the cells, without cells that have no complete run."""
    gaps: tuple[Difference, ...]
    gradients: tuple[GradientByLag, ...]
    distances: tuple[int, ...]
    recalls: tuple[Recall, ...]
    chance: float
    """Chance accuracy in the recall task."""
    notes: tuple[str, ...]
    """Caveats."""
    command: str
    interrupted: bool
