"""The cells against torch.nn's, forward and backward, and their state over any cut."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from lstmcli.core.cells import CELLS, lstm_step
from lstmcli.core.stack import Direction

T, N, E, H = 7, 3, 5, 4
MODULES: dict[str, type[nn.RNNBase]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def twins(cell: str) -> tuple[Direction, nn.RNNBase]:
    """Our direction and torch's module with its weights."""
    torch.manual_seed(7)
    theirs = MODULES[cell](E, H)
    ours = Direction(cell, E, H)
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        getattr(ours, name).data.copy_(getattr(theirs, name.replace("w_", "weight_").replace("b_", "bias_") + "_l0"))
    return ours, theirs


@pytest.fixture
def x() -> Tensor:
    return torch.randn(T, N, E, generator=torch.Generator().manual_seed(1))


def test_the_reference_step_is_torch_lstm(x: Tensor) -> None:
    ours, theirs = twins("lstm")
    expected, (last_h, last_c) = theirs(x)
    h = c = torch.zeros(N, H)
    for t in range(T):
        gates = lstm_step(x[t], h, c, ours.w_ih, ours.w_hh, ours.b_ih + ours.b_hh)
        h, c = gates.hidden, gates.cell
        torch.testing.assert_close(h, expected[t])
    torch.testing.assert_close(h, last_h[0])
    torch.testing.assert_close(c, last_c[0])


def test_the_reference_step_names_its_gates(x: Tensor) -> None:
    """A gate's bias set far up or down opens or closes that gate and no other."""
    bias = torch.tensor([30.0, -30.0, 0.0, 30.0]).repeat_interleave(H)  # i open, f closed, o open
    h, c = torch.zeros(N, H), torch.full((N, H), 5.0)
    gates = lstm_step(x[0], h, c, torch.zeros(4 * H, E), torch.zeros(4 * H, H), bias)
    assert torch.all(gates.input > 0.999) and torch.all(gates.output > 0.999) and torch.all(gates.forget < 0.001)
    torch.testing.assert_close(
        gates.cell, torch.zeros(N, H), atol=1e-6, rtol=0
    )  # candidate tanh(0), old cell forgotten


def test_the_reference_step_has_the_right_gradient() -> None:
    torch.manual_seed(3)
    shapes = [(2, 3), (2, 2), (2, 2), (8, 3), (8, 2), (8,)]
    arguments = tuple(torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in shapes)
    assert torch.autograd.gradcheck(lambda *a: lstm_step(*a)[4:], arguments)


@pytest.mark.parametrize("cell", CELLS)
def test_kernels_are_torch_modules(cell: str, x: Tensor) -> None:
    ours, theirs = twins(cell)
    y, state = ours(x)
    expected, last = theirs(x)
    torch.testing.assert_close(y, expected)
    for mine, its in zip(state, last if cell == "lstm" else (last,), strict=True):
        torch.testing.assert_close(mine, its)


@pytest.mark.parametrize("cell", CELLS)
def test_kernels_have_the_gradients_of_torch_modules(cell: str, x: Tensor) -> None:
    ours, theirs = twins(cell)
    weighting = torch.randn(T, N, H)
    (ours(x)[0] * weighting).sum().backward()
    (theirs(x)[0] * weighting).sum().backward()
    for mine, its in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, its.grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@given(cut=st.integers(1, T - 1))
@settings(max_examples=T, deadline=None)
def test_a_pass_equals_two_with_the_state_carried_over(cell: str, cut: int) -> None:
    ours, _ = twins(cell)
    x = torch.randn(T, N, E)
    whole, end = ours(x)
    first, state = ours(x[:cut])
    second, last = ours(x[cut:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    for carried, straight in zip(last, end, strict=True):
        torch.testing.assert_close(carried, straight)


@pytest.mark.parametrize("cell", CELLS)
def test_sizes_are_as_declared(cell: str) -> None:
    ours, _ = twins(cell)
    assert ours.w_ih.shape == (CELLS[cell].gates * H, E)
    assert len(ours.zero_state(torch.zeros(T, N, E))) == CELLS[cell].states


def test_an_lstm_begins_by_remembering() -> None:
    biases = Direction("lstm", E, H).b_ih.detach().chunk(4)
    assert [float(b.mean()) for b in biases] == [0.0, 1.0, 0.0, 0.0]
