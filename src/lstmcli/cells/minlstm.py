"""minLSTM: gates that depend on the input only, so all steps can be computed in parallel (Feng et al. 2024,
arXiv 2410.01201, section 3.2)::

    f = sigmoid(W_f x + b_f)
    i = sigmoid(W_i x + b_i)
    g = W_g x + b_g                             candidate
    h' = f / (f + i) * h + i / (f + i) * g

Weights stack the gates in the order i, f, g.  There is no matrix from h to h, so weight-drop has no effect.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (3 * H, E), gates=3),
        "b": Weight("bias", (3 * H,), init=(0, 1, 0)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def log_sigmoid(x: Array) -> Array:
    """log sigmoid(x), accurate for large negative x, where sigmoid(x) underflows."""
    size = abs(x)
    return (x - size) / 2 - (1 + (-size).exp()).log()


def normalized_gates(a: Array) -> tuple[Array, Array, Array]:
    """The normalized gates i / (f + i) and f / (f + i) and the candidate, from pre-activations [..., 3H]."""
    i, f, g = a.chunk(3, -1)
    stays = (log_sigmoid(f) - log_sigmoid(i)).sigmoid()  # f / (f + i)
    return 1 - stays, stays, g


def step(a: Array, state: State, w: Weights) -> StepTrace:
    (h,) = state
    i, f, g = normalized_gates(a)
    return StepTrace({"input": i, "forget": f, "candidate": g}, (f * h + i * g,))


CELL = Cell("minlstm", "minLSTM", ("h",), weights, read, step)
