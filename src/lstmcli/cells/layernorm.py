"""Layer-normalised LSTM (Ba, Kiros & Hinton 2016, arXiv 1607.06450, supplementary material)::

    a = s_h * LN(U h) + s_x * LN(W x) + b       pre-activations of all four gates, normalised together
    i, f, g, o = a
    c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h' = sigmoid(o) * tanh(s_c * LN(c') + b_c)

where LN subtracts the mean over the vector and divides by its standard deviation.  The shifts of the first two
normalisations are omitted, because b already adds a constant.  Weights stack the gates in the order i, f, g, o.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights

EPSILON = 1e-5
"""Added to the variance, which is 0 for the initial h."""


def normalise(x: Array) -> Array:
    """Layer normalisation over the last axis, without scale and shift."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / ((centred * centred).mean(-1, keepdim=True) + EPSILON).sqrt()


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "w_hh": Weight("recurrent", (4 * H, H), gates=4),
        "s_ih": Weight("norm", (4 * H,), init=(1,)),
        "s_hh": Weight("norm", (4 * H,), init=(1,)),
        "s_c": Weight("norm", (H,), init=(1,)),
        "b_c": Weight("norm", (H,)),
        "b": Weight("bias", (4 * H,), init=(0, 1, 0, 0)),
    }


def read(x: Array, w: Weights) -> Array:
    return w["s_ih"] * normalise(x @ w["w_ih"].T) + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    i, f, g, o = (a + w["s_hh"] * normalise(h @ w["w_hh"].T)).chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * c + i * g
    hidden = o * (w["s_c"] * normalise(cell) + w["b_c"]).tanh()
    return StepTrace({"input": i, "forget": f, "candidate": g, "output": o}, (hidden, cell))


CELL = Cell("layernorm", "layer-norm LSTM", ("h", "c"), weights, read, step)
