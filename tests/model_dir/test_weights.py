"""The weights that a config stands for are those that its network has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.classification.shapes import classifier_shapes
from lstmcli.config import CELL_NAMES
from lstmcli.errors import ModelError, UsageError
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.shapes import language_model_shapes
from lstmcli.model_dir.weights import check_weights

SMALL = ClassifierModelConfig(embedding=6, hidden=5, layers=2, pooling=("attention", "last"))
LM = LmModelConfig(embedding=6, hidden=8, layers=3)
ADAPTIVE = replace(LM, tied=False, softmax="adaptive", cutoffs=(4, 9))


@pytest.mark.parametrize("cell", CELL_NAMES)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_those_of_a_classifier(cell: str, bidirectional: bool) -> None:
    config = replace(SMALL, cell=cell, bidirectional=bidirectional)
    check_weights(Classifier(config, 11, 3).tensors(), classifier_shapes(config, 11, 3))


@pytest.mark.parametrize("config", [LM, replace(LM, tied=False), ADAPTIVE, *(replace(LM, cell=c) for c in CELL_NAMES)])
def test_those_of_a_language_model(config: LmModelConfig) -> None:
    check_weights(LanguageModel(config, 13).tensors(), language_model_shapes(config, 13))


def weights() -> dict[str, Any]:
    return dict(LanguageModel(ADAPTIVE, 13).tensors())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"embedding": None}, "lacks the weight 'embedding'"),
        ({"more": np.zeros(3)}, "holds a weight 'more' that the config has no place for"),
        ({"decoder.bias": np.zeros((2, 3))}, "'decoder.bias' is 2 x 3, and the config and tokenizer say 6"),
        ({"decoder.bias": np.zeros(())}, "is a single number"),
        ({"decoder.bias": np.zeros(6, np.int32)}, "holds numbers of type int32"),
        ({"decoder.rank": np.arange(1, 14)}, "has a place beyond the 13 words"),
        ({"decoder.rank": np.arange(13) - 1}, "has a place beyond the 13 words"),
    ],
)
def test_others_are_refused(changes: dict[str, Any], said: str) -> None:
    changed = {name: value for name, value in {**weights(), **changes}.items() if value is not None}
    with pytest.raises(ModelError, match=said):
        check_weights(changed, language_model_shapes(ADAPTIVE, 13))


@pytest.mark.parametrize("cutoffs", [(), (13,), (4, 20)])
def test_clusters_that_do_not_cut_the_vocabulary(cutoffs: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="do not cut a vocabulary of 13"):
        language_model_shapes(replace(ADAPTIVE, cutoffs=cutoffs), 13)


@pytest.mark.parametrize("size", [{"layers": 10**9}, {"hidden": 2**31 - 1}, {"embedding": 10**12}])
def test_sizes_beyond_any_use_are_refused_before_anything_is_made(size: dict[str, int]) -> None:
    for config in (ClassifierModelConfig, LmModelConfig):
        with pytest.raises(UsageError, match="must be between 1 and"):
            config(**size)
