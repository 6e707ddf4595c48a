"""What a model directory is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class ModelInfo(Result):
    """What a model is, how it was trained and how well it did."""

    path: str
    task: str
    labels: tuple[str, ...]
    multilabel: bool
    architecture: str
    parameters: int
    tokenizer: str
    vocab_size: int
    bytes: int
    created: str
    command: str
    seed: int
    device: str
    threads: int
    """0 where the model does not say."""
    precision: str
    obstacles: tuple[str, ...]
    """Why the same command would not give the same weights; nothing if it would."""
    data: dict[str, Any]
    metrics: dict[str, Any]
    versions: dict[str, str]
    calibration: dict[str, float]
    """``scale``: the inverse temperature fitted on the validation split; nothing for a language model."""
    config: dict[str, Any]
