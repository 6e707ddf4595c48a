"""The simple recurrent network of Elman (1990), with tanh and without gates::

h' = tanh(W x + b + U h + d)
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (H, E)),
        "w_hh": Weight("recurrent", (H, H)),
        "b_ih": Weight("bias", (H,)),
        "b_hh": Weight("bias", (H,)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + (w["b_ih"] + w["b_hh"])


def step(a: Array, state: State, w: Weights) -> StepTrace:
    (h,) = state
    return StepTrace({}, ((a + h @ w["w_hh"].T).tanh(),))


CELL = Cell("rnn", "RNN", ("h",), weights, read, step)
