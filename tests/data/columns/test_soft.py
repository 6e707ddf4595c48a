"""Columns of probabilities: found where they are, and refused with the line where a row is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from lstmcli.data.columns.soft import Soft, find_soft, soft_objects
from lstmcli.errors import DataError

COLUMNS = Soft(("p_a", "p_b"), objects=False)
ANSWERS = Soft(("probabilities",), objects=True, answers=True)


def read(soft: Soft, **cells: Any) -> dict[str, float] | None:
    return soft.read(cells, "file.csv", 7, 6)


def test_columns_named_after_labels_hold_probabilities_if_their_rows_sum_to_1() -> None:
    rows = [{"text": "x", "p_a": "0.25", "p_b": "0.75", "p_value": "3"}, {"p_a": "", "p_b": None}]
    assert find_soft(("text", "p_a", "p_b"), rows) == COLUMNS and COLUMNS.labels == ("a", "b")
    assert find_soft(("text", "p_a", "p_b", "p_value"), rows) is None
    assert find_soft(("text", "p_a"), rows) is None
    assert find_soft(("p_a", "p_b"), [{"p_a": 1, "p_b": 2}]) is None
    assert find_soft(("p_a", "p_b"), [{"p_a": 1, "p_b": 2}], asked=True) == COLUMNS


def test_objects_hold_probabilities_by_their_name_or_their_fractions() -> None:
    assert soft_objects([{"probabilities": {"a": 1, "b": 0}}]) == ("probabilities",)
    assert soft_objects([{"label": {"a": 0.3, "b": 0.7}}]) == ("label",)
    assert soft_objects([{"label": {"a": 1, "b": 0}}, {"label": {"a": 1, "b": 1}}]) == ()  # several labels
    assert soft_objects([{"label": {"a": 0.3, "b": 0.7}}, {"label": "a"}]) == ()
    assert soft_objects([{"meta": {"x": 0.3, "y": 0.7}}, {"probabilities": {"a": "much"}}]) == ()


def test_a_row_is_read_and_rounding_is_taken_back() -> None:
    assert read(COLUMNS, p_a="0.333", p_b="0.666") == pytest.approx({"a": 1 / 3, "b": 2 / 3})
    assert read(COLUMNS, p_a="", p_b=None) is None
    assert read(ANSWERS, probabilities={"a": 0.5, "c": 0.2}) == {"a": 0.5, "c": 0.2}
    assert read(Soft(("p_a", "p_b"), False, independent=True), p_a=0.9, p_b=0.8) == {"a": 0.9, "b": 0.8}


@pytest.mark.parametrize(
    ("soft", "cells", "message"),
    [
        (COLUMNS, {"p_a": 0.5, "p_b": 0.3}, "the probabilities of 2 labels sum to 0.8, not to 1"),
        (COLUMNS, {"p_a": 0.5, "p_b": 1.5}, "the probability of 'b' is 1.5, not a number from 0 to 1"),
        (COLUMNS, {"p_a": 0.5, "p_b": ""}, "the probability of 'b' is empty, not a number from 0 to 1"),
        (COLUMNS, {"p_a": "nan", "p_b": 1}, "the probability of 'a' is 'nan', not a number from 0 to 1"),
        (Soft(("probs",), True), {"probs": {"a": 0.5, "b": 0.2}}, "the probabilities of 2 labels sum to 0.7, not to 1"),
        (Soft(("probs",), True), {"probs": "much"}, "'probs' is 'much', not a number from 0 to 1"),
        (ANSWERS, {"probabilities": {"a": 0.9, "b": 0.2}}, "the probabilities of 2 labels sum to 1.1, not to 1"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(soft: Soft, cells: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read(soft, **cells)
    assert (caught.value.message, caught.value.path, caught.value.line) == (message, "file.csv", 7)
