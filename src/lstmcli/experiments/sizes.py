"""At what size each cell takes part in a comparison: as many parameters as the reference, or as many units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lstmcli.cells import CELLS, count_parameters
from lstmcli.classification.config import ClassifierConfig
from lstmcli.errors import UsageError
from lstmcli.experiments.results import Candidate
from lstmcli.language_modeling.config import LmConfig

NEAR = 0.02
"""Share of the parameters that whole units may leave as a difference without a word."""


def reference(cells: Sequence[str]) -> str:
    """What the others are held against: the LSTM, or else the first."""
    return "lstm" if "lstm" in cells else cells[0]


def nearest(count: Callable[[int], int], target: int) -> int:
    """The number of units, at least 1, whose count of parameters is nearest to ``target``; counts rise with units."""
    low, high = 1, 2
    while count(high) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < target else (low, middle)
    return low if target - count(low) <= count(high) - target else high


def candidates(
    config: ClassifierConfig | LmConfig, cells: Sequence[str], labels: int, *, equal_parameters: bool
) -> tuple[Candidate, ...]:
    """Each cell at its size; the reference has the units that ``config`` says.

    Args:
        labels: of a classifier.

    Raises:
        UsageError: a language model of one layer, which is as wide as its embedding whatever its cell.
    """
    if equal_parameters and isinstance(config, LmConfig) and config.model.tied and config.model.layers == 1:
        raise UsageError(
            "a language model of one layer has as many units as its embedding is wide, whatever its cell, so "
            "parameters cannot be made equal",
            hint="--layers 2, or --match epochs",
        )
    base = reference(cells)
    target = network_parameters(config, base, config.model.hidden, labels)
    found = []
    for cell in cells:
        units = config.model.hidden
        if equal_parameters and cell != base:
            units = nearest(lambda units, cell=cell: network_parameters(config, cell, units, labels), target)  # type: ignore[misc]
        own = network_parameters(config, cell, units, labels)
        widths = _widths(config, units)
        found.append(Candidate(cell, CELLS[cell].title, widths, own, own / target - 1))
    return tuple(found)


def network_parameters(config: ClassifierConfig | LmConfig, cell: str, units: int, labels: int) -> int:
    """Parameters that depend on the cell: of the recurrent layers, and of a classifier's output layer."""
    widths = _widths(config, units)
    if isinstance(config, LmConfig):
        return count_parameters(cell, config.model.embedding, widths)
    model = config.model
    directions = 2 if model.bidirectional else 1
    state = directions * units
    head = (state * len(model.pooling) + 1) * labels + (state if "attention" in model.pooling else 0)
    return count_parameters(cell, model.embedding, widths, directions) + head


def _widths(config: ClassifierConfig | LmConfig, units: int) -> tuple[int, ...]:
    if isinstance(config, LmConfig):
        return replace(config.model, hidden=units).widths
    return (units,) * config.model.layers
