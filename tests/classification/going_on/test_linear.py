"""Tables of n-grams, averaged by the rows that they were fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.classification.going_on.linear import averaged_table, shares
from lstmcli.classification.ngrams.table import NgramTable


def table(keys: list[int], weights: list[list[float]], bias: list[float]) -> NgramTable:
    return NgramTable(2, np.array(keys, np.uint64), np.array(weights, np.float16), np.array(bias, np.float32))


def test_old_labels_are_averaged_and_new_ones_are_new() -> None:
    old, new = table([2, 5], [[1, -1], [4, -4]], [1, -1]), table([3, 5], [[8, 0, 8], [0, 2, 6]], [2, 2, 2])
    found = averaged_table(old, new, np.array([0, 1]), np.array([0.5, 1, 0], np.float32))
    assert found.keys.tolist() == [2, 3, 5]
    assert found.weights_PC.tolist() == [[0.5, -1, 0], [4, 0, 8], [2, -4, 6]]
    assert found.bias_C.tolist() == [1.5, -1, 2]


def test_of_too_many_ngrams_the_largest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.classification.ngrams.table.MAX_WEIGHTS", 4)
    old, new = table([2, 5], [[1, -1], [4, -4]], [0, 0]), table([3], [[3, 0]], [0, 0])
    assert averaged_table(old, new, np.array([0, 1]), np.full(2, 0.5, np.float32)).keys.tolist() == [3, 5]


def test_a_label_without_new_rows_keeps_its_old_weights() -> None:
    gold = np.array([1, 2, 2])
    assert shares(gold, np.array([0, 1]), 3, 9).tolist() == pytest.approx([1, 0.75, 0])
    assert shares(np.array([[0, 1, 0], [0, 1, 1]]), np.array([0, 1]), 3, 2).tolist() == pytest.approx([1, 0.5, 0])
