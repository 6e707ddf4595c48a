"""When a loss counts as run away, and what is said of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.errors import LstmError
from lstmcli.training.divergence import DivergenceMonitor

nats = st.floats(0.0, 12.0)


def watched(first: float, losses: list[float]) -> bool:
    watch = DivergenceMonitor(1e-3, 1e-3)
    return any(watch.diverged(loss) for loss in [first, *losses])


@given(first=st.floats(0.1, 12.0), losses=st.lists(st.floats(0.0, 2.9), max_size=200))
def test_losses_near_the_first_are_nothing_to_notice(first: float, losses: list[float]) -> None:
    assert not watched(first, [loss * max(1.0, first) for loss in losses])


@given(first=st.floats(0.1, 12.0), before=st.lists(nats, max_size=60), spike=st.floats(0.0, 40.0))
def test_one_hard_batch_is_no_explosion(first: float, before: list[float], spike: float) -> None:
    watch = DivergenceMonitor(1e-3, 1e-3)
    for loss in [first, *(min(loss, first) for loss in before)]:
        assert not watch.diverged(loss)
    assert not watch.diverged(spike * max(1.0, first))


@given(first=st.floats(0.1, 12.0), before=st.lists(nats, max_size=60))
def test_losses_that_stay_far_above_the_first_are_noticed(first: float, before: list[float]) -> None:
    assert watched(first, [*(min(loss, first) for loss in before), *[4.0 * max(1.0, first)] * 60])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_number_is_noticed_at_once(bad: float) -> None:
    watch = DivergenceMonitor(1e-3, 1e-3)
    assert watch.diverged(bad) and watch.diverged_in_validation(bad)
    assert not watch.diverged(2.0) and watch.diverged(bad) and watch.diverged_in_validation(bad)


def test_validation_may_rise_further_than_training() -> None:
    watch = DivergenceMonitor(1e-3, 1e-3)
    watch.diverged(2.0)
    assert not watch.diverged_in_validation(19.0) and watch.diverged_in_validation(21.0)


def test_weights_of_a_high_loss_are_none_to_go_back_to() -> None:
    watch = DivergenceMonitor(1e-3, 1e-3)
    assert watch.is_safe
    for loss in [2.0] * 5:
        watch.diverged(loss)
    assert watch.is_safe
    for loss in [4.0] * 40:
        watch.diverged(loss)
    assert not watch.is_safe


@pytest.mark.parametrize(("asked", "tried"), [(50.0, "0.002"), (0.2, "0.0016"), (0.002, "1.6e-05")])
def test_the_rate_to_try_is_one_that_has_not_failed_yet(asked: float, tried: str) -> None:
    watch = DivergenceMonitor(asked, 0.002)
    watch.diverged(math.inf)
    with pytest.raises(LstmError) as caught:
        watch.warning(7, kept_epoch=0)
    assert caught.value.hint == f"try --learning-rate {tried}"
    assert f"try --learning-rate {tried}" in watch.warning(7, kept_epoch=2).message
