"""The registry of recurrent cells, one file per cell.

To add a cell, write a file with a ``Cell`` and add the module to ``CELLS``: training, the ONNX graph, the command line
and the parameter counts read this registry.
"""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.cells import (
    cifg,
    gru,
    layernorm,
    lstm,
    mingru,
    minlstm,
    mlstm,
    mogrifier,
    peephole,
    rlstm,
    rnn,
    slstm,
    sru,
)
from lstmcli.cells.cell import Cell, StepTrace, Weight

__all__ = ["CELLS", "Cell", "StepTrace", "Weight", "count_parameters"]

CELLS: dict[str, Cell] = {
    module.CELL.name: module.CELL
    for module in (lstm, gru, rnn, peephole, cifg, layernorm, mogrifier, minlstm, mingru, sru, slstm, mlstm, rlstm)
}


def count_parameters(cell: str, inputs: int, widths: Sequence[int], directions: int = 1) -> int:
    """Number of parameters of a recurrent stack; ``widths`` are the units of each layer, bottom to top."""
    below = [inputs, *(directions * width for width in widths[:-1])]
    return directions * sum(CELLS[cell].count(*sizes) for sizes in zip(below, widths, strict=True))
