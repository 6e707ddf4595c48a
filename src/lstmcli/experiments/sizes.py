"""At what size each cell takes part in a comparison: as many parameters as the reference, or as many units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lstmcli.cells import CELLS
from lstmcli.experiments.results import Candidate
from lstmcli.tasks import task_of

SIZE_TOLERANCE = 0.02
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


def candidates(config: Any, cells: Sequence[str], labels: int, *, equal_parameters: bool) -> tuple[Candidate, ...]:
    """Each cell at its size; the reference has the units that ``config`` says.

    Args:
        labels: of a classifier.

    Raises:
        UsageError: a language model of one layer, which is as wide as its embedding whatever its cell.
    """
    architecture = task_of(config).architecture
    if equal_parameters:
        architecture.check_equal_parameters(config)
    base = reference(cells)
    target = architecture.parameters(config, base, config.model.hidden, labels)
    found = []
    for cell in cells:
        units = config.model.hidden
        if equal_parameters and cell != base:
            units = nearest(lambda units, cell=cell: architecture.parameters(config, cell, units, labels), target)  # type: ignore[misc]
        own = architecture.parameters(config, cell, units, labels)
        widths = architecture.widths(config, units)
        found.append(Candidate(cell, CELLS[cell].title, widths, own, own / target - 1))
    return tuple(found)
