"""The description of a model directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstmcli.results import Result
from lstmcli.training.events import CrossValidated


def ancestors(came_from: Mapping[str, Any]) -> str:
    """The models that a model goes on from, nearest first; empty if there are none.

    Args:
        came_from: ``from`` of its ``config.json``.
    """
    older = came_from.get("older", ())
    models = [came_from, *older] if isinstance(older, list) else [came_from]
    return ", before it ".join(str(model["path"]) for model in models if isinstance(model, dict) and model.get("path"))


def cross_validated(found: Mapping[str, Any]) -> str:
    """The figures of a model's cross-validation; empty if there are none.

    Args:
        found: ``cross_validation`` of its ``config.json``.
    """
    try:
        return CrossValidated(**found).figures()
    except (TypeError, ValueError):
        return ""


@dataclass(frozen=True, slots=True)
class ModelInfo(Result):
    """What a model is, how it was trained, and its metrics."""

    path: str
    task: str
    engine: str
    """The engine that would run it here; empty if none would."""
    level: str
    """The vector instructions that this engine uses here, such as `avx2`; empty if it does not say."""
    generates_with: str
    """The engine that `lstm generate` would use instead; empty if it is the same."""
    labels: tuple[str, ...]
    multilabel: bool
    architecture: str
    parameters: int
    tokenizer: str
    vocab_size: int
    bytes: int
    """Total bytes of the files in its directory."""
    created: str
    command: str
    seed: int
    device: str
    threads: int
    """0 if not recorded."""
    precision: str
    obstacles: tuple[str, ...]
    """Reasons why the same command would not give the same weights; empty if it would."""
    data: dict[str, Any]
    metrics: dict[str, Any]
    versions: dict[str, str]
    calibration: dict[str, float]
    """``scale``: the inverse temperature fitted on the validation split; empty for a language model."""
    came_from: dict[str, Any]
    """The model that training went on from (`path`, `sha256`, `older`), what was kept, and more; empty if it started
    from nothing."""
    cross_validation: dict[str, Any]
    """What `--cv` found of models trained like this one: `metric`, `mean`, `low` and `high` of its 95 % interval, and
    the `values`; empty without it."""
    config: dict[str, Any]
