"""mLSTM: a memory of matrices, read by a query (Beck et al. 2024, arXiv 2405.04517, section 2.3).  For each head of d
units::

    q = W_q x + b_q                                 query
    k = (W_k x + b_k) / sqrt(d)                     key
    v = W_v x + b_v                                 value
    o = sigmoid(W_o x + b_o)                        output gate
    log i = w_i x + b_i                             input gate, exp, one number a head
    log f = log sigmoid(w_f x + b_f)                forget gate, one number a head
    m' = max(log f + m, log i)                      stabilizer: what is stored of C and n is divided by exp(m)
    C' = exp(log f + m - m') * C + exp(log i - m') * v k^T
    n' = exp(log f + m - m') * n + exp(log i - m') * k
    h' = o * s * LN(C' q / max(|n' q|, exp(-m')))   LN subtracts the mean and divides by the standard deviation

The layer normalisation of each head is that of the paper's block (figure 11); without it h is unbounded.  Nothing
depends on h, so all steps can be computed in parallel, and weight-drop has no effect.  There are four heads if four
divides the units and each has four or more, otherwise two or one.  Weights stack q, k, v, o, and the gates in the
order i, f.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights
from lstmcli.cells.layernorm import normalise
from lstmcli.cells.minlstm import log_sigmoid

SMALLEST = -80.0
"""The least m in exp(-m), which would overflow."""
TINY = 1e-6
"""Added to the divisor, as in the authors' code: both its terms may be 0."""


def heads_of(H: int) -> int:
    return next((heads for heads in (4, 2) if H % heads == 0 and H // heads >= 4), 1)


def weights(E: int, H: int) -> dict[str, Weight]:
    heads = heads_of(H)
    # The forget gates of the heads start between 3 and 6, as in the authors' code; at 0 nothing would be remembered.
    open_ = tuple(3 + 3 * head / max(1, heads - 1) for head in range(heads))
    return {
        "w_ih": Weight("input", (4 * H, E), gates=4),
        "w_gate": Weight("input", (2 * heads, E), gates=2),
        "b": Weight("bias", (4 * H,)),
        "s": Weight("norm", (H,), init=(1,)),
        "b_gate": Weight("norm", (2 * heads,), init=(*(0,) * heads, *open_)),
    }


def sizes(H: int) -> tuple[int, ...]:
    heads = heads_of(H)
    return H, H * H // heads, H, heads


def read(x: Array, w: Weights) -> Array:
    return x  # gates and heads have different sizes


def step(x: Array, state: State, w: Weights) -> StepTrace:
    _, memory, n, m = state
    H, heads = w["b"].shape[0] // 4, w["b_gate"].shape[0] // 2
    d = H // heads
    q, k, v, o = (x @ w["w_ih"].T + w["b"]).chunk(4, -1)
    i, f = (x @ w["w_gate"].T + w["b_gate"]).chunk(2, -1)
    k, o = k / d**0.5, o.sigmoid()
    kept = log_sigmoid(f) + m
    most = kept.clamp(i)
    i, f = ((gate - most).exp().reshape(-1, heads, 1, 1) for gate in (i, kept))
    memory = f * memory.reshape(-1, heads, d, d) + i * v.reshape(-1, heads, d, 1) * k.reshape(-1, heads, 1, d)
    n = f * n.reshape(-1, heads, 1, d) + i * k.reshape(-1, heads, 1, d)
    query = q.reshape(-1, heads, d, 1)
    least = (-(most.clamp(SMALLEST))).exp().reshape(-1, heads, 1, 1)
    answer = (memory @ query / (abs(n @ query).clamp(least) + TINY)).reshape(-1, heads, d)
    shown = w["s"] * normalise(answer).reshape(-1, H)
    by_unit = (0 * o).reshape(-1, heads, 1, d)
    gates = {"input": (by_unit + i).reshape(-1, H), "forget": (by_unit + f).reshape(-1, H), "output": o}
    return StepTrace(gates, (o * shown, memory.reshape(-1, H * d), n.reshape(-1, H), most))


CELL = Cell("mlstm", "mLSTM", ("h", "C", "n", "m"), weights, read, step, sizes=sizes)
