"""N-grams of many texts at once against sets of one text at a time, and the table that scores them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.classification.ngrams.table import NgramTable, ngram_keys

UNKNOWN = 1
TEXTS = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=8), min_size=1, max_size=5)
Encoded = list[NDArray[np.int32]]


def encode(texts: list[list[int]], F: int = 3) -> Encoded:
    """[T, F] arrays; the features beside the ids are noise that must not matter."""
    noise = np.random.default_rng()
    arrays = []
    for text in texts:
        rows = noise.integers(10, 99, (len(text), F)).astype(np.int32)
        rows[:, 0] = text
        arrays.append(rows)
    return arrays


def key_of(ngram: tuple[int, ...]) -> int:
    """The hash in plain integers; saved models hold these keys, so it may not change."""
    mask, key = 2**64 - 1, 0
    for n, token in enumerate(ngram, 1):
        key = (key + token + n) * 0x9E3779B97F4A7C15 & mask
        key ^= key >> 31
        key = key * 0xBF58476D1CE4E5B9 & mask
        key ^= key >> 28
    return key


def ngrams_of(text: list[int], order: int) -> set[tuple[int, ...]]:
    runs = {tuple(text[i : i + n]) for n in range(1, order + 1) for i in range(len(text) - n + 1)}
    return {run for run in runs if UNKNOWN not in run}


@given(texts=TEXTS, order=st.integers(1, 4))
@settings(max_examples=150)
def test_keys_are_the_set_of_ngrams_of_each_text(texts: list[list[int]], order: int) -> None:
    keys, owners = ngram_keys(encode(texts), order)
    pairs = list(zip(owners.tolist(), keys.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    expected = {(n, key_of(ngram)) for n, text in enumerate(texts) for ngram in ngrams_of(text, order)}
    assert set(pairs) == expected


@given(texts=TEXTS, order=st.integers(1, 4))
@settings(max_examples=50)
def test_a_text_has_the_same_keys_in_any_company(texts: list[list[int]], order: int) -> None:
    keys, owners = ngram_keys(encode(texts), order)
    for n, text in enumerate(texts):
        alone, _ = ngram_keys(encode([text]), order)
        assert np.array_equal(keys[owners == n], alone)


def test_different_ngrams_have_different_keys() -> None:
    ngrams = {(a, b, c)[:n] for n in (1, 2, 3) for a in range(20) for b in range(20) for c in range(20)}
    assert len({key_of(ngram) for ngram in ngrams}) == len(ngrams)


@pytest.mark.parametrize("texts", [[], [[UNKNOWN]], [[UNKNOWN, UNKNOWN], [UNKNOWN]]])
def test_texts_without_a_known_token_hold_nothing(texts: list[list[int]]) -> None:
    keys, owners = ngram_keys(encode(texts), 3)
    assert keys.shape == owners.shape == (0,)


def table_of(
    ngrams: list[tuple[int, ...]], order: int, C: int = 3
) -> tuple[NgramTable, dict[int, NDArray[np.float16]]]:
    rng = np.random.default_rng(1)
    keys = np.array(sorted({key_of(ngram) for ngram in ngrams}), np.uint64)
    weights = rng.normal(size=(len(keys), C)).astype(np.float16)
    table = NgramTable(order, keys, weights, rng.normal(size=C).astype(np.float32))
    return table, dict(zip(keys.tolist(), weights, strict=True))


@given(texts=TEXTS, known=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple), max_size=20))
@settings(max_examples=100)
def test_a_score_is_the_bias_and_the_sum_over_the_set(texts: list[list[int]], known: list[tuple[int, ...]]) -> None:
    table, weights = table_of(known, 3)
    expected = np.tile(table.bias_C, (len(texts), 1))
    for n, text in enumerate(texts):
        for ngram in ngrams_of(text, 3):
            expected[n] += weights.get(key_of(ngram), np.zeros(3, np.float16))
    scores = table.scores(encode(texts))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_the_known_share_is_that_of_all_ngrams_however_often_they_occur() -> None:
    table, _ = table_of([(2,), (3,), (2, 3)], 2)
    texts = [[2, 3], [2, 3, 2, 3], [2, 4], [UNKNOWN], [], [3]]
    assert table.known_share(encode(texts)).tolist() == [1.0, 6 / 7, 1 / 3, 0.0, 0.0, 1.0]
    assert table.known_share([]).shape == (0,)


def test_tensors_make_the_round_trip() -> None:
    table, _ = table_of([(2,), (3, 4), (2, 2, 5)], 3)
    tensors = table.tensors()
    assert {value.dtype.kind for value in tensors.values()} <= {"i", "f"}  # safetensors of old have no uint64
    again = NgramTable.from_tensors(tensors)
    assert again.order == 3
    texts = encode([[2, 3, 4], [2, 2, 5], [6]])
    np.testing.assert_array_equal(again.scores(texts), table.scores(texts))


def test_other_tensors_are_no_table() -> None:
    with pytest.raises(KeyError):
        NgramTable.from_tensors({"embedding": np.zeros((2, 2), np.float32)})


def test_an_empty_table_gives_the_bias() -> None:
    table, _ = table_of([], 2)
    np.testing.assert_array_equal(table.scores(encode([[2, 3], [4]])), np.tile(table.bias_C, (2, 1)))


def test_no_texts_have_no_scores() -> None:
    assert table_of([(2,)], 2)[0].scores([]).shape == (0, 3)
