"""What ``lstm tune`` varies of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.defaults import CHARACTER_ORDER, ngram_order, usual_epochs
from lstmcli.classification.size import hidden_for, rows_for, settings_for, size_bytes
from lstmcli.tokenization.config import TokenizerConfig

METRIC = "accuracy"
"""The field of the report on validation that is maximised."""
_MODEL, _TRAIN = ClassifierModelConfig(), ClassifierTrainConfig()
DEFAULTS: dict[str, Any] = {
    "learning_rate": _TRAIN.learning_rate,
    "embedding": _MODEL.embedding,
    "hidden": _MODEL.hidden,
    "embedding_dropout": _MODEL.embedding_dropout,
    "output_dropout": _MODEL.output_dropout,
    "word_dropout": _MODEL.word_dropout,
    "adversarial": _TRAIN.adversarial,
    "characters": CHARACTER_ORDER,
    "min_count": TokenizerConfig().min_count,
}
"""Those of the first trial that do not depend on the number of texts."""


def start(given: Mapping[str, Any], texts: int) -> dict[str, Any]:
    """The settings of the first trial: the defaults, for so many texts, and those of a size."""
    found = {**DEFAULTS, "ngrams": ngram_order(texts), "epochs": usual_epochs(texts)}
    if given.get("size") is not None:
        own = settings_for(size_bytes(given["size"]))
        found |= {"embedding": own["embedding"], "hidden": own["hidden"]}
    return found


def suggest(trial: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a trial of Optuna; a model of a given size has smaller networks, and as many rows as fit."""
    small = given.get("size") is not None
    found = {
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 8e-3, log=True),
        "embedding": trial.suggest_int("embedding", 16 if small else 32, 128, step=8),
        "hidden": trial.suggest_int("hidden", 16 if small else 32, 96 if small else 160, step=8),
        "embedding_dropout": trial.suggest_float("embedding_dropout", 0.2, 0.7),
        "output_dropout": trial.suggest_float("output_dropout", 0.2, 0.7),
        "word_dropout": trial.suggest_float("word_dropout", 0.0, 0.3),
        "adversarial": trial.suggest_float("adversarial", 0.0, 1.0),
        "ngrams": trial.suggest_int("ngrams", 1, 4),
        "characters": trial.suggest_categorical("characters", [0, 4, 5, 6]),
        "min_count": trial.suggest_int("min_count", 1, 3),
        "epochs": trial.suggest_int("epochs", 2, 15),
    }
    if small:
        size, embedding = size_bytes(given["size"]), int(found["embedding"])
        found |= {"hidden": hidden_for(size, embedding, int(found["hidden"])), **rows_for(size, embedding)}
    return {name: float(f"{value:.3g}") if isinstance(value, float) else value for name, value in found.items()}
