"""Metrics of a classifier: accuracy, precision, recall, F1, confusion matrix and calibration.

Everything is accumulated by batches, and the confusion matrix is sparse, so memory is proportional to the number of
labels and distinct mistakes.

Shapes: N texts, C labels, U labels that the model does not have.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.results import ClassReport, ClassScore
from lstmcli.classification.risk_coverage import RiskCoverage

Floats = NDArray[np.float64]
BINS = 15
MAX_CONFUSED = 100
"""With more labels the confusion matrix is omitted from the report."""
MAX_MISTAKES = 1000
"""Maximum number of confused pairs of labels in a report; the most frequent are kept."""


class Calibration:
    """Expected calibration error in equal-width bins over the confidence (Guo et al. 2017, equation 3)."""

    def __init__(self, bins: int = BINS) -> None:
        self.counts = np.zeros(bins)
        self.confidence = np.zeros(bins)
        self.correct = np.zeros(bins)

    def add(self, confidence: Floats, correct: NDArray[np.bool_]) -> None:
        """Add decisions: their probabilities, and whether they were correct; the shapes must be equal."""
        bins = len(self.counts)
        # Bin m is ((m - 1) / M, m / M]; a confidence of 0 goes to the first.
        index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1).ravel()
        self.counts += np.bincount(index, minlength=bins)
        self.confidence += np.bincount(index, confidence.ravel(), minlength=bins)
        self.correct += np.bincount(index, correct.ravel(), minlength=bins)

    @property
    def error(self) -> float:
        """Mean distance between confidence and accuracy over all decisions; 0 when there are none."""
        total = self.counts.sum()
        return float(np.abs(self.correct - self.confidence).sum() / total) if total else 0.0


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = BINS) -> float:
    """The expected calibration error of decisions; see ``Calibration``."""
    calibration = Calibration(bins)
    calibration.add(confidence, correct)
    return calibration.error


class Tally:
    """Accumulates predictions and gold labels, and makes a report.

    Args:
        labels: in the order of the columns of probabilities.
        multilabel: labels are predicted independently.
        threshold: minimum probability of a predicted label; None: 0 or, if multi-label, ``thresholds``.
        thresholds: that of each label; None: 0.5.
    """

    def __init__(
        self,
        labels: Sequence[str],
        multilabel: bool = False,
        threshold: float | None = None,
        thresholds: Sequence[float] | Floats | None = None,
    ) -> None:
        C = len(labels)
        self.labels, self.multilabel, self._asked = tuple(labels), multilabel, threshold
        own = multilabel and threshold is None and thresholds is not None
        self._own: Floats | None = np.asarray(thresholds, np.float64) if own else None
        self._threshold = threshold if threshold is not None else 0.5 if multilabel else 0.0
        self._column = {label: c for c, label in enumerate(labels)}
        self.n = 0
        self._right = self._answered = 0
        self._risk_coverage = RiskCoverage()
        self._loss = 0.0
        self._unknown = UnknownLabels()
        self._hits, self._predicted, self._support = (np.zeros(C, np.int64) for _ in range(3))
        self._confusion: Counter[int] = Counter()
        """Number of texts by C * (index of the gold label) + (index of the predicted label)."""
        self._calibration = Calibration()

    def add(self, probabilities: Floats, gold: NDArray[np.int64] | NDArray[np.bool_]) -> None:
        """Add a batch of probabilities [N, C] with gold labels: column indices [N], or bool [N, C] if multi-label."""
        self.n += len(probabilities)
        if self.multilabel:
            self._add_sets(probabilities, gold.astype(np.bool_))
        else:
            self._add_labels(probabilities, gold.astype(np.int64))

    def add_named(self, probabilities: Floats, labels: Sequence[Sequence[str]]) -> None:
        """Add a batch of probabilities [N, C] with the names of the gold labels.

        If a text has a label that is not in ``labels``, any prediction is wrong.
        """
        known = np.array([all(label in self._column for label in own) for own in labels], np.bool_)
        columns = [[self._column[label] for label in own if label in self._column] for own in labels]
        gold_NC = np.zeros(probabilities.shape, np.bool_)
        for n, own in enumerate(columns):
            gold_NC[n, own] = True
        gold = gold_NC if self.multilabel else gold_NC.argmax(axis=1)
        self.add(probabilities[known], gold[known])
        for n in np.flatnonzero(~known).tolist():
            p_C = probabilities[n]
            predicted_C = p_C >= self._least
            if not self.multilabel:
                predicted_C &= np.arange(len(p_C)) == p_C.argmax()
                self._answered += int(predicted_C.any())
                self._risk_coverage.add(p_C.max(keepdims=True), np.zeros(1, np.bool_))
            self._predicted += predicted_C
            self._hits += predicted_C & gold_NC[n]
            self._support += gold_NC[n]
            if self.multilabel:
                self._calibration.add(np.where(predicted_C, p_C, 1.0 - p_C), predicted_C == gold_NC[n])
            else:
                self._calibration.add(p_C.max(keepdims=True), np.zeros(1, np.bool_))
            self._unknown.add([label for label in labels[n] if label not in self._column], predicted_C)

    def _add_labels(self, p_NC: Floats, gold_N: NDArray[np.int64]) -> None:
        C = len(self.labels)
        predicted, confidence = p_NC.argmax(axis=1), p_NC.max(axis=1)
        right, answered = predicted == gold_N, confidence >= self._threshold
        self._right += int((right & answered).sum())
        self._answered += int(answered.sum())
        self._loss += _surprise(np.take_along_axis(p_NC, gold_N[:, None], axis=1))
        self._hits += np.bincount(gold_N[right & answered], minlength=C)
        self._predicted += np.bincount(predicted[answered], minlength=C)
        self._support += np.bincount(gold_N, minlength=C)
        cells, counts = np.unique((gold_N * C + predicted)[answered], return_counts=True)
        self._confusion.update(dict(zip(cells.tolist(), counts.tolist(), strict=True)))
        self._calibration.add(confidence, right)
        self._risk_coverage.add(confidence, right)

    def _add_sets(self, p_NC: Floats, gold_NC: NDArray[np.bool_]) -> None:
        predicted = p_NC >= self._least
        right = predicted == gold_NC
        self._right += int(right.all(axis=1).sum())
        self._loss += _surprise(np.where(gold_NC, p_NC, 1.0 - p_NC)) / len(self.labels)
        self._hits += (predicted & gold_NC).sum(axis=0)
        self._predicted += predicted.sum(axis=0)
        self._support += gold_NC.sum(axis=0)
        self._calibration.add(np.where(predicted, p_NC, 1.0 - p_NC), right)

    @property
    def _least(self) -> Floats | float:
        return self._threshold if self._own is None else self._own

    def report(self) -> ClassReport:
        """The report on everything added so far.

        Macro averages are over the labels that occur in gold labels or predictions, as in scikit-learn; a label that
        the model does not have counts 0.  0 / 0 is 0.
        """
        n = self.n + self._unknown.texts
        if not n:
            raise ValueError("a report needs at least one text")
        names = (*self.labels, *self._unknown.labels)
        hits, predicted = (self._unknown.padded(counts) for counts in (self._hits, self._predicted))
        support = np.concatenate([self._support, self._unknown.support])
        precision, recall, f1 = _ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, predicted + support)
        occurs = (predicted + support) > 0
        if not occurs.any():  # multi-label, without any gold or predicted label
            occurs = ~occurs
        weight = _ratio(support, np.full_like(support, support.sum()))
        scores = zip(names, precision, recall, f1, support, strict=True)
        return ClassReport(
            n=n,
            accuracy=self._right / n,
            macro_f1=float(macro_f1(hits, predicted, support)),
            weighted_f1=float(weight @ f1),
            macro_precision=float(precision[occurs].mean()),
            macro_recall=float(recall[occurs].mean()),
            classes=tuple(ClassScore(name, float(p), float(r), float(f), int(s)) for name, p, r, f, s in scores),
            labels=names,
            confusion=self._matrix(),
            ece=self._calibration.error,
            loss=self._loss / max(1, self.n),
            unknown_labels=self._unknown.texts,
            multilabel=self.multilabel,
            confused=self._mistakes(),
            threshold=self._asked,
            answered=None if self.multilabel else self._answered,
            accuracy_answered=None if self.multilabel or not self._answered else self._right / self._answered,
            risk_coverage=self._risk_coverage.points(),
            micro_f1=micro_f1(hits, predicted, support) if self.multilabel else None,
            thresholds=() if self._own is None else tuple(self._own.tolist()),
        )

    def _matrix(self) -> tuple[tuple[int, ...], ...]:
        """The confusion matrix, gold by predicted; labels that the model does not have come last."""
        C, total = len(self.labels), len(self.labels) + len(self._unknown.labels)
        if self.multilabel or total > MAX_CONFUSED:
            return ()
        known = [tuple(self._confusion[i * C + j] for j in range(C)) for i in range(C)]
        rows = [*known, *(tuple(self._unknown.predicted[label, j] for j in range(C)) for label in self._unknown.labels)]
        return tuple(row + (0,) * (total - C) for row in rows)

    def _mistakes(self) -> tuple[tuple[int, int, int], ...]:
        if self.multilabel:
            return ()
        C = len(self.labels)
        place = {label: C + u for u, label in enumerate(self._unknown.labels)}
        wrong = [(-count, *divmod(cell, C)) for cell, count in self._confusion.items() if cell // C != cell % C]
        wrong += [(-count, place[label], j) for (label, j), count in self._unknown.predicted.items()]
        return tuple((i, j, -count) for count, i, j in heapq.nsmallest(MAX_MISTAKES, wrong))


class UnknownLabels:
    """Counts of texts with labels that the model does not have."""

    def __init__(self) -> None:
        self.texts = 0
        self.predicted: Counter[tuple[str, int]] = Counter()
        """Number of texts by unknown label and index of the prediction."""
        self._support: Counter[str] = Counter()

    def add(self, labels: Sequence[str], predicted_C: NDArray[np.bool_]) -> None:
        """Add a text: its unknown labels, and the predicted labels."""
        self.texts += 1
        for label in labels:
            self._support[label] += 1
            self.predicted.update((label, j) for j in np.flatnonzero(predicted_C).tolist())

    @property
    def labels(self) -> list[str]:
        return sorted(self._support)

    @property
    def support(self) -> NDArray[np.int64]:
        """Number of texts of each unknown label, [U]."""
        return np.array([self._support[label] for label in self.labels], np.int64)

    def padded(self, counts_C: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counts [C + U]; zeros for the unknown labels, which are never predicted."""
        return np.concatenate([counts_C, np.zeros(len(self._support), np.int64)])


def macro_f1(hits: NDArray[Any], predicted: NDArray[Any], support: NDArray[Any]) -> Floats:
    """Mean F1 over the labels that occur, from counts [..., C]; 0 if there are none."""
    total = np.asarray(predicted + support, np.float64)
    f1 = np.divide(2.0 * hits, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(f1.sum(axis=-1) / np.maximum(1, (total > 0).sum(axis=-1)))


def micro_f1(hits: NDArray[Any], predicted: NDArray[Any], support: NDArray[Any]) -> float:
    """F1 of all decisions together, from counts [C]; 0 if there are none."""
    return float(2 * hits.sum() / max(1, predicted.sum() + support.sum()))


def _surprise(probabilities: Floats) -> float:
    """Sum of negative log-probabilities in nats; a probability of 0 is clamped to the smallest float."""
    return float(-np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)).sum())


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
