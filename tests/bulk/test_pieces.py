"""Pieces of a file, and what their digests stand for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.bulk.pieces import pieces
from lstmcli.data.records import Record
from lstmcli.errors import DataError

TEXTS = st.lists(st.text(st.characters(), max_size=12), max_size=30)


def records(texts: list[str]) -> list[Record]:
    return [Record(text, line=n, path="a.txt") for n, text in enumerate(texts, 1)]


@given(TEXTS, st.integers(1, 8), st.integers(1, 40))
def test_every_record_is_in_one_piece_in_order(texts: list[str], rows: int, characters: int) -> None:
    found = list(pieces(records(texts), "key", rows=rows, characters=characters))
    assert [piece.head.number for piece in found] == list(range(len(found)))
    assert [record.text for piece in found for record in piece.records] == texts
    assert all(1 <= len(piece.records) <= rows for piece in found)
    for piece in found:
        assert sum(len(record.text) for record in piece.records[:-1]) < characters


@given(TEXTS, TEXTS)
def test_digests_are_equal_where_the_texts_are(one: list[str], other: list[str]) -> None:
    ours, theirs = (
        [(p.head.digest, [r.text for r in p.records]) for p in pieces(records(t), "k", rows=4)] for t in (one, other)
    )
    for (digest, texts), (another, others) in zip(ours, theirs, strict=False):
        assert (digest == another) == (texts == others)


@pytest.mark.parametrize(
    "other",
    [Record("a", line=2), Record("a", path="b"), Record("a", columns={"x": "1"}), Record("a", target="b"), Record("b")],
)
def test_a_digest_stands_for_all_of_a_record_and_the_key(other: Record) -> None:
    (usual,), (changed,) = pieces([Record("a")], "key"), pieces([other], "key")
    assert usual.head.digest != changed.head.digest
    (again,), (elsewhere,) = pieces([Record("a")], "key"), pieces([Record("a")], "another")
    assert usual.head.digest == again.head.digest != elsewhere.head.digest


def test_what_comes_before_a_bad_line_is_a_piece() -> None:
    def broken() -> Iterator[Record]:
        yield from records(["a", "b", "c"])
        raise DataError("a bad line", line=4)

    found = pieces(broken(), "key", rows=2)
    assert [len(next(found).records), len(next(found).records)] == [2, 1]
    with pytest.raises(DataError, match="line 4"):
        next(found)


def test_a_chained_digest_stands_for_all_that_comes_before() -> None:
    one, other = (list(pieces(records([*texts]), "k", chained=True, rows=1)) for texts in ("abc", "aXc"))
    assert [mine.head.digest == yours.head.digest for mine, yours in zip(one, other, strict=True)] == [
        True,
        False,
        False,
    ]
