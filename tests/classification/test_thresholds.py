"""Thresholds of labels: fitted towards the best F1, and towards each other where a label has few rows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lstmcli.classification.thresholds import Fitted, ThresholdFit, of_calibration
from support.reports import classification_report

Floats = NDArray[np.float64]


def fitted(p_NC: Floats, gold_NC: NDArray[np.int64], pieces: int = 1) -> Fitted | None:
    fit = ThresholdFit(p_NC.shape[1])
    for p, gold in zip(np.array_split(p_NC, pieces), np.array_split(gold_NC, pieces), strict=True):
        fit.add(p, gold)
    return fit.fit()


def calibrated(rng: np.random.Generator, N: int, means: list[float]) -> tuple[Floats, NDArray[np.int64]]:
    """Probabilities about these means, in log-odds, and labels that are drawn with them."""
    logits_NC = rng.normal(np.log(means) - np.log1p(-np.array(means)), 1.5, (N, len(means)))
    p_NC = 1 / (1 + np.exp(-logits_NC))
    return p_NC, (rng.random(p_NC.shape) < p_NC).astype(np.int64)


def test_f1_on_other_texts_is_higher_than_with_a_half() -> None:
    rng = np.random.default_rng(3)
    means = [0.02, 0.05, 0.1, 0.3]
    found = fitted(*calibrated(rng, 2000, means))
    assert found is not None
    p_NC, gold_NC = calibrated(rng, 4000, means)
    names = list("abcd")
    usual, own = (
        classification_report(p_NC, gold_NC, names, True, thresholds=thresholds)
        for thresholds in (None, found.thresholds)
    )
    assert own.macro_f1 > usual.macro_f1 + 0.05 and (own.micro_f1 or 0) > (usual.micro_f1 or 0) + 0.02
    assert own.thresholds == found.thresholds and usual.thresholds == ()


def test_the_worth_is_that_of_a_report_with_these_thresholds() -> None:
    p_NC, gold_NC = calibrated(np.random.default_rng(1), 300, [0.1, 0.4])
    found = fitted(p_NC, gold_NC)
    assert found is not None
    before, after = (
        classification_report(p_NC, gold_NC, ["a", "b"], True, thresholds=own) for own in (None, found.thresholds)
    )
    assert (found.macro_before, found.micro_before) == pytest.approx((before.macro_f1, before.micro_f1))
    assert (found.macro, found.micro) == pytest.approx((after.macro_f1, after.micro_f1))


def test_a_label_with_few_rows_gets_nearly_the_common_threshold() -> None:
    rng = np.random.default_rng(5)
    p_NC, gold_NC = calibrated(rng, 3000, [0.2, 0.2, 0.2])
    gold_NC[:, 2] = 0
    p_NC[:, 2] = 0.01
    p_NC[:2, 2], gold_NC[:2, 2] = 0.9, 1  # its own best threshold is anywhere up to 0.9
    found = fitted(p_NC, gold_NC)
    assert found is not None
    assert abs(found.thresholds[2] - found.common) <= 0.05
    assert found.common == pytest.approx(found.thresholds[0], abs=0.1)


def test_a_label_with_many_rows_gets_its_own() -> None:
    rng = np.random.default_rng(7)
    N = 5000
    gold_NC = (rng.random((N, 2)) < 0.5).astype(np.int64)
    low = np.where(gold_NC[:, 0], rng.uniform(0.2, 0.4, N), rng.uniform(0.0, 0.2, N))
    high = np.where(gold_NC[:, 1], rng.uniform(0.7, 0.9, N), rng.uniform(0.0, 0.7, N))
    found = fitted(np.stack([low, high], axis=1), gold_NC)
    assert found is not None
    assert found.thresholds == pytest.approx((0.2, 0.7), abs=0.03)


def test_pieces_make_no_difference_and_no_label_means_no_thresholds() -> None:
    p_NC, gold_NC = calibrated(np.random.default_rng(2), 100, [0.1, 0.4, 0.5])
    assert fitted(p_NC, gold_NC) == fitted(p_NC, gold_NC, pieces=7)
    assert fitted(p_NC, 0 * gold_NC) is None and ThresholdFit(3).fit() is None


def test_models_without_thresholds_give_labels_from_a_half_up() -> None:
    assert of_calibration({"scale": 1.0}, 2, multilabel=True).tolist() == [0.5, 0.5]
    assert of_calibration({"scale": 1.0}, 2, multilabel=False).tolist() == [0.0, 0.0]
    assert of_calibration({"thresholds": [0.1, 0.7]}, 2, multilabel=True).tolist() == [0.1, 0.7]
