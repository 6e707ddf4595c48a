"""How many answers are wrong if the least certain ones are left out: the risk-coverage curve (El-Yaniv & Wiener 2010).

Answers are counted by their confidence in narrow bins, so memory does not grow with the texts.  The bins are equally
wide in log-odds, because most answers of a good model are within a thousandth of certainty.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.results import CoveragePoint

Floats = NDArray[np.float64]

THRESHOLDS: Floats = np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-np.arange(-8.0, 20.0, 0.01)))])
"""The lower bounds of the bins."""
REPORTED = (1.0, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Coverages in a report."""
STORED = tuple(share / 100 for share in range(100, 0, -1))
"""Coverages in a model directory."""


class RiskCoverage:
    """Counts of answers, and of wrong ones, by confidence."""

    def __init__(self) -> None:
        self._texts, self._wrong = (np.zeros(len(THRESHOLDS), np.int64) for _ in range(2))

    def add(self, confidence_N: Floats, correct_N: NDArray[np.bool_]) -> None:
        index = np.searchsorted(THRESHOLDS, confidence_N, side="right") - 1
        self._texts += np.bincount(index, minlength=len(THRESHOLDS))
        self._wrong += np.bincount(index[~correct_N], minlength=len(THRESHOLDS))

    def points(self, shares: Iterable[float] = REPORTED) -> tuple[CoveragePoint, ...]:
        """For each share of the texts, the highest threshold that still answers so many of them."""
        answered, wrong = (counts[::-1].cumsum()[::-1] for counts in (self._texts, self._wrong))
        n, found = answered[0], dict[int, CoveragePoint]()
        for share in shares if n else ():
            i = int(np.flatnonzero(answered >= share * n - 1e-9)[-1])
            found.setdefault(
                i, CoveragePoint(float(answered[i] / n), float(THRESHOLDS[i]), float(wrong[i] / answered[i]))
            )
        return tuple(found.values())
