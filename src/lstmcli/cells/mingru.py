"""minGRU: a gate and a candidate that depend on the input only, so all steps can be computed in parallel (Feng et al.
2024, arXiv 2410.01201, section 3.1)::

    z = sigmoid(W_z x + b_z)        update gate: how much of h is replaced; shown as input z and forget 1 - z
    g = W_g x + b_g                 candidate
    h' = (1 - z) * h + z * g

Weights stack z, g.  There is no matrix from h to h, so weight-drop has no effect.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {"w_ih": Weight("input", (2 * H, E), gates=2), "b": Weight("bias", (2 * H,))}


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    (h,) = state
    z, g = a.chunk(2, -1)
    z = z.sigmoid()
    return StepTrace({"input": z, "forget": 1 - z, "candidate": g}, ((1 - z) * h + z * g,))


CELL = Cell("mingru", "minGRU", ("h",), weights, read, step)
