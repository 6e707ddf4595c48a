"""The row-wise optimiser against torch's dense ones, and averages against averages taken at every step."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from lstmcli.nn.optim import Average, RowAdam, swapped

R, E = 6, 3
# For each step the rows it touches.
PATTERNS = st.lists(st.lists(st.integers(0, R - 1), unique=True), min_size=1, max_size=12)


def table() -> Tensor:
    return torch.randn(R, E, generator=torch.Generator().manual_seed(2))


def gradients(steps: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(R, E, generator=generator) for _ in range(steps)]


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_with_every_row_in_every_batch_it_is_adam_without_first_moment(decay: float) -> None:
    ours, theirs = table(), nn.Parameter(table())
    rows = RowAdam(ours, decay=decay)
    dense = torch.optim.AdamW([theirs], lr=0.05, betas=(0.0, 0.999), eps=1e-8, weight_decay=decay)
    for gradient in gradients(20):
        rows.step(torch.arange(R), gradient, 0.05, 0.9)
        theirs.grad = gradient
        dense.step()
    torch.testing.assert_close(ours, theirs.data, atol=1e-6, rtol=1e-5)


@given(pattern=PATTERNS, decay=st.sampled_from([0.0, 0.5, 0.9, 0.999]))
@settings(max_examples=60)
def test_the_average_is_that_of_a_dense_update_at_every_step(pattern: list[list[int]], decay: float) -> None:
    weights = table()
    rows = RowAdam(weights, decay=0.01)
    expected = weights.clone()
    for used, gradient in zip(pattern, gradients(len(pattern)), strict=True):
        rows.step(torch.tensor(used, dtype=torch.int64), gradient[used], 0.1, decay)
        expected = decay * expected + (1 - decay) * weights
        torch.testing.assert_close(rows.current_average(), expected, atol=1e-5, rtol=1e-5)


@given(pattern=PATTERNS)
@settings(max_examples=30)
def test_rows_that_are_not_in_the_batch_rest(pattern: list[list[int]]) -> None:
    weights = table()
    rows = RowAdam(weights, decay=0.1)
    for used, gradient in zip(pattern, gradients(len(pattern)), strict=True):
        before = weights.clone()
        rows.step(torch.tensor(used, dtype=torch.int64), gradient[used], 0.1, 0.9)
        resting = [r for r in range(R) if r not in used]
        assert torch.equal(weights[resting], before[resting])
        assert all(not torch.equal(weights[r], before[r]) for r in used)


def test_a_rare_row_moves_at_once_as_far_as_adam_moves_it_in_the_end() -> None:
    """One gradient after many steps without: dense Adam spreads the same move over the steps that follow."""
    ours, theirs = torch.zeros(1, E), nn.Parameter(torch.zeros(1, E))
    gradient = torch.tensor([[1.0, -2.0, 0.1]])
    rows = RowAdam(ours, decay=0.0)
    dense = torch.optim.Adam([theirs], lr=0.01)
    for step in range(3200):
        theirs.grad = gradient if step == 3000 else torch.zeros(1, E)
        dense.step()
    rows.step_count = 3000
    rows.step(torch.tensor([0]), gradient, 0.01, 0.9)
    torch.testing.assert_close(ours, theirs.data, rtol=0.05, atol=0)


def test_padding_stays_zero() -> None:
    weights = table()
    weights[0] = 0
    rows = RowAdam(weights, decay=0.1)
    for gradient in gradients(5):
        gradient[0] = 0
        rows.step(torch.arange(R), gradient, 0.1, 0.9)
    assert torch.all(weights[0] == 0) and torch.all(rows.current_average()[0] == 0)


def test_the_average_of_dense_parameters() -> None:
    parameters = [nn.Parameter(table()), nn.Parameter(torch.ones(2))]
    average = Average(parameters)
    expected = [p.detach().clone() for p in parameters]
    for gradient in gradients(5):
        parameters[0].data += gradient
        parameters[1].data *= 2
        average.update(0.8)
        expected = [0.8 * e + 0.2 * p.detach() for e, p in zip(expected, parameters, strict=True)]
        for value, e in zip(average.values, expected, strict=True):
            torch.testing.assert_close(value, e)


def test_swapped_weights_come_back_whatever_happens() -> None:
    layer = nn.Linear(2, 2)
    before = [p.detach().clone() for p in layer.parameters()]
    with swapped(list(layer.parameters()), [torch.zeros(2, 2), torch.ones(2)]):
        assert torch.equal(layer(torch.randn(3, 2)), torch.ones(3, 2))
    with pytest.raises(KeyError), swapped(list(layer.parameters()), [torch.zeros(2, 2), torch.ones(2)]):
        raise KeyError
    assert all(torch.equal(p, b) for p, b in zip(layer.parameters(), before, strict=True))


def test_the_average_is_exact_when_the_decay_changes() -> None:
    torch.manual_seed(0)
    table = torch.randn(50, 3)
    rows = RowAdam(table, decay=0.0)
    expected = table.clone()
    for step in range(1, 300):
        used, decay = torch.randperm(50)[:3], min(1 - 1 / 1000, step / (step + 10))
        rows.step(used, torch.randn(3, 3), 0.1, decay)
        expected = decay * expected + (1 - decay) * table
    torch.testing.assert_close(rows.current_average(), expected, atol=1e-5, rtol=1e-5)
