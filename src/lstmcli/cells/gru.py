"""GRU (Cho et al. 2014), with the reset gate applied after the matrix product, as in PyTorch and cuDNN::

    r = sigmoid(W_r x + b_r + U_r h + d_r)          reset gate: how much of h the candidate uses
    z = sigmoid(W_z x + b_z + U_z h + d_z)          update gate: how much of h is kept
    n = tanh   (W_n x + b_n + r * (U_n h + d_n))    candidate
    h' = (1 - z) * n + z * h

Weights stack the gates in the order r, z, n.
"""

from __future__ import annotations

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {
        "w_ih": Weight("input", (3 * H, E), gates=3),
        "w_hh": Weight("recurrent", (3 * H, H), gates=3),
        "b_ih": Weight("bias", (3 * H,)),
        "b_hh": Weight("bias", (3 * H,)),
    }


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T + w["b_ih"]


def step(a: Array, state: State, w: Weights) -> StepTrace:
    (h,) = state
    a_r, a_z, a_n = a.chunk(3, -1)
    u_r, u_z, u_n = (h @ w["w_hh"].T + w["b_hh"]).chunk(3, -1)
    r, z = (a_r + u_r).sigmoid(), (a_z + u_z).sigmoid()
    n = (a_n + r * u_n).tanh()
    return StepTrace({"reset": r, "update": z, "candidate": n}, ((1 - z) * n + z * h,))


CELL = Cell("gru", "GRU", ("h",), weights, read, step)
