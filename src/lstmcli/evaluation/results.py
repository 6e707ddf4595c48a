"""Intervals and spreads of measured figures."""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = 0.95

SIGNIFICANCE_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """Percentile bootstrap interval (Efron & Tibshirani 1993, section 13.3)."""

    low: float
    high: float
    confidence: float
    resamples: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some values: mean, standard deviation (n - 1), and the interval of the mean by Student's t."""

    mean: float
    sd: float | None
    """None for one value, which has no spread."""
    low: float | None
    high: float | None
    n: int
    confidence: float = 0.95
