"""Every cell's step against its published equations, written down a second time, gate by gate, in numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.cells import CELLS, count_parameters
from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import LanguageModel

Array = NDArray[np.float64]
Named = dict[str, Array]
N, E, H = 3, 10, 12


def sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def product(matrix: Array, rows: Array) -> Array:
    """The matrix times each row."""
    return np.array([matrix.dot(row) for row in rows])


def gates_of(weight: Array, names: str) -> dict[str, Array]:
    return dict(zip(names, np.split(weight, len(names)), strict=True))


def lstm(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    W, U, b, d = (gates_of(w[name], "ifgo") for name in ("w_ih", "w_hh", "b_ih", "b_hh"))
    a = {k: product(W[k], x) + product(U[k], h) + b[k] + d[k] for k in "ifgo"}
    new = sigma(a["f"]) * c + sigma(a["i"]) * np.tanh(a["g"])
    return [sigma(a["o"]) * np.tanh(new), new]


def gru(w: Named, x: Array, h: Array) -> list[Array]:
    W, U, b, d = (gates_of(w[name], "rzn") for name in ("w_ih", "w_hh", "b_ih", "b_hh"))
    r = sigma(product(W["r"], x) + b["r"] + product(U["r"], h) + d["r"])
    z = sigma(product(W["z"], x) + b["z"] + product(U["z"], h) + d["z"])
    n = np.tanh(product(W["n"], x) + b["n"] + r * (product(U["n"], h) + d["n"]))
    return [(1 - z) * n + z * h]


def rnn(w: Named, x: Array, h: Array) -> list[Array]:
    return [np.tanh(product(w["w_ih"], x) + w["b_ih"] + product(w["w_hh"], h) + w["b_hh"])]


def peephole(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    """Greff et al. (2017), section II, with z for the block input."""
    W, R, b = (gates_of(w[name], "ifzo") for name in ("w_ih", "w_hh", "b"))
    p = gates_of(w["p"], "ifo")
    z = np.tanh(product(W["z"], x) + product(R["z"], h) + b["z"])
    i = sigma(product(W["i"], x) + product(R["i"], h) + p["i"] * c + b["i"])
    f = sigma(product(W["f"], x) + product(R["f"], h) + p["f"] * c + b["f"])
    new = z * i + c * f
    o = sigma(product(W["o"], x) + product(R["o"], h) + p["o"] * new + b["o"])
    return [np.tanh(new) * o, new]


def cifg(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    W, R, b = (gates_of(w[name], "izo") for name in ("w_ih", "w_hh", "b"))
    a = {k: product(W[k], x) + product(R[k], h) + b[k] for k in "izo"}
    new = np.tanh(a["z"]) * sigma(a["i"]) + c * (1 - sigma(a["i"]))
    return [np.tanh(new) * sigma(a["o"]), new]


def layernorm(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    def LN(z: Array, scale: Array, shift: Array | float = 0.0) -> Array:
        rows = [(row - np.mean(row)) / np.sqrt(np.var(row) + 1e-5) for row in z]
        return np.array(rows) * scale + shift

    a = LN(product(w["w_hh"], h), w["s_hh"]) + LN(product(w["w_ih"], x), w["s_ih"]) + w["b"]
    i, f, g, o = np.split(a, 4, axis=1)
    new = sigma(f) * c + sigma(i) * np.tanh(g)
    return [sigma(o) * np.tanh(LN(new, w["s_c"], w["b_c"])), new]


def mogrifier(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    Q = {i: w[f"left{i}"] @ w[f"right{i}"] for i in (1, 3, 5)}
    R = {i: w[f"left{i}"] @ w[f"right{i}"] for i in (2, 4)}
    x_1 = 2 * sigma(product(Q[1], h)) * x
    h_2 = 2 * sigma(product(R[2], x_1)) * h
    x_3 = 2 * sigma(product(Q[3], h_2)) * x_1
    h_4 = 2 * sigma(product(R[4], x_3)) * h_2
    x_5 = 2 * sigma(product(Q[5], h_4)) * x_3
    return lstm({**w, "b_ih": w["b"], "b_hh": 0 * w["b"]}, x_5, h_4, c)


def minlstm(w: Named, x: Array, h: Array) -> list[Array]:
    W, b = gates_of(w["w_ih"], "ifh"), gates_of(w["b"], "ifh")
    f, i = sigma(product(W["f"], x) + b["f"]), sigma(product(W["i"], x) + b["i"])
    return [f / (f + i) * h + i / (f + i) * (product(W["h"], x) + b["h"])]


def mingru(w: Named, x: Array, h: Array) -> list[Array]:
    W, b = gates_of(w["w_ih"], "zh"), gates_of(w["b"], "zh")
    z = sigma(product(W["z"], x) + b["z"])
    return [(1 - z) * h + z * (product(W["h"], x) + b["h"])]


def sru(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    """Lei et al. (2018), equations 1 to 4, with a projected highway."""
    W, v, b = gates_of(w["w_ih"], "frcs"), gates_of(w["v"], "fr"), gates_of(w["b"], "fr")
    f = sigma(product(W["f"], x) + v["f"] * c + b["f"])
    r = sigma(product(W["r"], x) + v["r"] * c + b["r"])
    new = f * c + (1 - f) * product(W["c"], x)
    return [r * new + (1 - r) * product(W["s"], x), new]


def slstm(w: Named, x: Array, h: Array, c: Array, n: Array, m: Array) -> list[Array]:
    """Beck et al. (2024), equations 8 to 14, without the stabilizer; c and n are stored divided by exp(m)."""
    W, R, b = (gates_of(w[name], "ifzo") for name in ("w_ih", "w_hh", "b"))
    a = {k: product(W[k], x) + product(R[k], h) + b[k] for k in "ifzo"}
    plain_c = sigma(a["f"]) * c * np.exp(m) + np.exp(a["i"]) * np.tanh(a["z"])
    plain_n = sigma(a["f"]) * n * np.exp(m) + np.exp(a["i"])
    new = np.maximum(np.log(sigma(a["f"])) + m, a["i"])
    return [sigma(a["o"]) * plain_c / plain_n, plain_c / np.exp(new), plain_n / np.exp(new), new]


def mlstm(w: Named, x: Array, h: Array, C: Array, n: Array, m: Array) -> list[Array]:
    """Beck et al. (2024), equations 19 to 27, without the stabilizer, row by row and head by head."""
    (W, b), heads = (gates_of(w[name], "qkvo") for name in ("w_ih", "b")), m.shape[1]
    i_all, f_all = (
        product(W_, x) + b_ for W_, b_ in zip(np.split(w["w_gate"], 2), np.split(w["b_gate"], 2), strict=True)
    )
    new = np.maximum(np.log(sigma(f_all)) + m, i_all)
    d = H // heads
    out = [np.zeros_like(part) for part in (h, C, n)]
    for row, head in np.ndindex(len(x), heads):
        own, cells = slice(head * d, (head + 1) * d), slice(head * d * d, (head + 1) * d * d)
        q, k, v = (W[name][own] @ x[row] + b[name][own] for name in "qkv")
        i, f = np.exp(i_all[row, head]), sigma(f_all[row, head])
        before = np.exp(m[row, head])
        memory = f * C[row, cells].reshape(d, d) * before + i * np.outer(v, k / np.sqrt(d))
        total = f * n[row, own] * before + i * k / np.sqrt(d)
        o = sigma(W["o"][own] @ x[row] + b["o"][own])
        answer = (memory @ q) / (max(abs(total @ q), 1.0) + 1e-6 * np.exp(new[row, head]))
        out[0][row, own] = o * w["s"][own] * (answer - answer.mean()) / np.sqrt(answer.var() + 1e-5)
        out[1][row, cells], out[2][row, own] = memory.ravel(), total
        out[1][row, cells] /= np.exp(new[row, head])
        out[2][row, own] /= np.exp(new[row, head])
    return [*out, new]


def rlstm(w: Named, x: Array, h: Array, c: Array) -> list[Array]:
    """Melis (2022), "Rewired LSTM"."""
    (W, b), U = (gates_of(w[name], "ij") for name in ("w_ih", "b")), gates_of(w["w_hh"], "ijf")
    i = sigma(product(W["i"], x) + product(U["i"], h) + b["i"])
    j = np.tanh(product(W["j"], x) + product(U["j"], h) + b["j"])
    f = sigma(product(w["w_f"], i * j) + product(U["f"], h) + w["b_f"])
    new = f * c + np.minimum(i, 1 - f) * j
    return [sigma(product(w["w_o"], new) + w["b_o"]) * np.tanh(new), new]


PUBLISHED: dict[str, Callable[..., list[Array]]] = {
    "lstm": lstm,
    "gru": gru,
    "rnn": rnn,
    "peephole": peephole,
    "cifg": cifg,
    "layernorm": layernorm,
    "mogrifier": mogrifier,
    "minlstm": minlstm,
    "mingru": mingru,
    "sru": sru,
    "slstm": slstm,
    "mlstm": mlstm,
    "rlstm": rlstm,
}


@pytest.mark.parametrize("name", CELLS)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.1, 1.0, 3.0]))
@settings(max_examples=20)
def test_a_step_is_as_published(name: str, seed: int, spread: float) -> None:
    cell, random = CELLS[name], np.random.default_rng(seed)
    weights = {key: random.normal(0, spread, weight.shape) for key, weight in cell.weights(E, H).items()}
    sizes = cell.state_sizes(H)
    x, *state = (random.normal(0, 1, (N, size)) for size in (E, *sizes.values()))
    state = [abs(part) if name == "n" else part for name, part in zip(sizes, state, strict=True)]
    tensors = {key: torch.from_numpy(weight) for key, weight in weights.items()}
    trace = cell.reference(torch.from_numpy(x), tuple(map(torch.from_numpy, state)), tensors)
    for found, expected in zip(trace.state, PUBLISHED[name](weights, x, *state), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-10)
    assert all(gate.shape == (N, H) for gate in trace.gates.values())


def test_a_closed_pair_of_gates_is_no_division_by_zero() -> None:
    cell = CELLS["minlstm"]
    weights = {key: torch.zeros(weight.shape) for key, weight in cell.weights(E, H).items()}
    weights["b"][: 2 * H] = -200.0
    weights["b"].requires_grad_()
    (h,) = cell.reference(torch.zeros(N, E), (torch.ones(N, H),), weights).state
    h.sum().backward()
    assert torch.isfinite(h).all() and torch.isfinite(weights["b"].grad).all()


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("directions", [1, 2])
def test_parameters_are_counted_without_making_them(name: str, directions: int) -> None:
    config = ClassifierModelConfig(cell=name, embedding=E, hidden=H, layers=3, bidirectional=directions == 2)
    stack = Classifier(config, 7, 2).stack
    assert count_parameters(name, E, [H] * 3, directions) == sum(p.numel() for p in stack.parameters())


@pytest.mark.parametrize("name", CELLS)
def test_parameters_of_layers_of_different_width_are_counted(name: str) -> None:
    config = LmModelConfig(cell=name, embedding=E, hidden=H, layers=3)
    stack = LanguageModel(config, 7).stack
    assert count_parameters(name, E, config.widths) == sum(p.numel() for p in stack.parameters())


def test_known_counts() -> None:
    """Four gates, three, one; torch.nn.LSTM(10, 12) has 4 * (12 * 10 + 12 * 12 + 2 * 12)."""
    assert [count_parameters(name, E, [H]) for name in ("lstm", "gru", "rnn")] == [1152, 864, 288]
