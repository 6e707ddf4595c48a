"""The stack under padding: equal to packed sequences, to each text alone, in any company."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from lstmcli.nn.stack import Direction, Stack, init_scale, reorder, reversal

E, H = 4, 3
LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=5)
MODULES: dict[str, type[nn.RNNBase]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def texts(lengths: list[int], seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(length, E, generator=generator) for length in lengths]


def torch_module(stack: Stack, cell: str, layers: int, bidirectional: bool) -> nn.RNNBase:
    module = MODULES[cell](E, H, layers, bidirectional=bidirectional)
    for depth, directions in enumerate(stack.layers):
        for direction, suffix in zip(directions, ("", "_reverse"), strict=False):
            for name, theirs in (
                ("w_ih", "weight_ih"),
                ("w_hh", "weight_hh"),
                ("b_ih", "bias_ih"),
                ("b_hh", "bias_hh"),
            ):
                getattr(module, f"{theirs}_l{depth}{suffix}").data.copy_(getattr(direction, name))
    return module


@pytest.mark.parametrize("cell", MODULES)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [True, False])
@given(lengths=LENGTHS)
@settings(max_examples=8)
def test_padded_equals_packed(cell: str, layers: int, bidirectional: bool, lengths: list[int]) -> None:
    stack = Stack(cell, E, [H] * layers, bidirectional).eval()
    reference = torch_module(stack, cell, layers, bidirectional)
    batch = texts(lengths)
    with torch.no_grad():
        padded = stack(pad_sequence(batch, padding_value=9.9), torch.tensor(lengths))
        packed = pack_padded_sequence(pad_sequence(batch), torch.tensor(lengths), enforce_sorted=False)
        expected, _ = pad_packed_sequence(reference(packed)[0])
    for n, length in enumerate(lengths):
        torch.testing.assert_close(padded[:length, n], expected[:length, n], atol=1e-6, rtol=1e-5)


@given(lengths=LENGTHS, padding=st.integers(0, 5), junk=st.floats(-50, 50))
@settings(max_examples=25)
def test_a_text_does_not_know_its_company(lengths: list[int], padding: int, junk: float) -> None:
    stack = Stack("lstm", E, [H, H]).eval()
    batch = texts(lengths)
    longest = max(lengths) + padding
    x = torch.full((longest, len(lengths), E), junk)
    for n, text in enumerate(batch):
        x[: len(text), n] = text
    with torch.no_grad():
        together = stack(x, torch.tensor(lengths))
        for n, text in enumerate(batch):
            alone = stack(text[:, None], torch.tensor([len(text)]))
            torch.testing.assert_close(together[: len(text), n], alone[:, 0], atol=1e-6, rtol=1e-5)


@given(lengths=st.lists(st.integers(0, 6), min_size=1, max_size=5))
@settings(max_examples=25)
def test_reversal_turns_each_row_within_its_length(lengths: list[int]) -> None:
    T = max(lengths) + 2
    rows = torch.arange(T)[:, None].expand(T, len(lengths)).contiguous()
    index = reversal(torch.tensor(lengths), T)
    turned = reorder(rows[:, :, None], index)[:, :, 0]
    for n, length in enumerate(lengths):
        assert turned[:, n].tolist() == [*reversed(range(length)), *range(length, T)]
    assert torch.equal(reorder(turned[:, :, None], index)[:, :, 0], rows)


def test_the_gradient_of_a_reversal_is_reversed() -> None:
    index, x = reversal(torch.tensor([3, 0, 2]), 4), torch.randn(4, 3, E, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: reorder(x, index), (x,))


def test_zero_length_rows_disturb_nothing() -> None:
    stack = Stack("lstm", E, [H]).eval()
    x = torch.randn(5, 3, E)
    with torch.no_grad():
        y = stack(x, torch.tensor([5, 0, 3]))
        assert torch.isfinite(y).all()
        torch.testing.assert_close(y[:3, 2:], stack(x[:3, 2:], torch.tensor([3])), atol=1e-6, rtol=1e-5)


def test_layers_are_dropped_between_only_in_training() -> None:
    stack = Stack("lstm", E, [H, H], layer_dropout=0.5)
    x, lengths = torch.randn(5, 2, E), torch.tensor([5, 5])
    with torch.no_grad():
        assert not torch.equal(stack.train()(x, lengths), stack(x, lengths))
        assert torch.equal(stack.eval()(x, lengths), stack(x, lengths))


def test_weight_drop_acts_on_recurrence_alone() -> None:
    """The first step has no recurrence to drop; the weights themselves stay whole and get a gradient."""
    direction = Direction("lstm", E, H, weight_drop=0.5).train()
    before = direction.w_hh.detach().clone()
    x = torch.randn(6, 2, E)
    torch.manual_seed(0)
    one, two = direction(x)[0], direction(x)[0]
    torch.testing.assert_close(one[0], two[0])
    assert not torch.allclose(one[-1], two[-1])
    two.sum().backward()
    assert torch.equal(direction.w_hh, before) and direction.w_hh.grad is not None
    assert torch.equal(direction.eval()(x)[0], direction(x)[0])


def test_a_vector_begins_with_norm_one() -> None:
    norms = (torch.randn(1000, 64) * init_scale(64)).norm(dim=1)
    assert abs(float(norms.mean()) - 1) < 0.05
