"""N-grams looked up by the library against the same in NumPy: equal bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.classification.ngrams import table as ngram_table
from lstmcli.classification.ngrams.native import NativeNgrams
from lstmcli.classification.ngrams.table import NgramTable, ngram_keys
from lstmcli.engine.native import Library
from support.kernel import built

TEXTS = st.lists(st.lists(st.integers(0, 7) | st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=30), max_size=6)


@pytest.fixture(scope="module")
def kernel() -> Library:
    return Library(built())


def encode(texts: list[list[int]]) -> list[NDArray[np.int32]]:
    """[T, F] arrays whose features must not matter."""
    return [np.stack([np.array(text), np.arange(len(text))], axis=1).astype(np.int32) for text in texts]


def random_table(texts: list[NDArray[np.int32]], order: int, C: int, seed: int) -> NgramTable:
    """Half of the n-grams of the texts, among others."""
    rng = np.random.default_rng(seed)
    keys = ngram_keys(texts, order)[0]
    others = rng.integers(0, 2**64, 20, dtype=np.uint64)
    kept = np.unique(np.concatenate([keys[rng.random(len(keys)) < 0.5], others, others & np.uint64(0xFF)]))
    weights, bias = rng.normal(size=(len(kept), C)).astype(np.float16), rng.normal(size=C).astype(np.float32)
    return NgramTable(order, kept, weights, bias)


def by_numpy(table: NgramTable, texts: list[NDArray[np.int32]], monkeypatch: pytest.MonkeyPatch) -> NDArray[np.float32]:
    with monkeypatch.context() as without:
        without.setattr(ngram_table, "library", lambda: None)
        return NgramTable(table.order, table.keys, table.weights_PC, table.bias_C).scores(texts)


@given(TEXTS.filter(bool), st.integers(0, 5), st.integers(1, 4), st.integers(0, 999))
@settings(max_examples=150)
def test_scores_are_numpys_bit_for_bit(kernel: Library, texts: list[list[int]], order: int, C: int, seed: int) -> None:
    encoded = encode(texts)
    table = random_table(encoded, order, C, seed)
    native = NativeNgrams(kernel, order, table.keys, table.weights_PC, table.bias_C)
    with pytest.MonkeyPatch.context() as monkeypatch:
        np.testing.assert_array_equal(native.scores(encoded), by_numpy(table, encoded, monkeypatch))


def test_a_table_without_rows(kernel: Library) -> None:
    bias = np.array([1, 2], np.float32)
    native = NativeNgrams(kernel, 2, np.zeros(0, np.uint64), np.zeros((0, 2), np.float16), bias)
    assert native.scores(encode([[5, 6], [7]])).tolist() == [[1, 2], [1, 2]]


def test_it_is_used_where_it_can_be(kernel: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode([[3, 4, 5], [4, 5]])
    table = random_table(encoded, 2, 3, seed=0)
    monkeypatch.setattr(ngram_table, "library", lambda: kernel)
    usual = NgramTable(2, table.keys, table.weights_PC, table.bias_C)
    turned = NgramTable(2, table.keys[::-1].copy(), table.weights_PC, table.bias_C)
    wide = NgramTable(2, table.keys, table.weights_PC.astype(np.float32), table.bias_C)
    assert [each._native is not None for each in (usual, turned, wide)] == [True, False, False]
    np.testing.assert_array_equal(usual.scores(encoded), wide.scores(encoded))
    assert usual.scores([]).shape == (0, 3)
