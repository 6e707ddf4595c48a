"""Significance tests and confidence intervals for paired results, by SciPy, with fixed seeds.

Models are compared on the same texts, so texts are resampled, each with the results of all models on it.  A metric is a
function of sums over texts (correct answers, nats, true and false positives), so a resample only reweights those sums.

Shapes: N texts, K sums of a metric, R resamples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.evaluation.results import CONFIDENCE, Interval, Spread

Floats = NDArray[np.float64]
SEED = 1
RESAMPLES = 9999
MAX_GROUPS = 5000
"""Above this number, neighbouring texts are summed into groups, which are resampled instead of texts."""
_MAX_DRAWS = 2**22
"""Random numbers in memory at once."""


def bootstrap_interval(rows_NK: NDArray[Any], measure: Callable[[Floats], Floats]) -> Interval | None:
    """Percentile bootstrap interval of a metric; None for fewer than two texts.

    Args:
        rows_NK: the terms that each text contributes to the sums.
        measure: the metric: sums [R, K] to values [R].
    """
    if len(rows_NK) < 2:
        return None
    from scipy import stats

    rows = sum_groups(rows_NK)
    N = len(rows)

    def statistic(drawn: NDArray[np.int64], axis: int = -1) -> Floats:
        index_RN = np.moveaxis(drawn, axis, -1).reshape(-1, N)
        cells = index_RN + N * np.arange(len(index_RN))[:, None]
        weights_RN = np.bincount(cells.ravel(), minlength=index_RN.size).reshape(-1, N)
        return measure(weights_RN.astype(np.float64) @ rows)

    found = stats.bootstrap(
        (np.arange(N),),
        statistic,
        n_resamples=RESAMPLES,
        batch=max(1, _MAX_DRAWS // N),
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        random_state=np.random.default_rng(SEED),
    )
    low, high = (float(np.squeeze(end)) for end in found.confidence_interval)
    return Interval(low, high, CONFIDENCE, RESAMPLES)


def permutation_p(a_N: Floats, b_N: Floats) -> float | None:
    """Two-sided p-value of a paired permutation test of the sum of ``b - a``; None for fewer than two texts.

    Exact for few texts, otherwise from ``RESAMPLES`` random permutations (Good 2005, section 3.2).
    """
    if len(a_N) < 2:
        return None
    from scipy import stats

    both_N2 = sum_groups(np.stack([a_N, b_N], axis=1))

    def statistic(a: Floats, b: Floats, axis: int = -1) -> Any:
        return (b - a).sum(axis=axis)

    found = stats.permutation_test(
        (both_N2[:, 0], both_N2[:, 1]),
        statistic,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, _MAX_DRAWS // (2 * len(both_N2))),
        random_state=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """p-value of McNemar's exact test (McNemar 1947), from the numbers of texts that only one model got right."""
    if only_first + only_second == 0:
        return 1.0
    from scipy import stats

    return float(stats.binomtest(only_first, only_first + only_second, 0.5).pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted by Holm's step-down method (1979) for the family-wise error rate; None stays None."""
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, i) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        adjusted[i] = largest
    return adjusted


def sum_groups(rows_NK: NDArray[Any]) -> Floats:
    """The rows; if there are more than ``MAX_GROUPS``, sums over groups of neighbours of about equal size."""
    N = len(rows_NK)
    if N <= MAX_GROUPS:
        return rows_NK.astype(np.float64)
    starts = np.arange(MAX_GROUPS) * N // MAX_GROUPS
    return np.asarray(np.add.reduceat(rows_NK, starts, axis=0, dtype=np.float64))


def spread(values: Sequence[float], least: float = -math.inf, most: float = math.inf) -> Spread:
    """Mean, standard deviation and confidence interval of the mean (Student's t); of one value only the mean.

    Args:
        least, most: the ends of the scale, at which the interval is cut.
    """
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Spread(mean, None, None, None, n, CONFIDENCE)
    from scipy import stats

    sd = float(np.std(values, ddof=1))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * sd / n**0.5
    return Spread(mean, sd, max(least, mean - half), min(most, mean + half), n, CONFIDENCE)


def paired_t_p(differences: Sequence[float]) -> float | None:
    """Two-sided p-value of the paired t-test; None for fewer than two differences, or if all are equal."""
    if len(differences) < 2 or np.ptp(differences) == 0:
        return None
    from scipy import stats

    return float(stats.ttest_1samp(differences, 0.0).pvalue)
