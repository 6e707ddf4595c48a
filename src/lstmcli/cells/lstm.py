"""LSTM (Hochreiter & Schmidhuber 1997) with the forget gate of Gers et al. (2000), as in Greff et al. (2017),
section II, without peepholes::

    i = sigmoid(W_i x + U_i h + b_i)        input gate: how much of the candidate is added to the cell
    f = sigmoid(W_f x + U_f h + b_f)        forget gate: how much of the cell is kept
    g = tanh   (W_g x + U_g h + b_g)        candidate
    o = sigmoid(W_o x + U_o h + b_o)        output gate: how much of the cell is output
    c' = f * c + i * g                      an additive update, through which gradients need not vanish
    h' = o * tanh(c')

Weights stack the gates in the order i, f, g, o, and there are two biases, as in PyTorch.
"""

from __future__ import annotations

from typing import NamedTuple

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


class Gates(NamedTuple):
    """Gates, cell and hidden state of one step, each [N, H]."""

    input: Array
    forget: Array
    candidate: Array
    output: Array
    cell: Array
    hidden: Array

    @property
    def trace(self) -> StepTrace:
        gates = {"input": self.input, "forget": self.forget, "candidate": self.candidate, "output": self.output}
        return StepTrace(gates, (self.hidden, self.cell))


def lstm_gates(a: Array, c: Array) -> Gates:
    """One step from the pre-activations a [N, 4H] and the cell c [N, H]."""
    i, f, g, o = a.chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * c + i * g
    return Gates(i, f, g, o, cell, o * cell.tanh())


def lstm_step(x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, bias: Array) -> Gates:
    """The reference LSTM step, x [N, E], h and c [N, H], w_ih [4H, E], w_hh [4H, H], bias [4H]."""
    return lstm_gates(x @ w_ih.T + h @ w_hh.T + bias, c)


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "w_hh": Weight("recurrent", (4 * H, H), gates=4),
        "b_ih": Weight("bias", (4 * H,), init=(0, 1, 0, 0)),  # f starts near 1 (Jozefowicz et al. 2015)
        "b_hh": Weight("bias", (4 * H,)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + (w["b_ih"] + w["b_hh"])


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    return lstm_gates(a + h @ w["w_hh"].T, c).trace


CELL = Cell("lstm", "LSTM", ("h", "c"), weights, read, step, int8=True, bf16=True)
