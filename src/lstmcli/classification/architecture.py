"""The architecture of a classifier: in words, and varied in cell and size for comparisons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli.cells import CELLS, count_parameters
from lstmcli.classification.config import ClassifierConfig

MEASURES = ("accuracy", "macro_f1")
"""Fields of a report that are compared; the first is the most important."""
NOTES = ("the n-gram model that classifiers have beside the network is left out, and so is pretraining",)


def check_equal_parameters(config: ClassifierConfig) -> None:
    """Always possible: the number of units can be chosen freely."""


def widths(config: ClassifierConfig, units: int) -> tuple[int, ...]:
    """Units of each layer, bottom to top."""
    return (units,) * config.model.layers


def parameters(config: ClassifierConfig, cell: str, units: int, labels: int) -> int:
    """Number of parameters that depend on the cell: those of the recurrent layers and the output layer."""
    model = config.model
    directions = 2 if model.bidirectional else 1
    state = directions * units
    head = (state * len(model.pools) + 1) * labels + (state if "attention" in model.pools else 0)
    return count_parameters(cell, model.embedding, widths(config, units), directions) + head


def with_cell(config: ClassifierConfig, cell: str, units: int, training: dict[str, Any]) -> ClassifierConfig:
    """The settings of one run, without what is beside the network by default; ``training`` overrides fields of
    ``train``."""
    model = replace(config.model, cell=cell, hidden=units, ngrams=0)
    own = {"pretrain": config.train.pretrain or 0, **training}
    return replace(config, model=model, train=replace(config.train, **own))


def is_lowered(cell: str, device: str) -> bool:
    """Whether bf16 applies to the layers of this cell: always."""
    return True


def describe(config: ClassifierConfig) -> str:
    """The architecture in one line."""
    model = config.model
    direction = "bidirectional " if model.bidirectional else ""
    layers = f"{model.layers} x " if model.layers > 1 else ""
    network = f"{direction}{CELLS[model.cell].title} {layers}{model.hidden}, embedding {model.embedding}"
    beside = f", {model.ngrams}-gram model beside it" if model.ngrams else ""
    inside = f", {model.characters}-character model" if model.characters else ""
    return f"{network}, {'+'.join(model.pools)} pooling{beside}{inside}"
