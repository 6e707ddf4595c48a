"""The threshold that leaves a share of the texts unanswered, or so few errors, on the validation split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lstmcli.classification.results import CoveragePoint
from lstmcli.errors import UsageError


def to_json(points: Sequence[CoveragePoint]) -> list[list[float]]:
    """The risk-coverage curve as it is stored in a model."""
    return [[point.coverage, point.threshold, point.error] for point in points]


def from_json(found: Any) -> tuple[CoveragePoint, ...]:
    """What ``to_json`` made; empty if it did not."""
    try:
        points = tuple(CoveragePoint(*map(float, row)) for row in found)
    except (TypeError, ValueError):
        return ()
    valid = all(0 <= value <= 1 for p in points for value in (p.coverage, p.threshold, p.error))
    return points if valid else ()


def share_of(value: str | float, name: str) -> float:
    """A share, such as 0.05 or ``5%``.  Raises: UsageError."""
    text = str(value).strip()
    try:
        share = float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share < 1:
        raise UsageError(f"{name} must be a share such as 5%, not {value!r}")
    return share


def choose_threshold(
    curve: Sequence[CoveragePoint], *, abstain: float | None = None, max_error: float | None = None
) -> CoveragePoint:
    """The point of the curve with at most ``abstain`` of the texts unanswered, or with ``max_error`` of the answers
    wrong and as many as possible answered.

    Raises:
        UsageError: no threshold leaves so few errors.
    """
    if abstain is not None:
        return min((p for p in curve if p.coverage >= 1 - abstain - 1e-9), key=lambda p: p.coverage, default=curve[0])
    assert max_error is not None
    if fitting := [point for point in curve if point.error <= max_error]:
        return max(fitting, key=lambda point: point.coverage)
    best = min(curve, key=lambda point: point.error)
    raise UsageError(
        f"no threshold leaves {100 * max_error:g} % errors on the validation split",
        hint=f"the fewest are {100 * best.error:.1f} %, with {100 * best.coverage:.0f} % of the texts answered",
    )
