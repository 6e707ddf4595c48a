"""A packed table is the same table, with weights of eight bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.classification.ngrams.packed import PACKED, SIZES, find_grams, pack, unpack
from lstmcli.classification.ngrams.table import NgramTable, all_ngram_keys
from lstmcli.errors import ModelError

TEXTS = st.lists(st.lists(st.integers(0, 70_000), max_size=9), min_size=1, max_size=6)


def table_of(texts: list[list[int]], order: int = 3, C: int = 2, most: int = 99) -> tuple[NgramTable, Any]:
    """A table of some n-grams of the texts, and their tokens."""
    blocks = [(np.array([i for text in texts for i in text], np.int32), np.array([*map(len, texts)], np.int64))]
    keys = np.unique(all_ngram_keys(*blocks[0], order)[0])[:most]
    weights = np.random.default_rng(1).normal(size=(len(keys), C)).astype(np.float16)
    return NgramTable(order, keys, weights, np.ones(C, np.float32)), find_grams(blocks, order, keys)


@given(texts=TEXTS, order=st.integers(1, 4), most=st.integers(0, 9))
@settings(max_examples=60)
def test_what_is_unpacked_is_what_was_packed(texts: list[list[int]], order: int, most: int) -> None:
    table, grams = table_of(texts, order, most=most)
    found = unpack(pack(table, grams))
    assert found.order == order and found.keys.tolist() == table.keys.tolist()
    step = np.abs(table.weights_PC.astype(np.float32)).max(initial=0.0) / 127
    np.testing.assert_allclose(found.weights_PC, table.weights_PC, atol=0.51 * step + 2e-3)
    assert found.bias_C.tolist() == table.bias_C.tolist()
    again = unpack(pack(found, grams))
    np.testing.assert_array_equal(again.weights_PC, found.weights_PC)


def test_a_packed_table_takes_less_than_the_keys_of_an_ordinary_one() -> None:
    texts = np.random.default_rng(1).zipf(1.5, (200, 20)).clip(2, 9_000).tolist()
    table, grams = table_of(texts, most=5_000)
    assert sum(value.nbytes for value in pack(table, grams).values()) < 0.8 * table.keys.nbytes


def test_a_damaged_table_is_named() -> None:
    tensors = pack(*table_of([[2, 3, 4]]))
    for name, value, message in (
        (PACKED, tensors[PACKED][:9], "not as long|cannot be unpacked"),
        (PACKED, np.zeros(5, np.uint8), "cannot be unpacked"),
        (SIZES, np.array([2**40, 0, 0]), "larger than any"),
        (SIZES, np.array([-1, 3, 3]), "larger than any"),
        (SIZES, np.array([1, 1, 0]), "not as long"),
    ):
        with pytest.raises(ModelError, match=message):
            NgramTable.from_tensors({**tensors, name: value})
    with pytest.raises(ModelError, match="unknown tokens"):
        table, _ = table_of([[2]])
        unpack(pack(table, [(table.keys, np.array([[1]], np.int32))]))
