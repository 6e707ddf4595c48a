"""The number that the best epoch is chosen by."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from lstmcli.classification.model_selection import Score, score


def test_accuracy_and_loss_are_pytorchs() -> None:
    rng = np.random.default_rng(0)
    logits, gold = rng.normal(size=(50, 4)).astype(np.float32) * 5, rng.integers(0, 4, 50)
    found = score(logits, gold, multilabel=False)
    assert found.metric == "accuracy"
    assert found.value == pytest.approx((logits.argmax(1) == gold).mean())
    assert found.loss == pytest.approx(functional.cross_entropy(torch.tensor(logits), torch.tensor(gold)).item(), 1e-5)


def test_multilabel_is_f1_over_all_decisions() -> None:
    logits = np.array([[2.0, -1.0, 3.0], [-2.0, -1.0, 1.0]], np.float32)
    gold = np.array([[1, 1, 1], [0, 0, 0]])
    found = score(logits, gold, multilabel=True)  # 3 called, 3 gold, 2 hits
    assert (found.metric, found.value) == ("f1", pytest.approx(2 * 2 / 6))
    assert type(found.value) is float  # not NumPy's: what compares to it goes into the log as JSON
    expected = functional.binary_cross_entropy_with_logits(
        torch.tensor(logits), torch.tensor(gold).float(), reduction="sum"
    )
    assert found.loss == pytest.approx(expected.item() / 2, 1e-5)


def test_what_cannot_be_told_from_the_best_is_as_good() -> None:
    best = Score(0.3, "accuracy", 0.9)  # of 400: a standard error of 1.5 points
    assert Score(0.9, "accuracy", 0.871).as_good_as(best, 400)
    assert not Score(0.1, "accuracy", 0.869).as_good_as(best, 400)
    assert not Score(0.1, "accuracy", 0.871).as_good_as(best, 4000)
    assert not Score(0.1, "accuracy", 0.99).as_good_as(Score(0.1, "accuracy", 1.0), 10)


def test_loss_breaks_a_tie() -> None:
    assert Score(0.4, "accuracy", 0.9).rank > Score(0.5, "accuracy", 0.9).rank
    assert Score(9.0, "accuracy", 0.91).rank > Score(0.1, "accuracy", 0.9).rank
