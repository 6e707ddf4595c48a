"""The two scales: never worse than none, bounded on any data, and right where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstmcli.tasks.calibration import combine, fit_scales, negative_log_likelihood

quick = settings(max_examples=50, deadline=None)


@st.composite
def splits(draw: Any) -> tuple[Any, Any, Any, bool]:
    """Logits of both experts (the second may be absent), gold, and whether that is label sets."""
    n, c = draw(st.integers(1, 20)), draw(st.integers(2, 4))
    logits = hnp.arrays(np.float32, (n, c), elements=st.floats(-30, 30, width=32))
    network, ngrams = draw(logits), draw(st.none() | logits)
    if draw(st.booleans()):
        return network, ngrams, draw(hnp.arrays(np.bool_, (n, c), elements=st.booleans())), True
    return network, ngrams, draw(hnp.arrays(np.int64, n, elements=st.integers(0, c - 1))), False


def drawn(logits: Any, rng: np.random.Generator) -> Any:
    """Gold labels drawn from softmax(logits)."""
    return (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


@quick
@given(splits())
def test_the_likelihood_is_never_worse_than_with_the_defaults(case: tuple[Any, Any, Any, bool]) -> None:
    network, ngrams, gold, multilabel = case
    a, b = fit_scales(network, ngrams, gold, multilabel)
    assert 0 < a < 1e6
    assert (b == 0) if ngrams is None else (0 < b < 1e6)
    before = negative_log_likelihood(network, ngrams, gold, 1.0, 1.0, multilabel)
    after = negative_log_likelihood(network, ngrams, gold, a, b, multilabel)
    assert after <= before + 1e-9


@quick
@given(splits(), st.floats(0, 3), st.floats(0, 3))
def test_probabilities_and_likelihood_agree(case: tuple[Any, Any, Any, bool], a: float, b: float) -> None:
    network, ngrams, gold, multilabel = case
    p = combine(network, ngrams, a, b, multilabel)
    assert p.dtype == np.float64
    assert ((p >= 0) & (p <= 1)).all()
    if multilabel:
        given_p = np.where(gold, p, 1 - p)
    else:
        assert p.sum(axis=1) == pytest.approx(np.ones(len(p)), abs=1e-12)
        given_p = p[np.arange(len(p)), gold]
    if given_p.min() > 1e-9:
        loss = -np.log(given_p).sum() / len(p)
        assert loss == pytest.approx(negative_log_likelihood(network, ngrams, gold, a, b, multilabel), abs=1e-6)


@quick
@given(splits())
def test_the_minimum_is_the_minimum(case: tuple[Any, Any, Any, bool]) -> None:
    """No neighbour has a better posterior; the problem is convex, so none anywhere has."""
    network, ngrams, gold, multilabel = case
    a, b = fit_scales(network, ngrams, gold, multilabel)

    def posterior(a: float, b: float) -> float:
        prior = a - np.log(a) + (b - np.log(b) if ngrams is not None else 0.0)
        return negative_log_likelihood(network, ngrams, gold, a, b, multilabel) + prior / len(network)

    best = posterior(a, b)
    for step in (0.8, 1.25):
        assert best <= posterior(a * step, b) + 1e-4
        assert best <= posterior(a, b * step if b else 0.0) + 1e-4


def test_overconfidence_is_found() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(4000, 3)) * 2
    a, b = fit_scales(truth * 5, None, drawn(truth, rng))
    assert a == pytest.approx(0.2, rel=0.1)
    assert b == 0.0


def test_each_expert_gets_its_own_scale() -> None:
    rng = np.random.default_rng(2)
    one, two = rng.normal(size=(2, 6000, 3)) * 2
    a, b = fit_scales(one, two * 10, drawn(0.5 * one + 2 * two, rng))
    assert a == pytest.approx(0.5, rel=0.15)
    assert b == pytest.approx(0.2, rel=0.15)


def test_an_expert_that_knows_nothing_is_silenced() -> None:
    rng = np.random.default_rng(3)
    truth, noise = rng.normal(size=(2, 5000, 3)) * 3
    a, b = fit_scales(truth, noise, drawn(truth, rng))
    assert a == pytest.approx(1.0, rel=0.1)
    assert b < 0.05


def test_label_sets() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(3000, 4)) * 2
    gold = rng.random(truth.shape) < 1 / (1 + np.exp(-truth))
    a, _ = fit_scales(truth * 3, None, gold, multilabel=True)
    assert a == pytest.approx(1 / 3, rel=0.1)


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
@pytest.mark.parametrize("margin", [0.01, 1.0, 100.0])
def test_scales_stay_bounded_without_a_single_error(n: int, margin: float) -> None:
    gold = np.arange(n) % 2
    logits = np.eye(2)[gold] * margin
    a, b = fit_scales(logits, logits, gold)
    assert 0.1 < a < 200 * max(1.0, np.log(n + 1.0))
    assert a == pytest.approx(b, rel=1e-3)
    p = combine(logits, logits, a, b)
    assert np.isfinite(p).all()
    assert (p.argmax(axis=1) == gold).all()


def test_always_wrong_is_toned_down_but_stays_positive() -> None:
    gold = np.zeros(50, np.int64)
    a, _ = fit_scales(np.tile([0.0, 9.0], (50, 1)), None, gold)
    assert 0 < a < 0.05


def test_nothing_to_learn_from_keeps_the_defaults() -> None:
    assert fit_scales(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64), defaults=(0.7, 0.3)) == (0.7, 0.3)
    assert fit_scales(np.zeros((0, 2)), None, np.zeros(0, np.int64)) == (1.0, 0.0)
    flat = fit_scales(np.zeros((9, 2)), np.ones((9, 2)), np.zeros(9, np.int64), defaults=(0.7, 0.3))
    assert flat == pytest.approx((0.7, 0.3), rel=1e-3)


def test_extreme_logits_give_probabilities() -> None:
    wild = np.array([[1e30, -1e30], [0.0, 0.0]], np.float32)
    assert combine(wild, None, 1.0, 0.0).tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert combine(wild, wild, 1.0, 1.0, multilabel=True).tolist() == [[1.0, 0.0], [0.5, 0.5]]
