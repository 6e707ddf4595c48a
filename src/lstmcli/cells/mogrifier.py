"""Mogrifier LSTM: input and state gate each other before the LSTM step (Melis, Kočiský & Blunsom 2020,
arXiv 1909.01792, section 2)::

    x_i = 2 sigmoid(Q_i h_{i-1}) * x_{i-2}      for odd rounds i
    h_i = 2 sigmoid(R_i x_{i-1}) * h_{i-2}      for even rounds i

from x_{-1} = x and h_0 = h; the last x and h are the inputs of an LSTM step.  There are five rounds.  Each Q and R is a
product of two low-rank matrices, as in the paper's experiments; the rank is an eighth of the smaller dimension.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights
from lstmcli.cells.lstm import lstm_step

ROUNDS = 5


def weights(E: int, H: int) -> dict[str, Weight]:
    rank = max(1, min(E, H) // 8)
    found = {"w_ih": Weight("input", (4 * H, E), gates=4), "w_hh": Weight("recurrent", (4 * H, H), gates=4)}
    for i in range(1, ROUNDS + 1):
        gated, seen = (E, H) if i % 2 else (H, E)
        found[f"left{i}"] = Weight("input", (gated, rank))
        found[f"right{i}"] = Weight("input", (rank, seen))
    return {**found, "b": Weight("bias", (4 * H,), init=(0, 1, 0, 0))}


def read(x: Array, w: Weights) -> Array:
    return x  # the state gates the input first, so nothing can be precomputed


def step(x: Array, state: State, w: Weights) -> StepTrace:
    h, c = state
    for i in range(1, ROUNDS + 1):
        left, right = w[f"left{i}"], w[f"right{i}"]
        if i % 2:
            x = 2 * (h @ right.T @ left.T).sigmoid() * x
        else:
            h = 2 * (x @ right.T @ left.T).sigmoid() * h
    return lstm_step(x, h, c, w["w_ih"], w["w_hh"], w["b"]).trace


CELL = Cell("mogrifier", "mogrifier LSTM", ("h", "c"), weights, read, step)
