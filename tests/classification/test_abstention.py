"""Thresholds that leave out texts or errors."""

from __future__ import annotations

import pytest

from lstmcli.classification.abstention import choose_threshold, from_json, share_of, to_json
from lstmcli.classification.results import CoveragePoint
from lstmcli.classification.trust import Trust
from lstmcli.errors import UsageError

CURVE = (CoveragePoint(1.0, 0.3, 0.2), CoveragePoint(0.9, 0.5, 0.1), CoveragePoint(0.5, 0.8, 0.15))


@pytest.mark.parametrize(("abstain", "threshold"), [(0.0, 0.3), (0.05, 0.3), (0.1, 0.5), (0.3, 0.5), (0.5, 0.8)])
def test_no_more_than_the_share_is_left_out(abstain: float, threshold: float) -> None:
    assert choose_threshold(CURVE, abstain=abstain).threshold == threshold


def test_as_many_as_possible_are_answered_within_the_errors() -> None:
    assert choose_threshold(CURVE, max_error=0.15).threshold == 0.5
    assert choose_threshold(CURVE, max_error=0.2).threshold == 0.3
    with pytest.raises(UsageError, match="no threshold leaves 5 % errors") as found:
        choose_threshold(CURVE, max_error=0.05)
    assert found.value.hint == "the fewest are 10.0 %, with 90 % of the texts answered"


def test_the_curve_is_stored_and_read_again() -> None:
    assert from_json(to_json(CURVE)) == CURVE
    for damaged in (None, 3, [[1, 2]], [["a", 0, 0]], [[2, 0, 0]]):
        assert from_json(damaged) == ()


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("5 %", 0.05), ("0.05", 0.05), (0.2, 0.2), ("0", 0.0)])
def test_shares(text: str | float, share: float) -> None:
    assert share_of(text, "--abstain") == pytest.approx(share)


@pytest.mark.parametrize("text", ["5", "many", "100%", "-1%", "nan"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(UsageError, match="--abstain must be a share such as 5%"):
        share_of(text, "--abstain")


def test_a_model_without_a_curve_says_so() -> None:
    with pytest.raises(UsageError, match="this model does not know") as found:
        Trust({"scale": 1.0}, multilabel=False).threshold(abstain="5%", max_error=None)
    assert "train it anew" in str(found.value.hint)
    with pytest.raises(UsageError, match="a model that gives several labels does not know"):
        _ = Trust({"scale": 1.0}, multilabel=True).novelty
    with pytest.raises(UsageError, match="either abstain or max_error"):
        Trust({}, multilabel=False).threshold(abstain=None, max_error=None)
