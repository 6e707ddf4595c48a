"""Tests and intervals against SciPy's own, tables worked by hand, and the rules that hold for any two models."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from lstmcli.evaluation import significance
from lstmcli.evaluation.significance import (
    bootstrap_interval,
    holm,
    mcnemar_p,
    paired_t_p,
    permutation_p,
    spread,
    sum_groups,
)

few = settings(max_examples=15)
costs = hnp.arrays(np.float64, st.tuples(st.integers(2, 40), st.just(2)), elements=st.floats(0, 100, width=32))


def difference(sums: Any) -> Any:
    return (sums[:, 1] - sums[:, 0]) / sums[:, 2]


def rows(both: Any) -> Any:
    return np.column_stack([both, np.ones(len(both))])


@pytest.fixture
def pair() -> Any:
    random = np.random.default_rng(5)
    a = random.normal(10, 3, 60)
    return np.column_stack([a, a + random.normal(0.3, 1, 60)])


def test_the_interval_is_scipys_paired_bootstrap(pair: Any) -> None:
    expected = stats.bootstrap(
        (pair[:, 0], pair[:, 1]),
        lambda a, b, axis=-1: b.mean(axis=axis) - a.mean(axis=axis),
        paired=True,
        n_resamples=significance.RESAMPLES,
        method="percentile",
        random_state=np.random.default_rng(significance.SEED),
    ).confidence_interval
    found = bootstrap_interval(rows(pair), difference)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert (found.confidence, found.resamples) == (0.95, 9999)


def test_the_permutation_test_is_scipys(pair: Any) -> None:
    expected = stats.permutation_test(
        (pair[:, 0], pair[:, 1]),
        lambda a, b, axis: (a - b).mean(axis=axis),
        permutation_type="samples",
        n_resamples=significance.RESAMPLES,
        random_state=np.random.default_rng(significance.SEED),
    ).pvalue
    assert permutation_p(pair[:, 0], pair[:, 1]) == pytest.approx(expected)


def test_few_lines_are_permuted_exactly() -> None:
    # Of the 2^3 ways to exchange 1, 2 and 3 only two give a sum of 6 or -6.
    assert permutation_p(np.zeros(3), np.array([1.0, 2.0, 3.0])) == pytest.approx(2 / 8)


def test_one_text_has_no_interval_and_no_test() -> None:
    assert bootstrap_interval(np.ones((1, 3)), difference) is None
    assert permutation_p(np.ones(1), np.zeros(1)) is None


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    # Twice the binomial tail, by hand: 2 * (1 + 5) / 2^5, 2 * (1 + 10 + 45) / 2^10.
    [
        (0, 0, 1.0),
        (1, 4, 12 / 32),
        (2, 8, 112 / 1024),
        (3, 3, 1.0),
        (59, 21, 2 * sum(comb(80, k) for k in range(22)) / 2**80),
    ],
)
def test_mcnemar_on_known_tables(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar_p(only_first, only_second) == pytest.approx(p)
    assert mcnemar_p(only_first, only_second) == mcnemar_p(only_second, only_first)
    if only_first + only_second:
        assert mcnemar_p(only_first, only_second) == stats.binomtest(only_second, only_first + only_second).pvalue


def test_holm_by_hand() -> None:
    # Holm (1979): the smallest times 4, the next times 3, ...; never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([None, 0.6, 0.5]) == [None, 1.0, 1.0]
    assert holm([0.2]) == [0.2]


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_makes_a_finding_surer(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(p <= q <= 1 for p, q in zip(values, adjusted, strict=True) if q is not None)
    order = np.argsort(values, kind="stable")
    assert sorted(np.array(adjusted)[order]) == list(np.array(adjusted)[order])


@few
@given(costs)
def test_swapping_the_models_flips_the_sign(both: Any) -> None:
    there = bootstrap_interval(rows(both), difference)
    back = bootstrap_interval(rows(both[:, ::-1]), difference)
    assert there is not None and back is not None
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-6)
    assert there.low <= there.high
    assert permutation_p(*both.T) == pytest.approx(permutation_p(*both.T[::-1]))


@few
@given(costs)
def test_equal_models_do_not_differ(both: Any) -> None:
    same = np.column_stack([both[:, 0], both[:, 0]])
    found = bootstrap_interval(rows(same), difference)
    assert found is not None and (found.low, found.high) == (0, 0)
    assert permutation_p(*same.T) == 1.0


def test_many_texts_are_summed_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "MAX_GROUPS", 7)
    numbers = np.arange(60).reshape(20, 3).astype(np.int8)
    found = sum_groups(numbers)
    assert found.shape == (7, 3)
    assert (found.sum(axis=0) == numbers.sum(axis=0, dtype=np.int64)).all()
    assert (sum_groups(np.ones((20, 1), np.bool_)).ravel() >= 2).all()  # counted, not or-ed
    assert (sum_groups(numbers[:7]) == numbers[:7]).all()


def test_the_same_seed_gives_the_same_numbers(pair: Any) -> None:
    assert bootstrap_interval(rows(pair), difference) == bootstrap_interval(rows(pair), difference)
    assert permutation_p(*pair.T) == permutation_p(*pair.T)


def test_the_spread_of_seeds_is_scipys() -> None:
    values = [84.1, 83.2, 85.0]
    found = spread(values)
    assert (found.mean, found.sd) == pytest.approx((84.1, 0.9))
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.high - found.mean == pytest.approx(4.302653 * 0.9 / 3**0.5)  # two degrees of freedom


def test_one_seed_has_no_spread_and_equal_ones_no_test() -> None:
    assert spread([0.5]) == significance.Spread(0.5, None, None, None, 1)
    assert spread([0.5, 0.5]).sd == 0
    assert paired_t_p([0.1]) is paired_t_p([0.1, 0.1, 0.1]) is None
    assert paired_t_p([0.1, 0.2, 0.3]) == pytest.approx(stats.ttest_rel([1.1, 2.2, 3.3], [1, 2, 3]).pvalue)


def test_an_interval_ends_with_its_scale() -> None:
    found = spread([0.9, 0.99], 0.0, 1.0)
    assert found.high == 1.0 and 0 < found.low < 0.9
    assert spread([0.9, 0.99]).high > 1
