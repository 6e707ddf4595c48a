"""Results of classifiers.

Probabilities are in [0, 1] and sum to 1 over the labels, unless the model is multi-label.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from lstmcli.results import Result

SHOWN = 20
"""Labels of a text in JSON, unless it is said how many."""


@dataclass(frozen=True, slots=True)
class Prediction(Result):
    """The prediction for one text."""

    _seldom: ClassVar[frozenset[str]] = frozenset(("labels", "gold", "columns", "left_out", "novelty"))

    text: str
    label: str | None
    """The most probable label; None if it is below the threshold.  Multi-label: the most probable of ``labels``."""
    probability: float
    probabilities: dict[str, float]
    """Probability of each label, most probable first; only the K best with ``--top K``."""
    labels: tuple[str, ...] | None = None
    """Multi-label models only: all labels that reach their threshold, most probable first."""
    gold: tuple[str, ...] = ()
    """The labels of the input, if any."""
    columns: dict[str, Any] = field(default_factory=dict)
    """The columns of the input, for ``--keep-columns``."""
    left_out: int = 0
    """Number of labels that are not in ``probabilities``."""
    novelty: float | None = None
    """How unlike the training texts the text is, if that was asked for: the share of the validation texts that are
    less so."""


@dataclass(frozen=True, slots=True)
class LabelSuspect(Result):
    """A text whose label may be wrong."""

    text: str
    label: str
    better: str
    """The label that it should have instead."""
    probability: float
    """The probability of its own label, by models that have not learnt from the text."""
    probability_better: float
    path: str = ""
    line: int | None = None
    """Where the text is, if that is known."""
    confident: bool = False
    """Whether the confident joint counts it as wrong."""


@dataclass(frozen=True, slots=True)
class ClassScore(Result):
    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class CoveragePoint(Result):
    """The answers from a threshold up."""

    coverage: float
    """Share of the texts whose probability reaches the threshold."""
    threshold: float
    error: float
    """Share of wrong answers among them."""


@dataclass(frozen=True, slots=True)
class ClassReport(Result):
    """Metrics of a classifier on labelled text."""

    n: int
    accuracy: float
    """Share of the texts with the right answer; multi-label: with exactly the right set of labels."""
    macro_f1: float
    """Mean over the labels that occur in gold labels or predictions, as in scikit-learn."""
    weighted_f1: float
    macro_precision: float
    macro_recall: float
    classes: tuple[ClassScore, ...]
    labels: tuple[str, ...]
    """The labels of the model, then unknown labels of the texts."""
    confusion: tuple[tuple[int, ...], ...]
    """confusion[i][j]: number of texts with gold label i and prediction j; empty for multi-label, and for many
    labels."""
    ece: float
    """Expected calibration error, 15 equal-width bins (Guo et al. 2017)."""
    loss: float
    """Mean negative log-likelihood of the gold label in nats, over the texts whose labels the model has."""
    unknown_labels: int = 0
    """Number of texts with a label that the model does not have; they count as wrong."""
    multilabel: bool = False
    confused: tuple[tuple[int, int, int], ...] = ()
    """The mistakes, most frequent first: indices of the gold label and the prediction in ``labels``, and number of
    texts; empty for multi-label."""
    threshold: float | None = None
    """Multi-label: labels from this probability up are given; None: those from ``thresholds`` up, or from 0.5.  Else
    texts below it have no answer, so they are in no precision and no confusion, but are not right either; None: every
    text has an answer."""
    answered: int | None = None
    """Number of texts with an answer; None for multi-label."""
    accuracy_answered: float | None = None
    """Share of right answers among those; None if there are none, and for multi-label."""
    risk_coverage: tuple[CoveragePoint, ...] = ()
    """Share of wrong answers if only the most certain ones are given; empty for multi-label."""
    micro_f1: float | None = None
    """Of all decisions together; None unless multi-label."""
    thresholds: tuple[float, ...] = ()
    """The probability from which each label of the model is given, in order, as fitted on its validation split; empty
    unless multi-label, and where one threshold was asked for."""

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
    """The result of checking the data before training."""

    splits: tuple[SplitCheck, ...]
    labels: tuple[str, ...]
    multilabel: bool
    leaked: dict[str, int]
    """For each split, the number of its texts that are also in the training split, ignoring case, white space and
    Unicode form."""
    conflicting: int
    """Number of training texts that occur with different labels."""
    majority_label: str
    majority_share: float
    """Accuracy of always predicting the most frequent training label, on the validation split if there is one."""
    warnings: tuple[str, ...] = ()

    @property
    def evaluated(self) -> int:
        """Texts of the validation and test splits."""
        return sum(split.rows for split in self.splits if split.name != "train")
