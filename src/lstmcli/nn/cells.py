"""The cells of ``lstmcli.cells`` in PyTorch: initialization and a pass over a sequence.

A pass loops over the reference step unless there is a faster way: the oneDNN and cuDNN kernels for LSTM, GRU and RNN,
a parallel scan for the minLSTM and the minGRU, all pairs of steps for the mLSTM.  Tests compare each with the reference
step.

Shapes: N rows, T time steps, E inputs, H units, A heads of d units.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.cells import CELLS, Cell, Weight
from lstmcli.cells.layernorm import normalise
from lstmcli.cells.lstm import Gates, lstm_step
from lstmcli.cells.minlstm import normalized_gates
from lstmcli.cells.mlstm import SMALLEST, TINY, heads_of

__all__ = ["CELLS", "Cell", "Gates", "State", "initialize", "lstm_step", "sequence"]

State = tuple[Tensor, ...]
"""The state of a cell, each part [1, N, its size]: h, and others such as c."""
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


def _mingru(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    z, g = cell.read(x, weights).chunk(2, -1)
    z = z.sigmoid()
    y = recurrence(1 - z, z * g, state[0])
    return y, (y[-1:],)


STEPS_AT_ONCE = 64
"""Of the mLSTM; time and memory grow with their square."""


def _mlstm(cell: Cell, x: Tensor, state: State, weights: Weights, training: bool) -> tuple[Tensor, State]:
    outputs = []
    for window in torch.split(x, STEPS_AT_ONCE):
        y, state = _mlstm_window(window, state, weights)
        outputs.append(y)
    return torch.cat(outputs), state


def _mlstm_window(x: Tensor, state: State, w: Weights) -> tuple[Tensor, State]:
    """The parallel form (Beck et al. 2024, appendix A.3), from any state.

    The weight of step s in the memory after step t is exp(F_t - F_s + log i_s), F the sum of log f.
    """
    T, N = x.shape[:2]
    H = len(w["b"]) // 4
    A = heads_of(H)
    d = H // A

    def by_head(values: Tensor) -> Tensor:
        return values.view(T, N, A, -1).permute(1, 2, 0, 3)

    q, k, v, o = functional.linear(x, w["w_ih"], w["b"]).chunk(4, -1)
    q_NATd, k_NATd, v_NATd = by_head(q), by_head(k) / d**0.5, by_head(v)
    i_NAT1, f_NAT1 = (by_head(gate) for gate in functional.linear(x, w["w_gate"], w["b_gate"]).chunk(2, -1))
    memory_NAdd, n_NA1d = state[1].view(N, A, d, d), state[2].view(N, A, 1, d)
    sum_NAT1 = functional.logsigmoid(f_NAT1).cumsum(2)
    later = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)
    log_NATT = (sum_NAT1 + (i_NAT1 - sum_NAT1).mT).masked_fill(later, -torch.inf)
    log_past = sum_NAT1 + state[3].view(N, A, 1, 1)
    m_NAT1 = log_NATT.amax(-1, keepdim=True).maximum(log_past)
    share_NATT, past_NAT1 = (log_NATT - m_NAT1).exp(), (log_past - m_NAT1).exp()
    seen_NATT = q_NATd @ k_NATd.mT * share_NATT
    top = seen_NATT @ v_NATd + past_NAT1 * (q_NATd @ memory_NAdd.mT)
    total = seen_NATT.sum(-1, keepdim=True) + past_NAT1 * (q_NATd @ n_NA1d.mT)
    answer = normalise(top / (total.abs().maximum((-m_NAT1.clamp(SMALLEST)).exp()) + TINY))
    y = o.sigmoid() * w["s"] * answer.permute(2, 0, 1, 3).reshape(T, N, H)
    past, share_NAT1 = past_NAT1[:, :, -1:], share_NATT[:, :, -1, :, None]
    memory = past * memory_NAdd + (share_NAT1 * v_NATd).mT @ k_NATd
    n = past * n_NA1d + share_NAT1.mT @ k_NATd
    m = m_NAT1[:, :, -1, 0]
    return y, (y[-1:], memory.reshape(1, N, H * d), n.reshape(1, N, H), m.reshape(1, N, A))


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
    "mingru": _mingru,
    "mlstm": _mlstm,
}
