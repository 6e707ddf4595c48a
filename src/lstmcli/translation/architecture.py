"""Vary the cell and size of a translator, encoder and decoder alike, for comparisons of architectures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli.cells import CELLS, count_parameters
from lstmcli.translation.config import TranslatorConfig

MEASURES = ("chrf", "bleu", "perplexity")
"""Fields of a report that are compared; the first is the most important."""
NOTES = (
    "the cell is that of the encoder and of the decoder; units are those of the decoder, each direction of the encoder "
    "has half of them; translations are greedy",
)


def check_equal_parameters(config: TranslatorConfig) -> None:
    """Always possible: the number of units can be chosen freely."""


def widths(config: TranslatorConfig, units: int) -> tuple[int, ...]:
    """Units of each layer of the decoder, bottom to top."""
    return (_even(units),) * config.model.layers


def parameters(config: TranslatorConfig, cell: str, units: int, labels: int) -> int:
    """Number of parameters that depend on the cell or the units; ``labels`` is not used."""
    model = replace(config.model, cell=cell, hidden=_even(units))
    E, H = model.embedding, model.hidden
    encoder = count_parameters(cell, E, model.encoder_widths, 2)
    decoder = count_parameters(cell, model.decoder_inputs, model.widths)
    bridge = CELLS[cell].vectors(H) * model.layers * H * (H + 1)
    attention = {"dot": 0, "general": H * H, "additive": 2 * H * H + H}[model.attention]
    return encoder + decoder + bridge + attention + 2 * H * E


def with_cell(config: TranslatorConfig, cell: str, units: int, training: dict[str, Any]) -> TranslatorConfig:
    """The settings of one run; ``training`` overrides fields of ``train``."""
    model = replace(config.model, cell=cell, hidden=_even(units))
    train = replace(config.train, metric=MEASURES[0], **training)  # in every run the same, whatever its targets
    return replace(config, model=model, train=train)


def _even(units: int) -> int:
    """Two directions of the encoder share the units."""
    return max(2, units + units % 2)


def is_lowered(cell: str, device: str) -> bool:
    """Whether bf16 applies to the layers of this cell: on a CPU, if there is a kernel for it."""
    return CELLS[cell].is_lowered(device)
