"""The loss in chunks is the loss: same value, same gradients, whatever the number of rows."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from lstmcli.nn.softmax import CHUNK, cross_entropy


@given(rows=st.integers(1, 3 * CHUNK), words=st.integers(2, 40), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_it_equals_the_textbook_loss(rows: int, words: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    h, weight, bias = (torch.randn(*shape, generator=generator) * 1.5 for shape in ((rows, 5), (words, 5), (words,)))
    target = torch.randint(0, words, (rows,), generator=generator)
    found, expected = [], []
    for result, loss in ((found, cross_entropy), (expected, None)):
        leaves = [x.clone().requires_grad_() for x in (h, weight, bias)]
        if loss is not None:
            value = loss(*leaves, target)
        else:
            value = functional.cross_entropy(functional.linear(*leaves), target)
        (value * 2).backward()
        result += [value.detach(), *(leaf.grad for leaf in leaves)]
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_bf16_is_near() -> None:
    torch.manual_seed(0)
    h, weight, bias = torch.randn(300, 64), torch.randn(1000, 64) * 0.1, torch.randn(1000)
    target = torch.randint(0, 1000, (300,))
    exact, near = (cross_entropy(h, weight, bias, target, bf16=bf16).item() for bf16 in (False, True))
    assert near == pytest.approx(exact, rel=2e-3) and near != exact


def test_knowing_nothing_costs_the_logarithm_of_the_vocabulary() -> None:
    loss = cross_entropy(torch.zeros(7, 4), torch.zeros(50, 4), torch.zeros(50), torch.arange(7))
    assert loss.item() == pytest.approx(math.log(50), rel=1e-6)


def test_without_gradients_none_are_made() -> None:
    with torch.no_grad():
        assert not cross_entropy(
            torch.zeros(3, 2), torch.zeros(5, 2), torch.zeros(5), torch.zeros(3).long()
        ).requires_grad
