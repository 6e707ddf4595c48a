"""The risk-coverage curve, against the definition."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.classification.risk_coverage import REPORTED, STORED, RiskCoverage


def test_the_curve_is_what_answering_from_its_thresholds_up_gives() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.3, 1.0, 1000) ** 0.5
    correct = rng.uniform(size=1000) < confidence
    curve = RiskCoverage()
    for part in np.split(np.arange(1000), 4):
        curve.add(confidence[part], correct[part])
    points = curve.points()
    assert [p.coverage for p in points] == pytest.approx(REPORTED, abs=0.02)
    for point in points:
        answered = confidence >= point.threshold
        assert point.coverage == pytest.approx(answered.mean())
        assert point.error == pytest.approx(1 - correct[answered].mean())


def test_no_text_is_certain_enough_to_fall_out() -> None:
    curve = RiskCoverage()
    assert curve.points() == ()
    curve.add(np.array([0.0, 1.0, 1.0]), np.array([False, True, True]))
    assert curve.points(STORED)[0].error == pytest.approx(1 / 3)
    assert curve.points(STORED)[-1].error == 0.0
