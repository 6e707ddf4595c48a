"""The scale: never worse than none, bounded on any data, and right where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstmcli.classification.calibration import (
    EQUAL,
    Scales,
    combine,
    fit_scale,
    fit_scales,
    negative_log_likelihood,
    total,
    with_offsets,
)

quick = settings(max_examples=50)


@st.composite
def splits(draw: Any) -> tuple[Any, Any, Any, bool]:
    """Logits of both models (the second may be absent), gold, and whether that is label sets."""
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
def test_the_likelihood_is_never_worse_than_unscaled(case: tuple[Any, Any, Any, bool]) -> None:
    network, ngrams, gold, multilabel = case
    logits = total(network, ngrams)
    scale = fit_scale(logits, gold, multilabel)
    assert 0 < scale < 1e6
    before, after = (negative_log_likelihood(logits, gold, s, multilabel) for s in (1.0, scale))
    assert after <= before + 1e-6


@quick
@given(splits(), st.floats(0, 3))
def test_probabilities_and_likelihood_agree(case: tuple[Any, Any, Any, bool], scale: float) -> None:
    network, ngrams, gold, multilabel = case
    p = combine(network, ngrams, scale, multilabel)
    assert p.dtype == np.float64
    assert ((p >= 0) & (p <= 1)).all()
    if multilabel:
        given_p = np.where(gold, p, 1 - p)
    else:
        assert p.sum(axis=1) == pytest.approx(np.ones(len(p)), abs=1e-12)
        given_p = p[np.arange(len(p)), gold]
    if given_p.min() > 1e-9:
        loss = -np.log(given_p).sum() / len(p)
        expected = negative_log_likelihood(total(network, ngrams), gold, scale, multilabel)
        assert loss == pytest.approx(expected, abs=1e-6)


@quick
@given(splits())
def test_the_minimum_is_the_minimum(case: tuple[Any, Any, Any, bool]) -> None:
    """No neighbour has a better posterior; the problem is convex, so none anywhere has."""
    network, ngrams, gold, multilabel = case
    logits = total(network, ngrams)

    def posterior(s: float) -> float:
        return negative_log_likelihood(logits, gold, s, multilabel) + float(s - np.log(s)) / len(logits)

    scale = fit_scale(logits, gold, multilabel)
    for step in (0.8, 0.99, 1.01, 1.25):
        assert posterior(scale) <= posterior(scale * step) + 1e-9


@quick
@given(splits(), st.floats(0.1, 3))
def test_the_scale_changes_no_decision(case: tuple[Any, Any, Any, bool], scale: float) -> None:
    network, ngrams, _, _ = case
    plain, scaled = (combine(network, ngrams, s) for s in (1.0, scale))
    best = plain.argmax(axis=1)[:, None]
    assert np.take_along_axis(scaled, best, axis=1)[:, 0] == pytest.approx(scaled.max(axis=1))


def test_overconfidence_is_found() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(4000, 3)) * 2
    assert fit_scale(truth * 5, drawn(truth, rng)) == pytest.approx(0.2, rel=0.1)


def test_both_models_speak() -> None:
    one, two = np.array([[2.0, 0.0]], np.float32), np.array([[0.0, 3.0]], np.float32)
    assert combine(one, two, 0.5)[0] == pytest.approx(combine(np.array([[1.0, 1.5]]), None, 1.0)[0])
    assert one.tolist() == [[2.0, 0.0]]


def test_label_sets() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(3000, 4)) * 2
    gold = rng.random(truth.shape) < 1 / (1 + np.exp(-truth))
    assert fit_scale(truth * 3, gold, multilabel=True) == pytest.approx(1 / 3, rel=0.1)


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
@pytest.mark.parametrize("margin", [0.01, 1.0, 100.0])
def test_the_scale_stays_bounded_without_a_single_error(n: int, margin: float) -> None:
    gold = np.arange(n) % 2
    logits = np.eye(2)[gold] * margin
    scale = fit_scale(logits, gold)
    assert 0.1 < scale < 200 * max(1.0, np.log(n + 1.0))
    p = combine(logits, None, scale)
    assert np.isfinite(p).all()
    assert (p.argmax(axis=1) == gold).all()


def test_always_wrong_is_toned_down_but_stays_positive() -> None:
    assert 0 < fit_scale(np.tile([0.0, 9.0], (50, 1)), np.zeros(50, np.int64)) < 0.05


@pytest.mark.parametrize(
    "fit", [fit_scale, lambda *how, usual: fit_scales(how[0], None, 0 * how[0], how[1], usual=usual).all]
)
def test_without_errors_the_scale_stays_near_the_usual_one(fit: Any) -> None:
    gold = np.arange(200) % 2
    logits = np.eye(2)[gold] * 40.0
    assert fit(logits, gold, usual=0.15) == pytest.approx(0.15, rel=0.5) and fit(logits, gold, usual=1.0) > 0.9
    wrong = logits[np.arange(200) // 60 % 2 * -1 + np.arange(200)]  # and with many errors the split decides
    few, many = fit(wrong, gold, usual=0.15), fit(wrong, gold, usual=1.0)
    assert few == pytest.approx(many, rel=0.1)


def test_nothing_to_learn_from_leaves_it_at_one() -> None:
    assert fit_scale(np.zeros((0, 2)), np.zeros(0, np.int64)) == 1.0
    assert fit_scale(np.zeros((9, 2)), np.zeros(9, np.int64)) == pytest.approx(1.0, rel=1e-3)


def test_extreme_logits_give_probabilities() -> None:
    wild = np.array([[1e30, -1e30], [0.0, 0.0]], np.float32)
    assert combine(wild, None, 1.0).tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert combine(wild, wild, 1.0, multilabel=True).tolist() == [[1.0, 0.0], [0.5, 0.5]]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("multilabel", [True, False])
def test_logits_of_a_broken_model_warn_of_nothing(multilabel: bool) -> None:
    """Whoever asks for probabilities sees that they are not finite."""
    broken = np.array([[np.inf, np.inf], [np.nan, 0.0], [np.inf, -np.inf]])
    assert not np.isfinite(combine(broken, None, 1.0, multilabel)).all(axis=None)


@pytest.mark.parametrize("multilabel", [False, True])
def test_each_expert_gets_its_own_scale_where_validation_is_large(multilabel: bool) -> None:
    rng = np.random.default_rng(1)
    network, ngrams, characters = (2 * rng.standard_normal((20_000, 3)) for _ in range(3))
    truth = 0.5 * (network + 2.0 * ngrams + 0.4 * characters)
    gold = rng.random(truth.shape) < 1 / (1 + np.exp(-truth)) if multilabel else drawn(truth, rng)
    found = fit_scales(network, ngrams, characters, gold, multilabel)
    assert found == pytest.approx((0.5, 2.0, 0.4), rel=0.1)
    alone = fit_scales(network, None, characters, gold, multilabel)
    assert alone.ngrams == 1 and 0.2 < alone.characters < 0.6


@quick
@given(splits(), st.integers(0, 10**6))
def test_no_scales_near_those_that_were_found_are_better(split: Any, seed: int) -> None:
    network, ngrams, gold, multilabel = split
    rng = np.random.default_rng(seed)
    characters = rng.standard_normal(network.shape)

    def posterior(scales: Scales) -> float:
        beside = scales.characters * characters + (0 if ngrams is None else scales.ngrams * ngrams.astype(float))
        loss = negative_log_likelihood(network + beside, gold, scales.all, multilabel)
        priors = np.array([1, EQUAL, EQUAL]) * (np.array(scales) - np.log(scales))
        return loss + float(priors.sum()) / len(network)

    found = fit_scales(network, ngrams, characters, gold, multilabel)
    for step in 0.03 * rng.standard_normal((20, 3)):
        near = Scales(*(np.array(found) * np.exp(step)))
        near = near if ngrams is not None else near._replace(ngrams=1.0)
        assert posterior(found) <= posterior(near) + 1e-6 * (1 + abs(posterior(found)))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_tiny_validation_split_leaves_the_experts_about_equal(n: int) -> None:
    rng = np.random.default_rng(n)
    network, ngrams, characters = (5 * rng.standard_normal((n, 3)) for _ in range(3))
    found = fit_scales(network, ngrams, characters, characters.argmax(axis=1))
    assert found == Scales() if n == 0 else all(0.7 < scale < 1.6 for scale in found[1:])


def test_a_network_that_is_loaded_answers_with_the_offsets() -> None:
    rng = np.random.default_rng(1)
    features, ngrams, offsets_C = rng.standard_normal((50, 4)), rng.standard_normal((50, 3)), np.array([0.5, -0.7, 0.2])
    weights = {"head.weight": rng.standard_normal((3, 4)), "head.bias": rng.standard_normal(3)}

    def network(weights: dict[str, Any]) -> Any:
        return features @ weights["head.weight"].T + weights["head.bias"]

    loaded = network(with_offsets(weights, offsets_C, 0.3))
    expected = combine(network(weights), ngrams, 0.3, offsets_C=offsets_C)
    assert combine(loaded, ngrams, 0.3) == pytest.approx(expected, abs=1e-6)
    assert with_offsets(weights, None, 0.3) is weights


def test_the_scales_are_fitted_beside_the_offsets() -> None:
    rng = np.random.default_rng(1)
    network, ngrams, characters = (2 * rng.standard_normal((20_000, 3)) for _ in range(3))
    offsets_C = np.array([2.0, -1.0, -1.0])
    gold = drawn(0.5 * (network + 2.0 * ngrams + 0.4 * characters) + offsets_C, rng)
    assert fit_scales(network, ngrams, characters, gold, offsets_C=offsets_C) == pytest.approx((0.5, 2.0, 0.4), rel=0.1)
    z_NC = network + 2.0 * ngrams + 0.4 * characters
    assert fit_scale(z_NC, gold, offsets_C=offsets_C) == pytest.approx(0.5, rel=0.05)
    assert fit_scale(z_NC, gold) < 0.47  # without them it makes up for what is wrong


@pytest.mark.filterwarnings("error")
def test_offsets_of_a_broken_model_warn_of_nothing() -> None:
    weights = {"head.bias": np.zeros(2, np.float32)}
    assert not np.isfinite(with_offsets(weights, np.array([1e300, -1e300]), 1e-10)["head.bias"]).any()
