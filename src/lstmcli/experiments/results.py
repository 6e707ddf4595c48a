"""What a side-by-side training of architectures returns: runs, their statistics, and why one remembers longer.

Differences are of a cell against the reference, the LSTM where it takes part and the first cell otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.evaluation.results import Spread

LOWER_IS_BETTER = frozenset({"perplexity", "bits_per_byte"})
"""Of the measures; of the others more is better."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cell and the size at which it takes part."""

    cell: str
    title: str
    widths: tuple[int, ...]
    """Units of each layer and direction, from the lowest up."""
    parameters: int
    """Of the recurrent layers and a classifier's output layer; embedding and softmax, equal for all, are apart."""
    off: float
    """How far that is from the reference, as a share of it."""


@dataclass(frozen=True, slots=True)
class Point:
    """One validation."""

    epoch: int
    seconds: float
    """Since the first step."""
    value: float
    loss: float
    """Nats, a text or a token."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training run."""

    cell: str
    seed: int
    path: str
    """Of the model that it wrote."""
    parameters: int
    """All of them."""
    scores: dict[str, float]
    """Measure to value, on the split that the comparison names."""
    epochs: float
    seconds: float
    points: tuple[Point, ...]
    stopped: str
    """finished, time, diverged."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How one cell did over its seeds."""

    cell: str
    measures: dict[str, Spread]
    """The first one is what cells are ordered by."""
    epochs: float
    seconds: float
    """Means."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell against the reference, paired by seed."""

    cell: str
    against: str
    measure: str
    difference: Spread
    """``cell`` minus ``against``."""
    p_value: float | None
    """Of the paired t-test; None for one seed, or where all differences are the same."""
    p_adjusted: float | None
    """With Holm's correction over all cells that are compared with the reference."""
    significant: bool | None
    better: str | None


@dataclass(frozen=True, slots=True)
class GradientByLag:
    """How much of the gradient is left k tokens back, of one cell after training."""

    cell: str
    norms: tuple[float, ...]
    """At index k the gradient of the last state with respect to the input k tokens before: root mean square over
    the units, mean over windows of text, geometric mean over seeds."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How often a cell still knows the first token after so many others."""

    cell: str
    units: int
    parameters: int
    accuracies: tuple[Spread, ...]
    """At each of ``Race.distances``, over seeds."""


@dataclass(frozen=True, slots=True)
class ArchitectureComparison:
    """Everything that was found."""

    source: str
    task: str
    """classify or lm."""
    match: tuple[str, ...]
    budget: str
    """What is equal, in words."""
    split: str
    """test or valid: what the scores were measured on."""
    measure: str
    """The first measure: what cells are ordered by."""
    metric: str
    """What ``Point.value`` is: the measure, or f1, over all decisions, of a multi-label classifier."""
    seeds: tuple[int, ...]
    reference: str
    entrants: tuple[Candidate, ...]
    runs: tuple[Run, ...]
    standings: tuple[Summary, ...]
    """In the order of the cells; those without a complete run are left out."""
    gaps: tuple[Difference, ...]
    gradients: tuple[GradientByLag, ...]
    distances: tuple[int, ...]
    recalls: tuple[Recall, ...]
    chance: float
    """The accuracy of guessing in the recall task."""
    notes: tuple[str, ...]
    """What must be known to read the figures rightly."""
    command: str
    interrupted: bool
