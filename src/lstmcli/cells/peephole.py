"""LSTM with peepholes: the gates depend on the cell (Gers & Schmidhuber 2000; Greff et al. 2017, section II)::

    i = sigmoid(W_i x + U_i h + p_i * c  + b_i)
    f = sigmoid(W_f x + U_f h + p_f * c  + b_f)
    g = tanh   (W_g x + U_g h            + b_g)
    c' = f * c + i * g
    o = sigmoid(W_o x + U_o h + p_o * c' + b_o)     the output gate uses the new cell
    h' = o * tanh(c')

Weights stack the gates in the order i, f, g, o, peepholes in the order i, f, o.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "w_hh": Weight("recurrent", (4 * H, H), gates=4),
        "p": Weight("bias", (3 * H,)),
        "b": Weight("bias", (4 * H,), init=(0, 1, 0, 0)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    p_i, p_f, p_o = w["p"].chunk(3, -1)
    i, f, g, o = (a + h @ w["w_hh"].T).chunk(4, -1)
    i, f, g = (i + p_i * c).sigmoid(), (f + p_f * c).sigmoid(), g.tanh()
    cell = f * c + i * g
    o = (o + p_o * cell).sigmoid()
    return StepTrace({"input": i, "forget": f, "candidate": g, "output": o}, (o * cell.tanh(), cell))


CELL = Cell("peephole", "peephole LSTM", ("h", "c"), weights, read, step)
