"""The softmax of a language model, as it is written down and read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.config import from_dict, to_dict
from lstmcli.errors import ModelError, UsageError
from lstmcli.language_modeling.config import LmConfig, LmModelConfig


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=4))
def test_cutoffs_make_the_round_trip(found: set[int]) -> None:
    config = LmConfig(model=LmModelConfig(tied=False, softmax="adaptive", cutoffs=tuple(sorted(found))))
    assert from_dict(LmConfig, json.loads(json.dumps(to_dict(config)))) == config


def test_an_older_model_has_a_full_softmax() -> None:
    written = to_dict(LmConfig())
    del written["model"]["softmax"], written["model"]["cutoffs"]
    assert from_dict(LmConfig, written).model.softmax == "full"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"softmax": "sampled"}, "softmax must be one of full, adaptive"),
        ({"softmax": "adaptive"}, "cannot share the embedding's matrix"),
        ({"cutoffs": (5,)}, "a full softmax has no cutoffs"),
        ({"softmax": "adaptive", "tied": False, "cutoffs": (0, 5)}, "must rise from 1"),
        ({"softmax": "adaptive", "tied": False, "cutoffs": (5, 5)}, "must rise from 1"),
        ({"softmax": "adaptive", "tied": False, "cutoffs": (9, 5)}, "must rise from 1"),
    ],
)
def test_what_is_no_softmax(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        LmModelConfig(**values)
    with pytest.raises(ModelError, match=message):
        from_dict(LmModelConfig, json.loads(json.dumps(values)))


@pytest.mark.parametrize("cutoffs", [["5"], [5.0], [True], "5", 5])
def test_cutoffs_are_whole_numbers(cutoffs: Any) -> None:
    with pytest.raises(ModelError, match="cutoffs cannot be"):
        from_dict(LmModelConfig, {"softmax": "adaptive", "tied": False, "cutoffs": cutoffs})
