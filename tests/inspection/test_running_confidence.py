"""The beginnings of a text that are classified: all of a short one, some of a long one, the whole always."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.inspection.running_confidence import (
    CHARACTERS,
    MULTIPLICATIONS,
    running_probabilities,
    stride,
    text_prefixes,
)


def lengths(texts: Sequence[str]) -> Any:
    return np.array([[len(text), 0.0] for text in texts])


@given(st.integers(1, 40), st.integers(1, 12))
def test_every_so_many_beginnings_counted_from_the_last_token(tokens: int, every: int) -> None:
    text = "a " * tokens
    ends = [2 * t + 1 for t in range(tokens)]
    found = running_probabilities(lengths, text, ends, every)
    asked = [t for t, answer in enumerate(found) if answer is not None]
    assert asked == sorted(range(tokens - 1, -1, -every))
    assert [found[t][0] for t in asked[:-1]] == [ends[t] for t in asked[:-1]]
    assert found[-1][0] == len(text)


def test_nothing_is_asked_of_a_text_without_tokens() -> None:
    assert running_probabilities(lengths, "  ", [], 1) == [] and text_prefixes("", [], 1) == {}


def test_short_texts_are_asked_about_at_every_token() -> None:
    assert stride(400, 2000, ClassifierModelConfig()) == 1  # as many tokens as a model of the usual settings reads
    assert stride(1, 1, ClassifierModelConfig(hidden=4000, layers=4)) == 1


@pytest.mark.parametrize(
    "shape",
    [ClassifierModelConfig(), ClassifierModelConfig(hidden=256, layers=2), ClassifierModelConfig(bidirectional=False)],
)
def test_work_stays_bounded(shape: ClassifierModelConfig) -> None:
    for tokens, characters in ((1000, 5000), (5000, 25_000), (400, 10_000_000)):
        every = stride(tokens, characters, shape)
        weights = 4 * (1 + shape.bidirectional) * shape.hidden * (shape.embedding + shape.hidden)
        assert tokens**2 / 2 / every * weights <= MULTIPLICATIONS
        assert tokens * characters / 2 / every <= CHARACTERS
