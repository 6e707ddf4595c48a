"""Which texts to label next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest

from lstmcli.classification.predict import Classifier
from lstmcli.classification.results import Prediction
from lstmcli.classification.uncertain import certainty, least_certain
from lstmcli.data.records import Record
from lstmcli.errors import UsageError


class Fake:
    """Gives each text the probability that it says."""

    labels, thresholds = ("x", "y"), (0.0, 0.0)

    def classify(self, records: Iterable[Record], **how: Any) -> Iterator[Prediction]:
        for record in records:
            p = float(record.text)
            best = sorted({"x": p, "y": 1 - p}.items(), key=lambda pair: -pair[1])
            yield Prediction(record.text, best[0][0], best[0][1], dict(best))


def picked(number: int, *texts: str, top: int | None = None) -> list[Prediction]:
    return list(least_certain(cast(Classifier, Fake()), map(Record, texts), number, top=top))


def test_the_least_certain_come_first_and_each_text_once() -> None:
    texts = ("0.9", "0.5", "0.45", "0.5", "0.1", "0.7", "0.3")
    assert [found.text for found in picked(3, *texts)] == ["0.5", "0.45", "0.7"]
    assert [found.text for found in picked(9, *texts)] == ["0.5", "0.45", "0.7", "0.3", "0.9", "0.1"]


def test_the_labels_shown_are_those_asked_for() -> None:
    (found,) = picked(1, "0.8", top=1)
    assert (found.probabilities, found.left_out) == ({"x": 0.8}, 1)
    with pytest.raises(UsageError, match="uncertain must be at least 1"):
        picked(0, "0.8")


def test_several_labels_are_uncertain_near_their_thresholds() -> None:
    sets = Prediction("t", "x", 0.9, {"x": 0.9, "y": 0.55, "z": 0.1}, labels=("x", "y"))
    assert certainty(sets, {"x": 0.5, "y": 0.5, "z": 0.5}) == pytest.approx(0.1)
    assert certainty(sets, {"x": 0.5, "y": 0.2, "z": 0.1}) == pytest.approx(0)
    assert certainty(sets, {"x": 0.5, "y": 0.0, "z": 1.0}) == pytest.approx(0.8)
    assert certainty(Prediction("t", "x", 1.0, {"x": 1.0}), {"x": 0.0}) == 1.0


class Sets(Fake):
    """Gives each text two labels, the second one with a low threshold."""

    thresholds = (0.5, 0.1)

    def classify(self, records: Iterable[Record], **how: Any) -> Iterator[Prediction]:
        for record in records:
            yield Prediction(record.text, "x", 0.99, {"x": 0.99, "y": float(record.text)}, labels=("x",))


@pytest.mark.parametrize(("how", "first"), [({}, "0.11"), ({"threshold": 0.5}, "0.45")])
def test_the_thresholds_are_the_models_or_the_one_asked_for(how: dict[str, float], first: str) -> None:
    (found,) = least_certain(cast(Classifier, Sets()), map(Record, ("0.01", "0.45", "0.11", "0.9")), 1, **how)
    assert found.text == first
