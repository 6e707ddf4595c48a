"""The n-gram model is fitted in time, and a second time as far as the first."""

from __future__ import annotations

import math

from lstmcli.classification.reserve import NGRAM_SHARE, FitTime
from lstmcli.training.budget import Budget


def test_the_second_fit_has_the_iterations_of_the_first() -> None:
    now = [0.0]
    fit_time = FitTime(Budget(100.0, lambda: now[0], started=0.0))
    stop = fit_time.first()
    iterations = 1
    while not stop():
        now[0] += 10
        iterations += 1
    assert iterations == 1 + 100 * NGRAM_SHARE / 10
    again = fit_time.second()
    assert [again() for _ in range(iterations)] == [False] * (iterations - 1) + [True]


def test_with_time_enough_the_second_fit_goes_on_to_its_end() -> None:
    fit_time = FitTime(Budget(100.0, lambda: 0.0, started=0.0))
    stop = fit_time.first()
    assert not any(stop() for _ in range(5))
    again = fit_time.second()
    assert not any(again() for _ in range(20))


def test_without_a_limit_neither_is_ended() -> None:
    fit_time = FitTime(Budget(math.inf))
    first, second = fit_time.first(), fit_time.second()
    assert not any(stop() for stop in (first, second) for _ in range(100))
