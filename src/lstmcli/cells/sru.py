"""SRU, the simple recurrent unit (Lei et al. 2018, arXiv 1709.02755, section 2)::

    f = sigmoid(W_f x + v_f * c + b_f)      forget gate: how much of the cell is kept
    r = sigmoid(W_r x + v_r * c + b_r)      reset gate: how much of the cell is output; shown as output
    c' = f * c + (1 - f) * (W x)
    h' = r * c' + (1 - r) * (W_s x)         a highway around the cell

The gates see the cell unit by unit, so all matrix products are computed at once.  The highway passes a projection of
x, as in the authors' code where the sizes of x and h differ, here always.  Weights stack the matrices in the order f,
r, W, W_s.  There is no matrix from h to h, so weight-drop has no effect.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "v": Weight("bias", (2 * H,)),
        "b": Weight("bias", (2 * H,), init=(1, 0)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T


def step(a: Array, state: State, w: Weights) -> StepTrace:
    _, c = state
    f, r, g, past = a.chunk(4, -1)
    (v_f, v_r), (b_f, b_r) = w["v"].chunk(2, -1), w["b"].chunk(2, -1)
    f, r = (f + v_f * c + b_f).sigmoid(), (r + v_r * c + b_r).sigmoid()
    cell = f * c + (1 - f) * g
    gates = {"input": 1 - f, "forget": f, "candidate": g, "output": r}
    return StepTrace(gates, (r * cell + (1 - r) * past, cell))


CELL = Cell("sru", "SRU", ("h", "c"), weights, read, step)
