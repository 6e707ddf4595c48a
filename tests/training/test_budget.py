"""The time of a run, by a clock that the tests turn."""

from __future__ import annotations

import math

import pytest

from lstmcli.training.budget import LEAST_TRAINING, OUTSIDE, Budget, further


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def budget(limit: float = 100.0, *, whole: bool = True) -> tuple[Budget, Clock]:
    clock = Clock()
    return Budget(limit, clock, started=clock.now if whole else None), clock


def test_what_came_before_and_what_comes_after_is_no_time_for_training() -> None:
    b, clock = budget()
    clock.now += 10
    b.after["reports"], b.validation = 5.0, 2.0
    b.begin_training()
    assert b.left == pytest.approx(100 - 10 - 5 - 2 - OUTSIDE)
    clock.now += 30
    assert b.left == pytest.approx(100 - 40 - 7 - OUTSIDE)
    assert b.spent == 40 and b.share(30) == pytest.approx(30 / (30 + b.left))


def test_the_share_rises_to_one() -> None:
    b, clock = budget()
    b.begin_training()
    shares = []
    while b.left > 0:
        clock.now += 10
        shares.append(b.share(clock.now - 1000))
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_measured_work_is_expected_again() -> None:
    b, clock = budget()
    with b.measure("n-grams", 0.5):
        clock.now += 8
    with b.measure("validation"):
        clock.now += 3
    assert b.after == {"n-grams": 4.0} and b.validation == 3.0
    assert b.needed == pytest.approx(7 + OUTSIDE)


def test_some_training_there_is_whatever_else_takes_long() -> None:
    b, clock = budget()
    assert b.warning() is None
    b.after["reports"] = 90.0
    clock.now += 50
    assert "--time" in (b.warning() or "")
    b.begin_training()
    assert b.left == LEAST_TRAINING * 100
    clock.now += LEAST_TRAINING * 100
    assert b.left == 0


def test_a_run_that_goes_on_has_the_time_that_is_left() -> None:
    b, clock = budget()
    b.continue_from(60.0)
    clock.now += 10
    b.begin_training()
    assert b.spent == 70 and b.left == pytest.approx(30 - OUTSIDE) and b.warning() is None
    b.after["reports"] = 50.0  # it has trained before, so nothing is added
    assert b.left < 0


def test_without_a_start_only_training_counts() -> None:
    b, clock = budget(whole=False)
    clock.now += 500
    b.after["reports"] = 50.0
    b.begin_training()
    clock.now += 40
    assert b.left == 60 and b.spent == 40 and b.share(40) == pytest.approx(0.4)


def test_without_a_limit_there_is_no_end() -> None:
    b, clock = budget(math.inf)
    b.begin_training()
    clock.now += 1e9
    assert b.left == math.inf and b.share(1e9) == 0.0 and not b.within(0.1)() and b.warning() is None


def test_a_part_of_the_time_can_be_given_to_something() -> None:
    b, clock = budget()
    clock.now += 20
    over = b.within(0.5)
    clock.now += 39
    assert not over()
    clock.now += 1
    assert over()


def test_time_counts_only_where_it_is_clearly_further_than_the_epochs() -> None:
    assert further(0.5, 0.0) == further(0.5, 0.51) == 0.5
    assert further(0.5, 0.6) == 0.6 and further(0.2, 1.3) == 1.0 and further(1.0, 0.0) == 1.0


@pytest.mark.parametrize(
    ("limit", "progress", "left", "epochs"),
    [(math.inf, 0.1, 90.0, 58), (60.0, 0.1, 50.0, 6), (1e4, 0.1, 90.0, 10), (5.0, 0.9, 0.0, 1)],
)
def test_the_pace_is_that_of_the_epochs_or_of_the_limit(
    limit: float, progress: float, left: float, epochs: int
) -> None:
    """After ten seconds, one epoch is done."""
    b, clock = budget(limit, whole=False)
    b.begin_training()
    clock.now += 10
    pace = b.pace(10.0, progress)
    assert pace.left == pytest.approx(left) and pace.expected(58, 1.0) == epochs
