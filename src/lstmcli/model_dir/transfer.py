"""The parts of a language model that another model may start from, read from its directory.

What can give them has a function behind the feature ``INIT_FROM`` in the registry of tasks.

Shapes: V words, E embedding, K units of the last layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import WEIGHTS, default_model_path, read_model

INIT_FROM = "train --init-from"


@dataclass(frozen=True)
class LanguageModelParts:
    """A one-way language model."""

    path: Path
    checksum: str
    """Of its weights."""
    tokenizer_json: str
    moved: int
    """What was added to the ids of its tokenizer."""
    lead: bool
    """Whether a line gets a space before it."""
    lowercase: bool
    cell: str
    widths: tuple[int, ...]
    """Units of each layer, bottom to top."""
    embedding_VE: NDArray[Any]
    layers: tuple[dict[str, NDArray[Any]], ...]
    """The weights of each layer by name."""
    decoder_VK: NDArray[Any] | None
    bias_V: NDArray[Any] | None
    """The softmax; None if it is adaptive."""
    backward: bool
    """Whether it reads a text from its end."""


def read_parts(path: str) -> LanguageModelParts:
    """The parts of the model at a path.

    Raises:
        ModelError: there is no model there, or it is damaged.
        UsageError: it is no language model.
    """
    model = read_model(default_model_path(None, path))
    if INIT_FROM not in model.task.features:
        hint = "--init-from takes a language model: `lstm train book.txt -o MODEL` makes one"
        raise UsageError(f"{model.path} is {model.task.title}, which is no start for a classifier", hint=hint)
    result: LanguageModelParts = model.task.feature(INIT_FROM)(model)
    return result


def weights_checksum(config: dict[str, Any]) -> str:
    """The checksum of the weights, from the content of ``config.json``."""
    return str(config["files"][WEIGHTS]["sha256"])
