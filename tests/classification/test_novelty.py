"""How unlike the training texts a text is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lstmcli.classification.novelty import Novelty, measures


@pytest.fixture(scope="module")
def novelty() -> Novelty:
    return Novelty.fit(np.random.default_rng(1).normal(size=(3, 2000)))


def test_texts_of_the_same_kind_have_evenly_spread_novelties(novelty: Novelty) -> None:
    found = novelty.of(np.random.default_rng(2).normal(size=(3, 2000)))
    for share in (0.05, 0.5, 0.95):
        assert (found > 1 - share).mean() == pytest.approx(share, abs=0.03)


def test_other_texts_are_newer(novelty: Novelty) -> None:
    rng = np.random.default_rng(3)
    assert np.median(novelty.of(rng.normal(-2, 1, (3, 200)))) > 0.95
    assert novelty.of(np.full((3, 1), -100.0))[0] > 0.99 and novelty.of(np.full((3, 1), 100.0))[0] < 0.01


def test_it_is_stored_and_read_again(novelty: Novelty) -> None:
    stored = json.loads(json.dumps(novelty.to_json()))
    texts = np.random.default_rng(4).normal(size=(3, 50))
    again = Novelty.from_json(stored)
    assert again is not None
    np.testing.assert_allclose(again.of(texts), novelty.of(texts), atol=0.01)
    for damaged in (None, {}, {**stored, "known": []}, {**stored, "known": [1, "x"]}, {**stored, "energy": [2, 1]}):
        assert Novelty.from_json(damaged) is None
    with pytest.raises(ValueError, match="at least one text"):
        Novelty.fit(np.zeros((3, 0)))


def test_the_measures_are_of_the_scaled_logits() -> None:
    network, linear = np.array([[1.0, 0.0]]), np.array([[2.0, 0.0]])
    found = measures(network, linear, np.array([0.5]), 2.0)
    assert found[:, 0] == pytest.approx([1 / (1 + np.exp(-2)), np.log(np.exp(6) + 1), 0.5])
