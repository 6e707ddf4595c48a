"""The fused product and softmax of the kernel against double precision, at every level that is here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.engine.native import Library
from lstmcli.engine.native_product import room
from lstmcli.engine.native_words import ROWS, Words
from lstmcli.errors import ModelError
from support.kernel import LEVELS, at_level

EXACT = 1e-5
"""Nats a token."""
Floats = NDArray[np.float32]


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Library:
    return at_level(request.param)


def random_softmax(N: int, K: int, M: int, seed: int) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Rows, weights, bias and targets."""
    rng = np.random.default_rng(seed)
    x = room(N, K)
    x[:] = np.tanh(rng.normal(size=(N, K)))
    weights, bias = rng.normal(size=(M, K)).astype(np.float32) * 0.3, rng.normal(size=M).astype(np.float32)
    return x, weights, bias, rng.integers(0, M, N)


def by_numpy(x: Floats, weights: Floats, bias: Floats, targets: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Nats and entropies in double precision."""
    logits = x.astype(np.float64) @ weights.astype(np.float64).T + bias
    centred = logits - logits.max(axis=1, keepdims=True)
    log_p = centred - np.log(np.exp(centred).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(x)), targets], -(np.exp(log_p) * log_p).sum(axis=1)


@given(st.integers(0, 2 * ROWS + 9), st.integers(1, 70), st.integers(1, 1100), st.integers(0, 99))
@settings(max_examples=25)
def test_the_sums_are_those_of_double_precision(kernel: Library, N: int, K: int, M: int, seed: int) -> None:
    x, weights, bias, targets = random_softmax(N, K, M, seed)
    words = Words(kernel, weights, bias)
    for found, expected in zip(words.score(x, targets), by_numpy(x, weights, bias, targets), strict=True):
        np.testing.assert_allclose(found, expected, atol=EXACT, rtol=0)
    np.testing.assert_allclose(words.logits(x), x @ weights.T + bias, atol=EXACT)


@pytest.mark.parametrize("int16", [False, True])
def test_a_row_gets_the_same_bits_beside_any_others(kernel: Library, int16: bool) -> None:
    x, weights, bias, targets = random_softmax(ROWS + 31, 37, 300, 0)
    words = Words(kernel, weights, bias, int16)
    together = np.stack(words.score(x, targets))
    order = np.random.default_rng(0).permutation(len(x))
    np.testing.assert_array_equal(np.stack(words.score(x[order], targets[order])), together[:, order])
    for row in range(0, len(x), 17):
        np.testing.assert_array_equal(np.stack(words.score(x[row : row + 1], targets[row : row + 1]))[:, 0],
                                      together[:, row])  # fmt: skip


@given(st.integers(1, 60), st.integers(2, 300), st.integers(0, 99))
@settings(max_examples=25)
def test_sixteen_bits_are_near(kernel: Library, K: int, M: int, seed: int) -> None:
    x, weights, bias, targets = random_softmax(50, K, M, seed)
    found = Words(kernel, weights, bias, int16=True).score(x, targets)
    for near, expected in zip(found, by_numpy(x, weights, bias, targets), strict=True):
        np.testing.assert_allclose(near, expected, atol=2e-3)


@pytest.mark.parametrize("size", [1.0, 80.0, 1e4, 1e6])
def test_the_sums_are_right_far_from_zero_too(kernel: Library, size: float) -> None:
    """Logits that rise and fall over the vocabulary, so that the largest so far changes."""
    rows = np.linspace(-size, size, 777)
    bias = np.concatenate([rows, rows[::-1], rng_of(0).permutation(rows)]).astype(np.float32)
    x, weights = room(3, 1), np.zeros((len(bias), 1), np.float32)
    x[:] = 1
    targets = np.array([0, 776, 1000])
    nats, entropy = Words(kernel, weights, bias).score(x, targets)
    expected = by_numpy(x, weights, bias, targets)
    np.testing.assert_allclose(nats, expected[0], rtol=1e-6, atol=EXACT)
    np.testing.assert_allclose(entropy, expected[1], atol=EXACT)


def test_rare_words_do_not_make_the_sums_less_exact(kernel: Library) -> None:
    """A bias that is far larger than the products: added first, every step would be rounded to its size."""
    x, weights, bias, targets = random_softmax(60, 200, 500, 0)
    weights, bias = weights / 10, bias - 60
    expected, _ = by_numpy(x, weights, bias, targets)
    words = Words(kernel, weights, bias)
    assert np.abs(words.score(x, targets).nats_N - expected).max() < 1e-5
    assert np.abs(words.logits(x) - (x.astype(np.float64) @ weights.T.astype(np.float64) + bias)).max() < 8e-6


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_rows_may_be_wider_than_the_weights_whatever_the_bits(kernel: Library) -> None:
    x, weights, bias, targets = random_softmax(9, 16, 70, 1)
    wide = room(9, 24)
    wide[:, :16], wide[:, 16:] = x, np.nan
    for int16 in (False, True):
        words = Words(kernel, weights, bias, int16)
        np.testing.assert_array_equal(np.stack(words.score(wide, targets)), np.stack(words.score(x, targets)))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("int16", [False, True])
def test_sums_that_are_no_numbers_show(kernel: Library, wrong: float, int16: bool) -> None:
    x, weights, bias, targets = random_softmax(9, 16, 70, 1)
    weights[33] = wrong
    assert not np.isfinite(Words(kernel, weights, bias, int16).score(np.abs(x), targets).nats_N).any()


@pytest.mark.parametrize("wrong", [-1, 70, 127, 2**40, -(2**63)])
def test_a_target_that_is_no_word_is_refused(kernel: Library, wrong: int) -> None:
    x, weights, bias, targets = random_softmax(9, 16, 70, 1)
    targets[4] = wrong
    with pytest.raises(ModelError, match="does not know"):
        Words(kernel, weights, bias).score(x, targets)
