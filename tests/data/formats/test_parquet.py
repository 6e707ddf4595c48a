"""Parquet: every kind of cell comes through, and a small file that stands for gigabytes is refused in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data import files
from lstmcli.data.files import Input
from lstmcli.data.formats import parquet
from lstmcli.data.formats.format import Opening
from lstmcli.data.formats.parquet import open_parquet, row_sizes
from lstmcli.errors import DataError

MB = 1 << 20


def rows(path: Path) -> Iterator[dict[str, Any]]:
    return (dict(row.cells) for row in open_parquet(Opening(Input(str(path)), start=b"PAR1")).rows())


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_every_kind_of_cell(tmp_path: Path) -> None:
    columns = {
        "text": ["a", None, "好 😀"],
        "large": pa.array(["a", "", None], pa.large_string()),
        "bytes": [b"\xff", None, b""],
        "category": pa.array(["x", None, "x"]).dictionary_encode(),
        "numbers": pa.array([1, 2, 1]).dictionary_encode(),
        "labels": [["x", "y"], [], None],
        "deep": [[["a"], []], None, [["b", None]]],
        "object": [{"a": "b", "c": 1}, None, {"a": None, "c": 2}],
        "map": pa.array([[("a", "b")], [], None], pa.map_(pa.string(), pa.string())),
        "number": [1.5, None, 2.0],
    }
    path = write(tmp_path / "a.parquet", columns)
    assert list(rows(path)) == pa.table(columns).to_pylist()


@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(max_codepoint=0x7F), max_size=9),
            st.none() | st.lists(st.none() | st.text("ab", max_size=5), max_size=4),
        ),
        min_size=1,
        max_size=30,
    ),
    st.data(),
)
def test_the_size_of_a_row_is_that_of_its_strings(cells: list[tuple[Any, Any]], data: st.DataObject) -> None:
    texts, lists = (list(column) for column in zip(*cells, strict=True))
    columns = [pa.array(texts, pa.string()), pa.array(lists, pa.list_(pa.string()))]
    if data.draw(st.booleans()):
        columns[0] = columns[0].dictionary_encode()
    start = data.draw(st.integers(0, len(cells) - 1))
    batch = pa.RecordBatch.from_arrays(columns, ["text", "list"]).slice(start)
    expected = [len(text or "") + sum(len(part or "") for part in parts or ()) for text, parts in cells[start:]]
    assert row_sizes(batch).tolist() == expected


def test_long_texts_come_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_BATCH_BYTES", 1000)
    texts = [str(i) * (1 + 37 * i % 700) for i in range(300)]
    assert [row["text"] for row in rows(write(tmp_path / "a.parquet", {"text": texts}))] == texts


def bomb(kind: str, path: Path) -> Path:
    """A small file that holds 8 MB and more."""
    if kind == "dictionary":  # one long text, meant by every row
        text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(256, np.int32)), pa.array(["x" * MB]))
        return write(path, {"text": text}, dictionary_pagesize_limit=1 << 28, compression="zstd", store_schema=False)
    if kind == "nested dictionary":
        one = pa.DictionaryArray.from_arrays(pa.array(np.zeros(256, np.int32)), pa.array(["x" * MB]))
        text = pa.ListArray.from_arrays(pa.array(np.arange(257, dtype=np.int32)), one)
        return write(path, {"text": text}, dictionary_pagesize_limit=1 << 28, compression="zstd", store_schema=False)
    if kind == "pages":
        return write(path, {"text": ["x" * MB] * 8}, use_dictionary=False, compression="zstd")
    return write(
        path,
        {"text": ["a"], "numbers": pa.ListArray.from_arrays([0, 8 * MB], np.zeros(8 * MB, np.int8))},
        compression="zstd",
    )


@pytest.mark.parametrize("kind", ["dictionary", "nested dictionary", "pages", "list"])
def test_a_bomb_is_refused_before_it_fills_the_memory(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bomb(kind, tmp_path / "a.parquet")
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(files, "MAX_UNPACKED", 4 * MB)
    pool = pa.proxy_memory_pool(before := pa.default_memory_pool())  # counts from here on
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="bytes of Parquet hold more than 4,194,304"):
            for _ in rows(path):
                pass
        assert tracemalloc.get_traced_memory()[1] < 16 * MB
        assert pool.max_memory() < 6 * MB
    finally:
        pa.set_memory_pool(before)
        tracemalloc.stop()


def test_data_that_packs_as_data_does_may_be_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1 << 16)
    texts = [f"line {i}: the cat sat on the mat" for i in range(20_000)]
    path = write(tmp_path / "a.parquet", {"text": texts, "label": ["a", "b"] * 10_000}, compression="zstd")
    assert [row["text"] for row in rows(path)] == texts


def test_invalid_strings_are_reported_as_damage(tmp_path: Path) -> None:
    data = [pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"\xff\xfe")]
    path = write(tmp_path / "a.parquet", {"text": pa.Array.from_buffers(pa.string(), 1, [None, *data])})
    with pytest.raises(DataError, match="damaged"):
        list(rows(path))
