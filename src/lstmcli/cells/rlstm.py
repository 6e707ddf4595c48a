"""Rewired LSTM: the forget gate reads the proposed update, the output gate reads the cell (Melis 2022,
arXiv 2211.01848, section "Rewired LSTM")::

    i = sigmoid(W_i x + U_i h + b_i)            input gate
    g = tanh   (W_g x + U_g h + b_g)            candidate
    f = sigmoid(W_f (i * g) + U_f h + b_f)      forget gate: what is kept depends on what is about to be added
    c' = f * c + min(i, 1 - f) * g              so each cell stays within -1 and 1
    o = sigmoid(W_o c' + b_o)                   output gate: no way around the cell from x to h
    h' = o * tanh(c')

The trace holds the input gate as it is applied, min(i, 1 - f).  The paper's architecture adds mogrification, residual
connections and dropout on c before W_o.  Weights stack i, g, and then f.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (2 * H, E), gates=2),
        "w_hh": Weight("recurrent", (3 * H, H), gates=3),
        "w_f": Weight("input", (H, H)),
        "w_o": Weight("input", (H, H)),
        "b": Weight("bias", (2 * H,), init=(0, 0)),
        "b_f": Weight("bias", (H,), init=(1,)),  # f starts near 1, as in the LSTM
        "b_o": Weight("bias", (H,)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    (i, g), (own_i, own_g, own_f) = a.chunk(2, -1), (h @ w["w_hh"].T).chunk(3, -1)
    i, g = (i + own_i).sigmoid(), (g + own_g).tanh()
    f = ((i * g) @ w["w_f"].T + own_f + w["b_f"]).sigmoid()
    i = -((-i).clamp(f - 1))  # min(i, 1 - f)
    cell = f * c + i * g
    o = (cell @ w["w_o"].T + w["b_o"]).sigmoid()
    return StepTrace({"input": i, "forget": f, "candidate": g, "output": o}, (o * cell.tanh(), cell))


CELL = Cell("rlstm", "rewired LSTM (RLSTM)", ("h", "c"), weights, read, step)
