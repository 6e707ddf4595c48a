"""The difference between a model and the first one in a metric, and the notes on its uncertainty.

Shapes: N texts or lines, K sums that the metric is computed from, R resamples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from lstmcli.comparison.results import FEW, Difference
from lstmcli.evaluation.results import LOWER_IS_BETTER, SIGNIFICANCE_LEVEL
from lstmcli.evaluation.significance import Floats, bootstrap_interval


def difference(
    model: str,
    against: str,
    measure: str,
    rows_NK: NDArray[Any],
    compute: Callable[[Floats], Floats],
    test: str = "",
    p_values: tuple[float | None, float | None] = (None, None),
) -> Difference:
    """The difference in ``measure``, with its interval and significance.

    Args:
        rows_NK: the terms that each text contributes to the sums, for both models.
        compute: the difference: sums [R, K] to values [R].
        test: name of the test; empty if there is none.
        p_values: the p-value and the adjusted one.
    """
    value = float(compute(rows_NK.sum(axis=0)[None])[0])
    p_value, p_adjusted = p_values
    ahead = (value < 0) == (measure in LOWER_IS_BETTER)
    return Difference(
        model=model,
        against=against,
        measure=measure,
        difference=value,
        interval=bootstrap_interval(rows_NK, compute),
        test="" if p_value is None else test,
        p_value=p_value,
        p_adjusted=p_adjusted,
        significant=None if p_adjusted is None else p_adjusted < SIGNIFICANCE_LEVEL,
        better=None if value == 0 else model if ahead else against,
    )


def few_note(n: int, noun: str) -> Iterator[str]:
    """The note about few texts or lines, if they are few."""
    if n == 1:
        yield f"one {noun}: there is no interval for a difference, and no test can say anything"
    elif n < FEW:
        yield f"only {n} {noun}s: the intervals are rough"


def multiple_tests_note(models: int, first: str) -> Iterator[str]:
    """The note about several comparisons with the first model, if there are several."""
    if models > 2:
        corrected = f"p-values are corrected for {models - 1} tests (Holm), intervals are not"
        yield f"each model is compared with the first ({first}); {corrected}"
