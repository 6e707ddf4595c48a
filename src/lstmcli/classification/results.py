"""What a task returns: one object for people and for machines; the renderer decides.

Probabilities are in [0, 1]; a classifier's sum to 1 over its labels (multi-label: each by itself).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class Prediction(Result):
    """One answer for one input, in input order."""

    text: str
    label: str | None
    """The most probable label; None when it is below the threshold."""
    probability: float
    probabilities: dict[str, float]
    """Label to probability, most probable first; the K best with ``--top K``."""
    labels: tuple[str, ...] | None = None
    """Multi-label models only: every label at or above the threshold."""
    gold: tuple[str, ...] = ()
    """The labels the input came with, if any."""
    columns: dict[str, Any] = field(default_factory=dict)
    """The input's own columns, for ``--keep-columns``."""


@dataclass(frozen=True, slots=True)
class ClassScore(Result):
    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class ClassReport(Result):
    """How well a classifier did on labelled text."""

    n: int
    accuracy: float
    """Multi-label: the share of texts whose label set is exactly right."""
    macro_f1: float
    """Mean over the labels that occur in the texts or in the answers, as in scikit-learn."""
    weighted_f1: float
    macro_precision: float
    macro_recall: float
    classes: tuple[ClassScore, ...]
    labels: tuple[str, ...]
    """The model's, then those that only the texts have."""
    confusion: tuple[tuple[int, ...], ...]
    """confusion[i][j]: texts of label i that were called label j; empty for multi-label, and for more labels than
    anybody reads a matrix of."""
    ece: float
    """Expected calibration error, 15 equal-width bins (Guo et al. 2017)."""
    loss: float
    """Mean negative log-likelihood of the gold label, nats; over the texts whose labels the model has."""
    unknown_labels: int = 0
    """Texts with a label that the model does not have; they count as wrong."""
    multilabel: bool = False
    confused: tuple[tuple[int, int, int], ...] = ()
    """The mistakes, most frequent first: place of the true label and of the answer in ``labels``, and how many texts;
    empty for multi-label."""

    def _rows(self) -> list[dict[str, Any]]:
        return [score.to_dict() for score in self.classes]


@dataclass(frozen=True, slots=True)
class SplitCheck:
    name: str
    rows: int
    empty: int
    duplicates: int
    labels: dict[str, int]
    characters_median: int
    characters_max: int


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What was found in the data before training starts."""

    splits: tuple[SplitCheck, ...]
    labels: tuple[str, ...]
    multilabel: bool
    leaked: dict[str, int]
    """Split name to the number of its texts that are also in the training split, case, white space and Unicode form
    aside."""
    conflicting: int
    """Training texts that occur with more than one label."""
    majority_label: str
    majority_share: float
    """Accuracy of always answering the most frequent training label, on the validation split if there is one."""
    warnings: tuple[str, ...] = ()
