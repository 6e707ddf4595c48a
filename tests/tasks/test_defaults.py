"""The rules that fill in what the user left open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.config import ClassifierConfig, ModelConfig, TrainConfig
from lstmcli.tasks.defaults import SMALL, ngram_min_count, resolve


@given(st.integers(1, 10**7))
def test_nothing_is_left_open(texts: int) -> None:
    config = resolve(ClassifierConfig(), texts)
    assert config.train.epochs is not None and 3 <= config.train.epochs <= 15
    assert config.model.ngrams in (2, 3)


@pytest.mark.parametrize(("texts", "ngrams", "count"), [(SMALL, 2, 1), (SMALL + 1, 3, 2)])
def test_larger_sets_take_longer_ngrams_seen_twice(texts: int, ngrams: int, count: int) -> None:
    assert resolve(ClassifierConfig(), texts).model.ngrams == ngrams
    assert ngram_min_count(texts) == count


def test_what_the_user_said_stays() -> None:
    said = replace(ClassifierConfig(), model=ModelConfig(ngrams=0), train=TrainConfig(epochs=1))
    assert resolve(said, 100) == said
