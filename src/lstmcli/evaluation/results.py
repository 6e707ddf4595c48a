"""Confidence intervals and spreads of metrics."""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = 0.95

SIGNIFICANCE_LEVEL = 0.05
LOWER_IS_BETTER = frozenset({"perplexity", "bits_per_byte"})
"""Metrics for which lower is better."""
HUNDREDTHS = frozenset({"bleu", "chrf"})
"""Metrics from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Percentile bootstrap interval (Efron & Tibshirani 1993, section 13.3)."""

    low: float
    high: float
    confidence: float
    resamples: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, standard deviation (n - 1) and confidence interval of the mean (Student's t) of ``n`` values."""

    mean: float
    sd: float | None
    """None for a single value."""
    low: float | None
    high: float | None
    n: int
    confidence: float = 0.95
