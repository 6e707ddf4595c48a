"""LSTM with coupled input and forget gates, f = 1 - i (the CIFG of Greff et al. 2017)::

    i = sigmoid(W_i x + U_i h + b_i)
    f = 1 - i
    g = tanh   (W_g x + U_g h + b_g)
    o = sigmoid(W_o x + U_o h + b_o)
    c' = f * c + i * g
    h' = o * tanh(c')

There are no peepholes, so the coupling is the only difference from ``lstm``.  Weights stack the gates in the order
i, g, o.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (3 * H, E), gates=3),
        "w_hh": Weight("recurrent", (3 * H, H), gates=3),
        "b": Weight("bias", (3 * H,), init=(-1, 0, 0)),  # f starts near 1, as in the LSTM
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    i, g, o = (a + h @ w["w_hh"].T).chunk(3, -1)
    i, g, o = i.sigmoid(), g.tanh(), o.sigmoid()
    f = 1 - i
    cell = f * c + i * g
    return StepTrace({"input": i, "forget": f, "candidate": g, "output": o}, (o * cell.tanh(), cell))


CELL = Cell("cifg", "coupled-gate LSTM", ("h", "c"), weights, read, step)
