"""How unlike the training texts a text is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lstmcli.classification.novelty import Novelty, measures


@pytest.fixture(scope="module")
def novelty() -> Novelty:
    return Novelty.fit(np.random.default_rng(1).normal(size=(2, 2000)))


def test_texts_of_the_same_kind_have_evenly_spread_novelties(novelty: Novelty) -> None:
    found = novelty.of(np.random.default_rng(2).normal(size=(2, 2000)))
    for share in (0.05, 0.5, 0.95):
        assert (found > 1 - share).mean() == pytest.approx(share, abs=0.03)


def test_other_texts_are_newer(novelty: Novelty) -> None:
    rng = np.random.default_rng(3)
    assert np.median(novelty.of(rng.normal(-2, 1, (2, 200)))) > 0.95
    assert novelty.of(np.full((2, 1), -100.0))[0] > 0.99 and novelty.of(np.full((2, 1), 100.0))[0] < 0.01


def test_it_is_stored_and_read_again(novelty: Novelty) -> None:
    stored = json.loads(json.dumps(novelty.to_json()))
    texts = np.random.default_rng(4).normal(size=(2, 50))
    again = Novelty.from_json(stored)
    assert again is not None
    np.testing.assert_allclose(again.of(texts), novelty.of(texts), atol=0.01)
    for damaged in (None, {}, {**stored, "known": []}, {**stored, "known": [1, "x"]}, {**stored, "sureness": [2, 1]}):
        assert Novelty.from_json(damaged) is None
    with pytest.raises(ValueError, match="at least one text"):
        Novelty.fit(np.zeros((2, 0)))


def test_the_measures_are_the_negative_entropy_and_the_known_share() -> None:
    found = measures(np.array([[0.75, 0.25], [1.0, 0.0]]), np.array([0.5, 0.9]))
    assert found[0] == pytest.approx([0.75 * np.log(0.75) + 0.25 * np.log(0.25), 0.0])
    assert found[1] == pytest.approx([0.5, 0.9])


def test_an_unsure_answer_is_newer_than_as_few_known_words(novelty: Novelty) -> None:
    unsure, unknown = novelty.of(np.array([[-3.0, 0.0], [0.0, -3.0]]))
    assert unsure > unknown > novelty.of(np.zeros((2, 1)))[0]
