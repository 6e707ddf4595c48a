"""What ``lstm tune`` varies of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.defaults import MOST_EPOCHS
from lstmcli.classification.options import OF_THE_START
from lstmcli.classification.size import hidden_for, rows_for, size_bytes

METRIC = "accuracy"
"""The field of the report on validation that is maximised."""
LEAST_EPOCHS, MORE_EPOCHS = 2, 1.5
"""The range of epochs ends at the usual 15, or at so many times the default where that is longer."""


def defaults(config: ClassifierConfig) -> dict[str, Any]:
    """What is varied, as it is in the settings of a training whose data have been read."""
    model, train = config.model, config.train
    return {
        "learning_rate": train.learning_rate,
        "embedding": model.embedding,
        "hidden": model.hidden,
        "embedding_dropout": model.embedding_dropout,
        "output_dropout": model.output_dropout,
        "word_dropout": model.word_dropout,
        "adversarial": train.adversarial,
        "ngrams": model.ngrams,
        "characters": model.characters,
        "min_count": config.tokenizer.min_count,
        "epochs": train.epochs,
    }


def suggest(trial: Any, given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a trial of Optuna; a model of a given size has smaller networks, and as many rows as fit.

    Args:
        given: options that every trial has; they are not varied, nor is what they settle.
        usual: ``defaults`` of these data, for which the options give the same model as none; {}: not known.
    """
    small, settled = given.get("size") is not None, set(given)
    if given.get("init_from"):
        settled |= set(OF_THE_START)
    if given.get("vectors") is not None:
        settled.add("embedding")
    if usual.get("ngrams") == 0:  # so many texts and labels that the linear models would take too long
        settled |= {"ngrams", "characters"}
    usual_hidden, usual_epochs = usual.get("hidden") or 16, usual.get("epochs") or 0
    most_epochs = MOST_EPOCHS if usual_epochs <= MOST_EPOCHS else int(MORE_EPOCHS * usual_epochs)
    ranges: dict[str, Any] = {
        "learning_rate": lambda name: trial.suggest_float(name, 5e-4, 8e-3, log=True),
        "embedding": lambda name: trial.suggest_int(name, 16 if small else 32, 128, step=8),
        "hidden": lambda name: trial.suggest_int(
            name, min(usual_hidden, 16) if small else 32, 96 if small else 160, step=8
        ),
        "embedding_dropout": lambda name: trial.suggest_float(name, 0.2, 0.7),
        "output_dropout": lambda name: trial.suggest_float(name, 0.2, 0.7),
        "word_dropout": lambda name: trial.suggest_float(name, 0.0, 0.3),
        "adversarial": lambda name: trial.suggest_float(name, 0.0, 1.0),
        "ngrams": lambda name: trial.suggest_int(name, 1, 4),
        "characters": lambda name: trial.suggest_categorical(name, [0, 4, 5, 6]),
        "min_count": lambda name: trial.suggest_int(name, 1, 3),
        "epochs": lambda name: trial.suggest_int(name, min(LEAST_EPOCHS, usual_epochs or LEAST_EPOCHS), most_epochs),
    }
    found = {name: chosen(name) for name, chosen in ranges.items() if name not in settled}
    if found.get("epochs", 0) > MOST_EPOCHS and "patience" not in given:
        found["patience"] = 0  # as by default
    if small:
        found |= _of_size(size_bytes(given["size"]), found, given, usual_hidden)
    return {name: float(f"{value:.3g}") if isinstance(value, float) else value for name, value in found.items()}


def _of_size(size: int, found: Mapping[str, Any], given: Mapping[str, Any], usual_hidden: int) -> dict[str, Any]:
    """Units and rows that the size has room for; those of the defaults it has."""
    embedding = int(found.get("embedding") or given.get("embedding") or 0)
    sized: dict[str, Any] = rows_for(size, embedding) if "embedding" in found else {}
    if "hidden" in found:
        units = int(found["hidden"])
        sized["hidden"] = max(hidden_for(size, embedding, units), min(units, usual_hidden))
    return sized
