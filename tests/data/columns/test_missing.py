"""What stands for nothing in a cell."""

from __future__ import annotations

import pytest

from lstmcli.data.columns.missing import MAYBE_A_LABEL, NEVER_A_LABEL, SELDOM_A_LABEL, is_empty, may_be_empty


@pytest.mark.parametrize("cell", ["", "  ", "NaN", "n/a", "#N/A", "null", "NULL", "\\N", "<NA>", "#NULL!"])
def test_an_empty_cell(cell: str) -> None:
    assert is_empty(cell)
    assert may_be_empty(cell)


@pytest.mark.parametrize("cell", ["-", "?", "None", "NA", "."])
def test_a_cell_that_may_be_empty(cell: str) -> None:
    assert may_be_empty(cell)
    assert not is_empty(cell)


@pytest.mark.parametrize("cell", ["0", "no", "nano", "unknown", "text"])
def test_a_cell_with_something_in_it(cell: str) -> None:
    assert not may_be_empty(cell)


def test_no_value_is_in_two_lists() -> None:
    assert not NEVER_A_LABEL & SELDOM_A_LABEL
    assert not (NEVER_A_LABEL | SELDOM_A_LABEL) & MAYBE_A_LABEL
