"""Vary the cell and size of a language model, for comparisons of architectures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli.cells import CELLS, count_parameters
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmConfig, LmModelConfig

MEASURES = ("perplexity", "bits_per_byte")
"""Fields of a report that are compared; the first is the most important."""
NOTES: tuple[str, ...] = ()


def check_equal_parameters(config: LmConfig) -> None:
    """Raises UsageError for a tied model with one layer, whose width is fixed by its embedding."""
    if config.model.tied and config.model.layers == 1:
        raise UsageError(
            "a language model of one layer has as many units as its embedding is wide, whatever its cell, so "
            "parameters cannot be made equal",
            hint="--layers 2, or --match epochs",
        )


def widths(config: LmConfig, units: int) -> tuple[int, ...]:
    """Units of each layer, bottom to top."""
    return replace(config.model, hidden=units).widths


def parameters(config: LmConfig, cell: str, units: int, labels: int) -> int:
    """Number of parameters of the recurrent layers; ``labels`` is not used."""
    return count_parameters(cell, config.model.embedding, widths(config, units))


def with_cell(config: LmConfig, cell: str, units: int, training: dict[str, Any]) -> LmConfig:
    """The settings of one run; ``training`` overrides fields of ``train``."""
    hidden = config.model.hidden if config.model.layers == 1 else units
    return replace(
        config, model=replace(config.model, cell=cell, hidden=hidden), train=replace(config.train, **training)
    )


def is_lowered(cell: str, device: str) -> bool:
    """Whether bf16 applies to the layers of this cell: on a CPU, if there is a kernel for it."""
    return CELLS[cell].is_lowered(device)


def describe(model: LmModelConfig) -> str:
    """The architecture in one line."""
    widths = " + ".join(map(str, model.widths)) if len(set(model.widths)) > 1 else f"{model.layers} x {model.hidden}"
    clusters = f", adaptive softmax cut at {' and '.join(f'{at:,}' for at in model.cutoffs)}" if model.cutoffs else ""
    network = f"{'backward ' if model.backward else ''}{CELLS[model.cell].title} {widths}"
    return f"{network}, {'tied ' if model.tied else ''}embedding {model.embedding}{clusters}"


def generates_int8(model: LmModelConfig) -> bool:
    """Whether it may generate with int8; one that reads from the end does not generate."""
    return CELLS[model.cell].int8 and not model.backward
