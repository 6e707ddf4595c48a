"""Labels as numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.labels import FREQUENCY, Indicators, class_weights, gold_array, known, label_offsets
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


@given(st.lists(st.integers(0, 4), min_size=1, max_size=50))
def test_the_rarer_a_label_the_larger_its_offset(labels: list[int]) -> None:
    counts = np.maximum(1, np.bincount(labels, minlength=5))
    offsets = label_offsets(np.array(labels), 5, multilabel=False, rule="none")
    if offsets is None:
        assert len(set(counts)) == 1
    else:
        assert offsets.mean() == pytest.approx(0, abs=1e-12)
        assert np.ptp(offsets + FREQUENCY * np.log(counts)) == pytest.approx(0, abs=1e-12)


def test_balanced_training_and_label_sets_have_no_offsets() -> None:
    gold = np.array([0, 0, 0, 1])
    assert label_offsets(gold, 2, multilabel=False, rule="balanced") is None
    assert label_offsets(np.array([0, 1]), 2, multilabel=False, rule="none") is None
    assert label_offsets(np.eye(3, dtype=np.int64), 3, multilabel=True, rule="none") is None
