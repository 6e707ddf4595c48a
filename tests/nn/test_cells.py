"""The cells against torch.nn's and their own reference step, forward and backward, and their state over any cut."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from lstmcli.nn.cells import CELLS, initialize, lstm_step, recurrence
from lstmcli.nn.stack import Direction

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


def direction(cell: str, **more: float) -> Direction:
    """With random weights: no zero bias that would hide a mix-up."""
    torch.manual_seed(7)
    ours = Direction(cell, E, H, **more)
    for weight in ours.parameters():
        weight.data.uniform_(-0.9, 0.9)
    return ours


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


@pytest.mark.parametrize("cell", MODULES)
def test_kernels_are_torch_modules(cell: str, x: Tensor) -> None:
    ours, theirs = twins(cell)
    y, state = ours(x)
    expected, last = theirs(x)
    torch.testing.assert_close(y, expected)
    for mine, its in zip(state, last if cell == "lstm" else (last,), strict=True):
        torch.testing.assert_close(mine, its)


@pytest.mark.parametrize("cell", MODULES)
def test_kernels_have_the_gradients_of_torch_modules(cell: str, x: Tensor) -> None:
    ours, theirs = twins(cell)
    weighting = torch.randn(T, N, H)
    (ours(x)[0] * weighting).sum().backward()
    (theirs(x)[0] * weighting).sum().backward()
    for mine, its in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, its.grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@given(T=st.integers(1, 9))
@settings(max_examples=9)
def test_a_pass_is_the_reference_step_again_and_again(cell: str, T: int) -> None:
    ours = direction(cell)
    x = torch.randn(T, N, E)
    state = tuple(torch.randn(1, N, size) for size in CELLS[cell].state_sizes(H).values())
    y, last = ours(x, state)
    own, weights = tuple(part[0] for part in state), dict(ours.named_parameters())
    for t in range(T):
        own = CELLS[cell].reference(x[t], own, weights).state
        torch.testing.assert_close(y[t], own[0], atol=1e-5, rtol=1e-4)
    for found, expected in zip(last, own, strict=True):
        torch.testing.assert_close(found[0], expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_those_of_small_differences(cell: str) -> None:
    """Of the input, the state and every weight, over three steps."""
    small = Direction(cell, 3, 2).double()
    for weight in small.parameters():
        weight.data.uniform_(-0.9, 0.9)
    names = [name for name, _ in small.named_parameters()]
    arguments = [torch.randn(3, 2, 3), *(torch.randn(1, 2, size) for size in CELLS[cell].state_sizes(2).values())]
    tensors = [tensor.double().requires_grad_() for tensor in arguments]
    weights = [weight.detach().clone().requires_grad_() for weight in small.parameters()]

    def run(*given: Tensor) -> tuple[Tensor, ...]:
        x, state, own = given[0], given[1 : len(tensors)], given[len(tensors) :]
        y, last = torch.func.functional_call(small, dict(zip(names, own, strict=True)), (x, tuple(state)))
        return (y, *last)

    assert torch.autograd.gradcheck(run, (*tensors, *weights))


@given(T=st.integers(1, 20), seed=st.integers(0, 999))
@settings(max_examples=20)
def test_all_steps_at_once_are_one_after_the_other(T: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    keep, enter = torch.rand(T, 2, 3, generator=generator), torch.randn(T, 2, 3, generator=generator)
    h = first = torch.randn(1, 2, 3, generator=generator)
    for t, found in enumerate(recurrence(keep, enter, first)):
        h = keep[t] * h + enter[t]
        torch.testing.assert_close(found[None], h)


@pytest.mark.parametrize("cell", CELLS)
def test_weight_drop_acts_on_the_recurrent_weights(cell: str) -> None:
    """And on these alone: the first step, from a state of zeros, has nothing to drop."""
    ours, x = direction(cell, weight_drop=0.5).train(), torch.randn(6, N, E)
    one, two = ours(x)[0], ours(x)[0]
    torch.testing.assert_close(one[0], two[0])
    assert torch.allclose(one[-1], two[-1]) == ("recurrent" not in ours.roles.values())
    assert torch.equal(ours.eval()(x)[0], ours(x)[0])


@pytest.mark.parametrize("cell", CELLS)
def test_small_weights_spare_normalisations(cell: str) -> None:
    ours = Direction(cell, E, 64)
    before = {name: weight.detach().clone() for name, weight in ours.named_parameters()}
    ours.initialize_uniform()
    for name, weight in ours.named_parameters():
        assert torch.equal(weight, before[name]) == (ours.roles[name] == "norm")
        assert ours.roles[name] == "norm" or 0.05 < float(weight.detach().abs().max()) <= 0.125


@pytest.mark.parametrize("cell", CELLS)
@given(cut=st.integers(1, T - 1))
@settings(max_examples=T)
def test_a_pass_equals_two_with_the_state_carried_over(cell: str, cut: int) -> None:
    ours = direction(cell)
    x = torch.randn(T, N, E)
    whole, end = ours(x)
    first, state = ours(x[:cut])
    second, last = ours(x[cut:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    for carried, straight in zip(last, end, strict=True):
        torch.testing.assert_close(carried, straight)


@pytest.mark.parametrize("cell", CELLS)
def test_weights_are_as_declared(cell: str) -> None:
    declared = CELLS[cell].weights(E, H)
    assert {name: weight.shape for name, weight in Direction(cell, E, H).named_parameters()} == {
        name: weight.shape for name, weight in declared.items()
    }
    for weight in declared.values():
        value = initialize(weight)
        if weight.role == "recurrent":
            for gate in value.chunk(weight.gates):
                torch.testing.assert_close(gate @ gate.T, torch.eye(H))
        if weight.role == "norm":
            assert set(value.tolist()) == set(map(float, weight.init))


def test_saved_models_keep_their_names() -> None:
    for cell in MODULES:
        assert list(CELLS[cell].weights(E, H)) == ["w_ih", "w_hh", "b_ih", "b_hh"]


def test_an_lstm_begins_by_remembering() -> None:
    biases = Direction("lstm", E, H).b_ih.detach().chunk(4)
    assert [float(b.mean()) for b in biases] == [0.0, 1.0, 0.0, 0.0]
