"""The paired bootstrap of sacrebleu (Koehn 2004; Post 2018), sample by sample: memory does not grow with samples.

It draws what ``sacrebleu.significance.PairedTest`` draws, and gives its p-values.

Shapes: N sentences, K statistics of a metric, R samples, M systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.evaluation.results import CONFIDENCE, Interval

SAMPLES, SAMPLE_SEED = 1000, 12345
"""Sacrebleu's defaults."""
Values = NDArray[np.float64]


def statistics(metric: Any, hypotheses: Sequence[str], references: Sequence[str]) -> NDArray[np.float32]:
    """What each sentence contributes to the corpus score, [N, K]."""
    found = metric._extract_corpus_statistics(list(hypotheses), [list(references)])
    return np.array(found, np.float32)


def sampled_scores(metric: Any, statistics_M: Sequence[NDArray[np.float32]]) -> Values:
    """The corpus scores of all systems on the same samples of sentences, [M, R]."""
    rng, N = np.random.default_rng(SAMPLE_SEED), len(statistics_M[0])
    scores_MR = np.zeros((len(statistics_M), SAMPLES))
    for r in range(SAMPLES):
        drawn = rng.choice(N, size=N, replace=True)
        for m, rows in enumerate(statistics_M):
            scores_MR[m, r] = metric._compute_score_from_stats(rows[drawn].sum(0)).score
    return scores_MR


def p_value(first_R: Values, other_R: Values, difference: float) -> float:
    """The two-sided p-value of a difference between two systems, from their scores on the same samples; 1 without any
    difference, where sacrebleu says 1 / 1001."""
    differences_R = np.abs(other_R - first_R)
    if not differences_R.any():
        return 1.0
    above = int(np.sum(differences_R - differences_R.mean() > abs(difference)))
    return (above + 1) / (len(differences_R) + 1)


def interval(values_R: Values) -> Interval:
    """The middle 95 % of the values of all samples."""
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(values_R, [tail, 100 - tail])
    return Interval(float(low), float(high), CONFIDENCE, len(values_R))


def signature(metric: Any) -> str:
    """The signature of a metric and of the test, as sacrebleu writes them."""
    found = metric.get_signature()
    found.update("seed", str(SAMPLE_SEED))
    found.update("bs", SAMPLES)
    return str(found)
