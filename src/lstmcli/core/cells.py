"""The recurrent cells: what one time step computes, spelled out, and the fast whole-sequence kernels.

The equations are Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000), as in
Greff et al. (2017), section II, without peepholes::

    i = sigmoid(W_i x + U_i h + b_i)        input gate: how much of the candidate enters
    f = sigmoid(W_f x + U_f h + b_f)        forget gate: how much of the old cell stays
    g = tanh   (W_g x + U_g h + b_g)        candidate
    o = sigmoid(W_o x + U_o h + b_o)        output gate: how much of the cell is shown
    c' = f * c + i * g                      the cell adds, so its gradient need not vanish
    h' = o * tanh(c')

Weights stack the gates in the order i, f, g, o (GRU: r, z, n), as PyTorch does.

Shapes: N rows, T time steps, E inputs, H units, G gates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Gates(NamedTuple):
    """One LSTM step, opened: every tensor [N, H]."""

    input: Tensor
    forget: Tensor
    candidate: Tensor
    output: Tensor
    cell: Tensor
    hidden: Tensor


def lstm_step(x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, bias: Tensor) -> Gates:
    """The reference LSTM step, x [N, E], h and c [N, H], w_ih [4H, E], w_hh [4H, H], bias [4H]."""
    i, f, g, o = (x @ w_ih.T + h @ w_hh.T + bias).chunk(4, dim=-1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * c + i * g
    return Gates(i, f, g, o, cell, o * cell.tanh())


State = tuple[Tensor, ...]
"""What a cell carries from step to step, each [1, N, H]: (h, c) for the LSTM, (h,) for the others."""

Kernel = Callable[[Tensor, State, list[Tensor], bool], tuple[Tensor, State]]
"""(x [T, N, E], state, [w_ih, w_hh, b_ih, b_hh], training) -> (h of every step [T, N, H], last state)."""


def _lstm(x: Tensor, state: State, weights: list[Tensor], training: bool) -> tuple[Tensor, State]:
    y, h, c = torch.lstm(x, state, weights, True, 1, 0.0, training, False, False)
    return y, (h, c)


def _gru(x: Tensor, state: State, weights: list[Tensor], training: bool) -> tuple[Tensor, State]:
    y, h = torch.gru(x, state[0], weights, True, 1, 0.0, training, False, False)
    return y, (h,)


def _rnn(x: Tensor, state: State, weights: list[Tensor], training: bool) -> tuple[Tensor, State]:
    y, h = torch.rnn_tanh(x, state[0], weights, True, 1, 0.0, training, False, False)
    return y, (h,)


@dataclass(frozen=True)
class CellKind:
    gates: int
    states: int
    kernel: Kernel


CELLS: dict[str, CellKind] = {
    "lstm": CellKind(gates=4, states=2, kernel=_lstm),
    "gru": CellKind(gates=3, states=1, kernel=_gru),
    "rnn": CellKind(gates=1, states=1, kernel=_rnn),
}
