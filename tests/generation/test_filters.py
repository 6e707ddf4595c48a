"""Filters over logits: what they keep, whatever the logits are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstmcli.errors import UsageError
from lstmcli.generation.config import SamplingConfig
from lstmcli.generation.filters import (
    Logits,
    NgramMemory,
    ban,
    draw,
    filters,
    log_softmax,
    min_p,
    repetition_penalty,
    softmax,
    top_k,
    top_p,
    typical,
)

SHARES = st.floats(0.01, 1.0)
LOGITS = st.tuples(st.integers(1, 3), st.integers(1, 12)).flatmap(
    lambda shape: arrays(
        np.float32,
        shape,
        elements=st.one_of(st.floats(-30, 30, width=32), st.just(-np.inf)),
        fill=st.nothing(),
    ).map(lambda logits: np.where(np.arange(shape[1]) == shape[1] // 2, np.float32(1.0), logits))
)
FILTERS: list[tuple[Callable[..., Logits], st.SearchStrategy[float]]] = [
    (top_k, st.integers(1, 15)),
    (top_p, SHARES),
    (min_p, SHARES),
    (typical, SHARES),
]


@pytest.mark.parametrize(("function", "values"), FILTERS, ids=[f.__name__ for f, _ in FILTERS])
@given(data=st.data(), logits=LOGITS)
@settings(max_examples=60)
def test_a_filter_changes_nothing_that_it_keeps_and_keeps_something(
    function: Callable[..., Logits], values: st.SearchStrategy[float], data: st.DataObject, logits: Logits
) -> None:
    before = logits.copy()
    found = function(logits, data.draw(values))
    assert np.array_equal(logits, before)
    kept = np.isfinite(found)
    assert kept.any(axis=1).all()
    assert np.array_equal(found[kept], logits[kept])
    assert np.isneginf(found[~kept]).all()
    if function is not typical:
        assert kept[np.arange(len(logits)), logits.argmax(axis=1)].all()
        least = np.where(kept, logits, np.inf).min(axis=1)
        assert (logits[~kept] <= np.broadcast_to(least[:, None], logits.shape)[~kept]).all()  # no better one is out


@given(logits=LOGITS, k=st.integers(1, 15))
@settings(max_examples=50)
def test_top_k_keeps_k_and_ties(logits: Logits, k: int) -> None:
    kept = np.isfinite(top_k(logits, k)).sum(axis=1)
    finite = np.isfinite(logits).sum(axis=1)
    assert (kept >= np.minimum(k, finite)).all()
    distinct = np.array([len(np.unique(row[np.isfinite(row)])) for row in logits])
    assert (kept[distinct == finite] == np.minimum(k, finite)[distinct == finite]).all()


@given(logits=LOGITS, p=SHARES)
@settings(max_examples=50)
def test_the_nucleus_reaches_its_mass_and_is_the_smallest_that_does(logits: Logits, p: float) -> None:
    probabilities = softmax(logits).astype(np.float64)
    kept = np.isfinite(top_p(logits, p))
    for row, inside in zip(probabilities, kept, strict=True):
        assert row[inside].sum() >= p - 1e-5
        least = row[inside].min()
        assert row[row > least].sum() < p + 1e-5


def test_filters_by_hand() -> None:
    probabilities = np.array([[0.5, 0.25, 0.15, 0.1]])
    logits = np.log(probabilities).astype(np.float32)

    def kept(found: Logits) -> list[int]:
        return np.flatnonzero(np.isfinite(found[0])).tolist()

    assert kept(top_k(logits, 2)) == [0, 1]
    assert kept(top_p(logits, 0.5)) == [0] and kept(top_p(logits, 0.6)) == [0, 1] and len(kept(top_p(logits, 1))) == 4
    assert kept(min_p(logits, 0.5)) == [0, 1] and kept(min_p(logits, 0.51)) == [0]
    # The entropy is 1.21 nats; surprisals are 0.69, 1.39, 1.90 and 2.30: the second token is the most typical.
    assert kept(typical(logits, 0.2)) == [1] and kept(typical(logits, 0.6)) == [0, 1]


@given(logits=LOGITS, penalty=st.floats(1, 5), data=st.data())
@settings(max_examples=40)
def test_the_penalty_does_not_depend_on_where_logits_have_their_zero(
    logits: Logits, penalty: float, data: st.DataObject
) -> None:
    seen = data.draw(arrays(np.bool_, logits.shape))
    found = softmax(repetition_penalty(logits, seen, penalty))
    np.testing.assert_allclose(found, softmax(repetition_penalty(logits + 7, seen, penalty)), atol=1e-4)
    before = softmax(logits)
    ratio = found / before.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    for row in range(len(logits)):
        if seen[row].any() and (~seen[row] & (before[row] > 0)).any():
            assert ratio[row][seen[row]].sum() <= before[row][seen[row]].sum() + 1e-5


@given(ids=st.lists(st.integers(0, 3), max_size=30), cut=st.integers(0, 30), n=st.integers(1, 4))
def test_no_ngram_comes_twice_when_what_is_banned_is_left_out(ids: list[int], cut: int, n: int) -> None:
    start = NgramMemory(n, ids[:cut])
    memory, text = start.fork(), ids[:cut]
    for id in ids[cut:]:
        assert memory.banned() == {
            text[i + n - 1] for i in range(len(text) - n + 1) if text[i : i + n - 1] == text[len(text) - n + 1 :]
        }
        if id not in memory.banned():
            memory.push(id)
            text.append(id)
    other = start.fork()
    again = NgramMemory(n, ids[:cut])
    assert other.banned() == again.banned()


def test_a_ban_that_would_leave_nothing_is_lifted() -> None:
    logits = np.array([[0.0, 1.0, -np.inf], [0.0, 1.0, 2.0]], np.float32)
    found = ban(logits, [{0, 1}, {2}])
    assert np.array_equal(found[0], logits[0]) and found[1].tolist() == [0.0, 1.0, -np.inf]
    assert ban(logits, [(), ()]) is logits


@given(logits=LOGITS)
@settings(max_examples=50)
def test_probabilities_sum_to_one(logits: Logits) -> None:
    np.testing.assert_allclose(softmax(logits).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.exp(log_softmax(logits)), softmax(logits), atol=1e-6)


@given(logits=LOGITS, uniform=st.floats(0, 1, exclude_max=True))
@settings(max_examples=100)
def test_what_is_drawn_is_possible(logits: Logits, uniform: float) -> None:
    p = softmax(logits)
    for row, id in enumerate(draw(p, np.full(len(p), uniform))):
        assert p[row, id] > 0


@given(seed=st.integers(0, 1000), V=st.sampled_from([1, 127, 128, 129, 1000]))
@settings(max_examples=30)
def test_a_draw_in_two_steps_is_the_draw_in_one(seed: int, V: int) -> None:
    random = np.random.default_rng(seed)
    weights = np.where(random.random((4, V)) < 0.3, 0, random.random((4, V))).astype(np.float32)
    weights[:, random.integers(V)] = 1.0
    uniform = random.random(4)
    reached = np.cumsum(weights.astype(np.float64), axis=1)
    for row, id in enumerate(draw(weights, uniform)):
        wanted = uniform[row] * reached[row, -1]
        assert weights[row, id] > 0
        assert reached[row, id] - weights[row, id] - 1e-3 <= wanted <= reached[row, id] + 1e-3


def test_draws_have_the_distribution_that_was_asked_for() -> None:
    p = np.array([0.5, 0.0, 0.3, 0.2], np.float32)
    ids = draw(np.tile(p, (4000, 1)), (np.arange(4000) + 0.5) / 4000)
    np.testing.assert_allclose(np.bincount(ids, minlength=4) / 4000, p, atol=1e-3)
    assert draw(p[None], np.array([np.nextafter(1, 0)])).tolist() == [3]


@given(
    logits=LOGITS,
    temperature=st.floats(0.001, 100),
    k=st.none() | st.integers(1, 9),
    p=st.none() | SHARES,
    least=st.none() | SHARES,
    mass=st.none() | SHARES,
)
@settings(max_examples=100)
def test_all_filters_together_leave_something(
    logits: Logits, temperature: float, k: int | None, p: float | None, least: float | None, mass: float | None
) -> None:
    config = SamplingConfig(temperature=temperature, top_k=k, top_p=p, min_p=least, typical=mass)
    logits = logits * np.float32(1 / config.temperature)
    for step in filters(config):
        logits = step(logits)
    found = softmax(logits)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1},
        {"temperature": float("nan")},
        {"temperature": 1e-9},
        {"top_k": 0},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"min_p": float("nan")},
        {"typical": -0.1},
        {"repetition_penalty": 0.5},
        {"no_repeat_ngram": 0},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong)).replace("_", "-")):
        SamplingConfig(**wrong)  # type: ignore[arg-type]
