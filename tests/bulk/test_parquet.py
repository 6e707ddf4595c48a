"""Answers as Parquet files."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.bulk import parquet
from lstmcli.bulk.parquet import join, piece


def joined(*rows_of_pieces: list[dict[str, Any]]) -> bytes:
    parts, out = [piece(rows) for rows in rows_of_pieces], io.BytesIO()
    join(lambda: parts, out)
    return out.getvalue()


def table(*rows_of_pieces: list[dict[str, Any]]) -> pa.Table:
    return pq.read_table(io.BytesIO(joined(*rows_of_pieces)))


@pytest.mark.parametrize(
    ("one", "other", "kind", "found"),
    [
        (1, 2, pa.int64(), [1, 2]),
        (1, 2.5, pa.float64(), [1.0, 2.5]),
        (None, "b", pa.string(), [None, "b"]),
        (1, "b", pa.string(), ["1", "b"]),
        (True, 1, pa.string(), ["true", "1"]),
        ([], ["b"], pa.list_(pa.string()), [[], ["b"]]),
        (["a"], 1, pa.string(), ['["a"]', "1"]),
        ({"x": 1}, {"x": 2.5, "y": "b"}, None, [{"x": 1.0, "y": None}, {"x": 2.5, "y": "b"}]),
        ({"x": 1}, {"x": "b"}, pa.string(), ['{"x": 1}', '{"x": "b"}']),
        ({}, None, pa.string(), ["{}", None]),
        (None, None, pa.string(), [None, None]),
        ([], [], pa.list_(pa.string()), [[], []]),
        (2**70, 1, pa.string(), [str(2**70), "1"]),
        (2**63, -1, pa.string(), [str(2**63), "-1"]),
        ("a\ud800", "b", pa.string(), ["a?", "b"]),
    ],
)
def test_types_of_pieces_become_one(one: Any, other: Any, kind: Any, found: list[Any]) -> None:
    for apart in (True, False):
        rows = [{"c": one}], [{"c": other}]
        result = table(*rows) if apart else table([*rows[0], *rows[1]])
        assert result.column("c").to_pylist() == found
        assert kind is None or result.schema.field("c").type == kind


def test_a_column_that_comes_later_is_empty_before() -> None:
    assert table([{"a": 1}], [{"a": 2, "b": "x"}]).to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


@given(st.lists(st.integers(1, 7), max_size=8), st.integers(1, 5))
def test_bytes_do_not_depend_on_the_pieces(sizes: list[int], group: int) -> None:
    rows = [{"n": n, "text": f"text {n}"} for n in range(sum(sizes) + 1)]
    parts = [rows[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(len(sizes))] + [rows[-1:]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "GROUP_ROWS", group)
        whole = joined(rows)
        assert joined(*parts) == whole
    read = pq.ParquetFile(io.BytesIO(whole))
    assert read.read().to_pylist() == rows
    assert read.metadata.row_group(0).num_rows == min(group, len(rows))
