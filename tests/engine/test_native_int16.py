"""Recurrent products in 16 bits: near the exact ones, and never too large for their sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.engine.native import Library
from lstmcli.engine.native_int16 import MOST_SUM, ONE, quantised
from lstmcli.engine.native_stack import Rows, Stack
from support.kernel import LEVELS, NATIVE, at_level


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Library:
    return at_level(request.param)


def test_the_library_has_the_same_one() -> None:
    assert f"#define LSTM_ONE {ONE} " in (NATIVE / "lstm.h").read_text(encoding="utf-8")


@given(st.integers(0, 999), st.integers(1, 40), st.sampled_from([1e-30, 1e-3, 1.0, 1e20]), st.booleans())
@settings(max_examples=60)
def test_weights_are_within_half_a_step_and_no_sum_overflows(seed: int, pairs: int, size: float, even: bool) -> None:
    rng = np.random.default_rng(seed)
    panels = (np.ones((2, 1, 2 * pairs, 8)) if even else rng.standard_cauchy((2, 1, 2 * pairs, 8))) * size
    panels = panels.astype(np.float32)
    panels[0, 0, :, 0] = 0
    found = quantised(panels)
    assert found is not None
    paired, step = found
    whole = paired.transpose(0, 1, 2, 4, 3).reshape(panels.shape).astype(np.float64)
    assert np.abs(whole).sum(axis=2).max() * ONE < 2**31
    back = whole * step[:, :, None] * ONE
    assert (np.abs(back - panels) <= step[:, :, None] * ONE * 0.51).all()
    assert MOST_SUM * ONE < 2**31


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_left_to_the_exact_products(wrong: float) -> None:
    panels = np.ones((1, 1, 4, 8), np.float32)
    panels[0, 0, 2, 3] = wrong
    assert quantised(panels) is None


@pytest.mark.parametrize("H", [1, 6, 96, 700])
def test_the_largest_sums_are_right(kernel: Library, H: int) -> None:
    """Every state near 1 or -1, every weight of one size: what would overflow first."""
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], H)
    weights = {
        "w_ih": np.concatenate([np.full(H, 20.0), np.full(H, -20.0), 20 * signs, np.full(H, 20.0)])[:, None],
        "w_hh": np.concatenate([np.tile(signs * 0.9 / H, (3 * H, 1)), np.tile(-signs * 20.5 / H, (H, 1))]),
        "b_ih": np.zeros(4 * H),
        "b_hh": np.zeros(4 * H),
    }
    table = np.array([[0.0], [1.0]], np.float32)
    rows = Rows(np.array([4]), np.array([0]))
    exact, near = (
        Stack(kernel, table, [[weights]], int16=int16).read(np.ones((4, 1), np.int32), rows, keep=True).steps_MK
        for int16 in (False, True)
    )
    assert exact is not None and near is not None
    assert np.abs(exact).max() > 0.7
    np.testing.assert_allclose(near, exact, atol=2e-3)
