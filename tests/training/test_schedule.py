"""The learning rate over a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.training.config import SCHEDULES
from lstmcli.training.schedule import rate


@given(st.sampled_from(SCHEDULES), st.floats(0, 1), st.floats(0, 0.9))
def test_a_rate_is_a_share_of_its_peak(schedule: str, progress: float, warmup: float) -> None:
    assert -1e-12 <= rate(schedule, progress, warmup) <= 1 + 1e-12


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_rate_peaks_where_the_rise_ends(schedule: str) -> None:
    warmup = 0.3
    assert rate(schedule, warmup, warmup) == pytest.approx(1.0)
    assert rate(schedule, warmup / 2, warmup) < 1.0


@pytest.mark.parametrize(
    ("schedule", "last"), [("linear", 0.0), ("cosine", 0.0), ("onecycle", 1e-4), ("constant", 1.0)]
)
def test_the_rate_at_the_end(schedule: str, last: float) -> None:
    assert rate(schedule, 1.0, 0.1) == pytest.approx(last, abs=1e-12)


@given(st.sampled_from(["linear", "cosine", "onecycle"]), st.floats(0.3, 1), st.floats(0.3, 1))
def test_after_the_rise_it_only_falls(schedule: str, first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert rate(schedule, early, 0.3) >= rate(schedule, late, 0.3) - 1e-12


def test_no_warmup_starts_at_the_peak() -> None:
    assert rate("linear", 0.0, 0.0) == 1.0
