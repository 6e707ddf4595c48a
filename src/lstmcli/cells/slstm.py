"""sLSTM: an LSTM with an exponential input gate and a normalized cell (Beck et al. 2024, arXiv 2405.04517,
section 2.2)::

    log i = W_i x + U_i h + b_i                     input gate, exp
    log f = log sigmoid(W_f x + U_f h + b_f)        forget gate
    g = tanh   (W_g x + U_g h + b_g)                candidate
    o = sigmoid(W_o x + U_o h + b_o)                output gate
    m' = max(log f + m, log i)                      stabilizer: what is stored of c and n is divided by exp(m)
    c' = exp(log f + m - m') * c + exp(log i - m') * g
    n' = exp(log f + m - m') * n + exp(log i - m')  normalizer: the sum of the weights of the candidates in c
    h' = o * c' / n'

There is one head: all units see each other through U.  Weights stack the gates in the order i, f, g, o.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights
from lstmcli.cells.minlstm import log_sigmoid

TINY = 1e-15
"""Added to n, which is 0 in the first step if the input gate is shut so far that its exponential underflows."""


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "w_hh": Weight("recurrent", (4 * H, H), gates=4),
        "b": Weight("bias", (4 * H,), init=(0, 1, 0, 0)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    h, c, n, m = state
    i, f, g, o = (a + h @ w["w_hh"].T).chunk(4, -1)
    g, o = g.tanh(), o.sigmoid()
    kept = log_sigmoid(f) + m
    most = kept.clamp(i)
    i, f = (i - most).exp(), (kept - most).exp()
    cell = f * c + i * g
    total = f * abs(n) + i  # n is below 0 only where a translator's decoder starts from a projection
    gates = {"input": i, "forget": f, "candidate": g, "output": o}
    return StepTrace(gates, (o * cell / (total + TINY), cell, total, most))


CELL = Cell("slstm", "sLSTM", ("h", "c", "n", "m"), weights, read, step)
