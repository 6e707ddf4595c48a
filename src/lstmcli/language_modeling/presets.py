"""Presets of language models: declarative recipes, with the paper and its figure where there is one.

A recipe holds what differs from the defaults of ``config.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lstmcli.config import require
from lstmcli.language_modeling.config import PRESETS, LmModelConfig, LmTrainConfig


@dataclass(frozen=True)
class Recipe:
    about: str
    source: str = ""
    """The paper."""
    published: str = ""
    """Its figure, and the command that its recipe needs beside ``--preset``."""
    differs: str = ""
    """What is not as in the paper."""
    model: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)


RECIPES: dict[str, Recipe] = {
    "tiny": Recipe(
        "1 x 128: trains in a minute",
        model={
            "embedding": 128,
            "hidden": 128,
            "layers": 1,
            "embedding_dropout": 0.0,
            "input_dropout": 0.1,
            "output_dropout": 0.1,
        },
    ),
    "small": Recipe("2 x 256, tied, dropout for a few megabytes of text: for two cores; the default"),
    "chars": Recipe(
        "1 x 512, embedding 64, no dropout of tokens: for alphabets, their default",
        model={
            "embedding": 64,
            "hidden": 512,
            "layers": 1,
            "tied": False,
            "embedding_dropout": 0.0,
            "input_dropout": 0.0,
        },
        train={"batch_size": 32, "bptt": 64},
    ),
    "medium": Recipe(
        "2 x 650, tied, dropout 0.5",
        source="Zaremba et al. 2014, medium; tied as in Inan et al. 2017",
        published="Penn Treebank, test perplexity 82.7 (Zaremba et al. 2014, table 1), untied",
        differs="AdamW with a linear schedule instead of SGD with decay by epochs; sampled softmax; penalties on "
        "activations",
        model={"embedding": 650, "hidden": 650, "input_dropout": 0.5, "layer_dropout": 0.5, "output_dropout": 0.5},
        train={"learning_rate": 2e-3},
    ),
    "awd": Recipe(
        "3 x 1150, embedding 400, weight-drop and NT-ASGD: for a GPU",
        source="Merity et al. 2018, arXiv 1708.02182, section 4 and table 1",
        published="Penn Treebank, test perplexity 57.3 (table 1), with --epochs 500",
        differs="half of the windows that begin with a line start from a zero state",
        model={
            "embedding": 400,
            "hidden": 1150,
            "layers": 3,
            "input_dropout": 0.4,
            "layer_dropout": 0.25,
            "output_dropout": 0.4,
            "weight_drop": 0.5,
        },
        train={
            "softmax_words": 0,
            "optimizer": "sgd",
            "learning_rate": 30.0,
            "schedule": "constant",
            "weight_decay": 1.2e-6,
            "bptt": 70,
            "random_starts": False,
            "alpha": 2.0,
            "beta": 1.0,
        },
    ),
    "mogrifier": Recipe(
        "2 x 896 mogrifier LSTM, embedding 896, 24 million parameters on Penn Treebank: for a GPU",
        source="Melis et al. 2020, arXiv 1909.01792, and the authors' settings of the model of 24 million parameters",
        published="Penn Treebank, test perplexity 51.0 without dynamic evaluation, with --epochs 300",
        differs="AdamW with a linear schedule instead of RMSProp with averaging; weight-drop instead of dropout of the "
        "state; rank 112 instead of 84; layers are not added up",
        model={
            "cell": "mogrifier",
            "embedding": 896,
            "hidden": 896,
            "embedding_dropout": 0.0,
            "input_dropout": 0.73,
            "layer_dropout": 0.29,
            "output_dropout": 0.72,
            "weight_drop": 0.39,
        },
        train={
            "learning_rate": 2.3e-3,
            "batch_size": 64,
            "bptt": 70,
            "random_bptt": False,
            "random_starts": False,
            "softmax_words": 0,
            "clip": 10.0,
            "alpha": 0.0,
            "beta": 0.0,
        },
    ),
}


def preset(name: str) -> tuple[LmModelConfig, LmTrainConfig]:
    """The settings of a preset.  Raises: UsageError, if there is none of that name."""
    require(name in RECIPES, f"preset must be one of {', '.join(PRESETS)}, not {name!r}")
    recipe = RECIPES[name]
    return replace(LmModelConfig(), **recipe.model), replace(LmTrainConfig(), **recipe.train)
