"""The size of each cell in a comparison: equal parameters or equal units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lstmcli.cells import CELLS
from lstmcli.experiments.results import Candidate
from lstmcli.tasks import task_of

SIZE_TOLERANCE = 0.02
"""Maximum relative difference of parameters without a note; sizes are whole units."""


def reference(cells: Sequence[str]) -> str:
    """The reference cell: the LSTM if it is a candidate, otherwise the first cell."""
    return "lstm" if "lstm" in cells else cells[0]


def nearest(count: Callable[[int], int], target: int) -> int:
    """The number of units, at least 1, with a parameter count nearest to ``target``; ``count`` must be increasing."""
    low, high = 1, 2
    while count(high) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < target else (low, middle)
    return low if target - count(low) <= count(high) - target else high


def candidates(config: Any, cells: Sequence[str], labels: int, *, equal_parameters: bool) -> tuple[Candidate, ...]:
    """Each cell with its size; the reference has the units in ``config``.

    Args:
        labels: number of labels of a classifier.

    Raises:
        UsageError: parameters cannot be equal: a tied language model of one layer has a fixed width.
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
