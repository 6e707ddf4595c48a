"""The probability from which each label of a multi-label model is given, fitted on the validation split.

The threshold of a label is that with the best F1 (Yang 2001; Lipton et al. 2014).  Few validation rows have a rare
label, so its own best threshold is mostly chance: each label gets ``SHARED`` positives more, which behave as those of
all labels do together.  A label without rows gets the common threshold, one with many rows its own.  The labels
together get as many positives more, which behave as calibrated probabilities say.

Shapes: N texts, C labels, T thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.metrics import macro_f1, micro_f1

if TYPE_CHECKING:
    from lstmcli.model_dir.directory import ModelDir

Floats = NDArray[np.float64]
USUAL = 0.5
"""Of all labels, unless others were fitted."""
SHARED = 20
GRID = np.arange(1, 96) / 100
"""The thresholds that are tried."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Thresholds, and what they are worth on the texts that they were fitted on."""

    thresholds: tuple[float, ...]
    common: float
    """That of all labels together."""
    macro_before: float
    micro_before: float
    """F1 with 0.5 for all labels."""
    macro: float
    micro: float


class ThresholdFit:
    """Counts probabilities by label and threshold; memory does not grow with the texts."""

    def __init__(self, labels: int) -> None:
        size = labels, len(GRID) + 1
        self._all_CT, self._right_CT, self._expected_CT = np.zeros(size), np.zeros(size), np.zeros(size)
        self._support_C = np.zeros(labels)

    def add(self, p_NC: Floats, gold_NC: NDArray[Any]) -> None:
        """Add texts: probabilities, and 1 for each of their labels."""
        C, T = self._all_CT.shape
        reached_NC = np.searchsorted(GRID, p_NC.ravel(), side="right").reshape(p_NC.shape)
        cells = (reached_NC + T * np.arange(C)).ravel()
        for counts, weights in (
            (self._all_CT, None),
            (self._right_CT, gold_NC.ravel()),
            (self._expected_CT, p_NC.ravel()),
        ):
            counts += np.bincount(cells, weights, minlength=C * T).reshape(C, T)
        self._support_C += gold_NC.sum(axis=0)

    def fit(self) -> Fitted | None:
        """The thresholds; None if no text has a label."""
        if not self._support_C.sum():
            return None
        all_CT, right_CT, expected_CT = map(_from_threshold, (self._all_CT, self._right_CT, self._expected_CT))
        total = self._support_C.sum()
        claimed = max(float(self._expected_CT.sum()), 1e-9)
        shared = total + SHARED
        pool_all_T = (all_CT.sum(axis=0) * (1 + SHARED / claimed)) / shared
        pool_right_T = (right_CT.sum(axis=0) + expected_CT.sum(axis=0) * SHARED / claimed) / shared
        f1_CT = 2 * (right_CT + SHARED * pool_right_T)
        f1_CT /= all_CT + self._support_C[:, None] + SHARED * (pool_all_T + 1)
        best_C = np.array([_middle_of_best(f1_T) for f1_T in f1_CT])
        usual_C = np.full(len(best_C), int(np.searchsorted(GRID, USUAL)))
        before, after = (self._f1(all_CT, right_CT, at_C) for at_C in (usual_C, best_C))
        common = GRID[_middle_of_best(2 * pool_right_T / (pool_all_T + 1))]
        return Fitted(tuple(GRID[best_C].tolist()), float(common), *before, *after)

    def _f1(self, all_CT: Floats, right_CT: Floats, at_C: NDArray[Any]) -> tuple[float, float]:
        """Macro and micro F1 with one threshold for each label."""
        labels = np.arange(len(at_C))
        right_C, all_C = right_CT[labels, at_C], all_CT[labels, at_C]
        return float(macro_f1(right_C, all_C, self._support_C)), micro_f1(right_C, all_C, self._support_C)


def asked(threshold: float | None, own_C: Sequence[float]) -> Sequence[float]:
    """The threshold of each label: the one that is asked for, or else its own."""
    return own_C if threshold is None else [threshold] * len(own_C)


def of_model(model: ModelDir) -> Floats:
    """The threshold of each label of a model, in order; 0 if it gives each text one label."""
    return of_calibration(model.config["calibration"], len(model.labels), multilabel=model.multilabel)


def of_calibration(calibration: Mapping[str, Any], labels: int, *, multilabel: bool) -> Floats:
    found = calibration.get("thresholds") if multilabel else None
    return np.full(labels, USUAL if multilabel else 0.0) if found is None else np.array(found, np.float64)


def _from_threshold(counts_CT: Floats) -> Floats:
    """Counts from each threshold up, from counts between two thresholds."""
    return np.asarray(counts_CT[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:])


def _middle_of_best(f1_T: Floats) -> int:
    best = np.flatnonzero(f1_T >= f1_T.max() - 1e-12)
    return int(best[len(best) // 2])
