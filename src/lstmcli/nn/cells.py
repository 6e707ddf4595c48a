"""The cells of ``lstmcli.cells`` in PyTorch: initialization and a pass over a sequence.

A pass loops over the reference step unless there is a faster way: the oneDNN and cuDNN kernels for LSTM, GRU and RNN,
a parallel scan for the minLSTM.  Tests compare each with the reference step.

Shapes: N rows, T time steps, E inputs, H units.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lstmcli.cells import CELLS, Cell, Weight
from lstmcli.cells.lstm import Gates, lstm_step
from lstmcli.cells.minlstm import normalized_gates

__all__ = ["CELLS", "Cell", "Gates", "State", "initialize", "lstm_step", "sequence"]

State = tuple[Tensor, ...]
"""The state of a cell, each part [1, N, H]: h, and c where the cell has one."""
Weights = dict[str, Tensor]


def initialize(weight: Weight) -> Tensor:
    """A newly initialized weight, by its role."""
    value = torch.empty(weight.shape)
    if weight.role in ("input", "recurrent"):
        draw = nn.init.xavier_uniform_ if weight.role == "input" else nn.init.orthogonal_
        for gate in value.chunk(weight.gates):
            draw(gate)
    else:
        for gate, start in zip(value.chunk(len(weight.init)), weight.init, strict=True):
            gate.fill_(start)
    return value


def sequence(cell: Cell, x_TNE: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    """h at every step [T, N, H] and the state after the last step."""
    if cell.name in _FAST:
        return _FAST[cell.name](cell, x_TNE, state, weights, training)
    own, outputs = tuple(part[0] for part in state), []
    for read in cell.read(x_TNE, weights).unbind(0):
        own = cell.step(read, own, weights).state
        outputs.append(own[0])
    return torch.stack(outputs), tuple(part[None] for part in own)


def _lstm(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    y, h, c = torch.lstm(x, state, list(weights.values()), True, 1, 0.0, training, False, False)
    return y, (h, c)


def _gru(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    y, h = torch.gru(x, state[0], list(weights.values()), True, 1, 0.0, training, False, False)
    return y, (h,)


def _rnn(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    y, h = torch.rnn_tanh(x, state[0], list(weights.values()), True, 1, 0.0, training, False, False)
    return y, (h,)


def _minlstm(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    i, f, g = normalized_gates(cell.read(x, weights))
    y = recurrence(f, i * g, state[0])
    return y, (y[-1:],)


def recurrence(keep_TNH: Tensor, enter_TNH: Tensor, h_1NH: Tensor) -> Tensor:
    """h_t = keep_t * h_{t-1} + enter_t for all t, as a parallel scan in log2 T rounds (Hillis & Steele 1986).

    Each round doubles the number of preceding steps that a value accounts for.
    """
    h, keep, reach = torch.cat([enter_TNH[:1] + keep_TNH[:1] * h_1NH, enter_TNH[1:]]), keep_TNH, 1
    while reach < len(h):
        h = torch.cat([h[:reach], h[reach:] + keep[reach:] * h[:-reach]])
        keep = torch.cat([keep[:reach], keep[reach:] * keep[:-reach]])
        reach *= 2
    return h


_FAST: dict[str, Callable[[Cell, Tensor, State, Weights, bool], tuple[Tensor, State]]] = {
    "lstm": _lstm,
    "gru": _gru,
    "rnn": _rnn,
    "minlstm": _minlstm,
}
