"""A report on answers that are in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.metrics import Tally
from lstmcli.classification.results import ClassReport

Floats = NDArray[np.float64]


def classification_report(
    probabilities: Floats,
    gold: NDArray[np.int64] | NDArray[np.bool_],
    labels: Sequence[str],
    multilabel: bool = False,
    threshold: float | None = None,
    thresholds: Sequence[float] | None = None,
) -> ClassReport:
    """A report on answers [N, C] that are in memory; gold as for ``Tally.add``."""
    tally = Tally(labels, multilabel, threshold, thresholds)
    tally.add(probabilities, gold)
    return tally.report()
