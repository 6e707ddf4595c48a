"""Labels as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.classification.labels import Indicators, class_weights, gold_array, known
from lstmcli.data.records import Record

LABELS = ("bad", "good", "so so")


def records(*labels: tuple[str, ...]) -> list[Record]:
    return [Record(text="", labels=row) for row in labels]


def test_one_label_is_a_column_number() -> None:
    gold = gold_array(records(("good",), ("so so",), ("bad",)), LABELS, multilabel=False)
    assert gold.tolist() == [1, 2, 0]
    made = Indicators(gold, 3, multilabel=False)
    assert made.shape == (3, 3)
    assert made[0:2].tolist() == [[0, 1, 0], [0, 0, 1]] and made[2:3].tolist() == [[1, 0, 0]]


def test_several_labels_are_a_row_of_bits() -> None:
    gold = gold_array(records(("good", "bad"), ()), LABELS, multilabel=True)
    assert gold.tolist() == [[1, 1, 0], [0, 0, 0]]


def test_strangers_are_left_out() -> None:
    rows = records(("good",), ("new",), ("bad", "new"), ())
    assert [row.labels for row in known(rows, LABELS)] == [("good",), ()]


def test_balanced_weights_give_every_class_the_same_say() -> None:
    gold = np.array([0, 0, 0, 1])
    weights = class_weights(gold, 2, multilabel=False, rule="balanced")
    assert weights is not None
    assert (np.bincount(gold) * weights).tolist() == pytest.approx([2.0, 2.0])
    assert class_weights(gold, 2, multilabel=False, rule="none") is None


def test_multilabel_weights_are_negatives_over_positives() -> None:
    gold = np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
    weights = class_weights(gold, 2, multilabel=True, rule="balanced")
    assert weights is not None and weights.tolist() == pytest.approx([1 / 3, 3.0])
