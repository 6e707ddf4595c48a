"""What ``lstm tune`` varies of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METRIC = "accuracy"
"""The field of the report on validation that is maximised."""
DEFAULTS: dict[str, Any] = {
    "learning_rate": 2e-3,
    "embedding": 128,
    "hidden": 96,
    "embedding_dropout": 0.5,
    "output_dropout": 0.5,
    "word_dropout": 0.1,
    "adversarial": 0.5,
    "ngrams": 2,
    "characters": 5,
    "min_count": 1,
    "epochs": 5,
}
"""The first trial."""


def start(given: Mapping[str, Any], texts: int) -> dict[str, Any]:
    """The settings of the first trial: the defaults, for so many texts, and those of a size."""
    from lstmcli.classification.defaults import SMALL_CORPUS
    from lstmcli.classification.size import settings_for, size_bytes

    found = {**DEFAULTS, "ngrams": 2 if texts <= SMALL_CORPUS else 3}
    found["epochs"] = min(15, max(3, round(70_000 / max(1, texts))))
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
        found |= _rows(int(found["embedding"]), given["size"])
    return {name: float(f"{value:.3g}") if isinstance(value, float) else value for name, value in found.items()}


def _rows(embedding: int, size: Any) -> dict[str, int]:
    """Words and hashed features that half of the size has room for, with this embedding."""
    from lstmcli.classification.size import rows_for, size_bytes

    return rows_for(size_bytes(size), embedding)
