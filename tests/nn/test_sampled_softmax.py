"""The loss of a sample of the words: right on average, and the whole loss if the sample is the vocabulary."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.nn.sampled_softmax import FILL, SIZE_STEP, WordSampler, cross_entropy, inclusion

V, K, N = 1000, 6, 40
COUNTS = (1e5 / np.arange(1, V + 1) ** 1.1).astype(np.int64)


def layer() -> tuple[torch.Tensor, ...]:
    """States, matrix, bias and targets of a softmax that has learned frequencies."""
    torch.manual_seed(3)
    target = torch.from_numpy(np.random.default_rng(3).choice(V, N, p=COUNTS / COUNTS.sum()))
    bias = torch.from_numpy(COUNTS / COUNTS.sum()).log().float()
    return torch.randn(N, K), torch.randn(V, K) * 0.5, bias, target


@given(counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=60), share=st.floats(0.05, 1.5))
@settings(max_examples=80)
def test_shares_make_up_the_size(counts: list[int], share: float) -> None:
    size = max(1, int(share * len(counts)))
    found = inclusion(np.array(counts), size)
    assert (found > 0).all() and (found <= 1 + 1e-12).all()
    assert found.sum() == pytest.approx(min(size, len(counts)))
    assert (np.diff(found[np.argsort(counts, kind="stable")]) >= -1e-12).all()  # more frequent, more often


@given(size=st.integers(1, V), seed=st.integers(0, 50))
@settings(max_examples=20)
def test_a_sample_has_every_target_and_every_certain_word(size: int, seed: int) -> None:
    torch.manual_seed(seed)
    target = torch.randint(0, V, (N,))
    sampler = WordSampler(COUNTS, size)
    words, shift, column = sampler.draw(target)
    assert len(words) == len(shift) and len(words) % SIZE_STEP == 0
    assert torch.equal(words[column], target) and (shift[column] == 0).all()
    real = words[shift > FILL]
    assert len(real) == len(set(real.tolist())) <= size + N
    assert set(np.flatnonzero(sampler.share_V.numpy() >= 1)) <= set(real.tolist())


def test_words_are_drawn_as_often_as_they_should() -> None:
    torch.manual_seed(0)
    sampler, times, drawn = WordSampler(COUNTS, 100), 4000, torch.zeros(V)
    for _ in range(times):
        words, shift, _ = sampler.draw(torch.tensor([0]))
        drawn[words[shift > FILL]] += 1
    found, expected = drawn[1:] / times, sampler.share_V[1:]
    spread = (expected * (1 - expected) / times).sqrt()
    assert (abs(found - expected) <= 5 * spread + 1e-6).all()


def test_loss_and_gradients_are_right_on_average() -> None:
    h, weight, bias, target = layer()
    leaves = [x.requires_grad_() for x in (h, weight, bias)]
    exact = cross_entropy(*leaves, target, None)
    expected = torch.autograd.grad(exact, leaves)
    sampler, times = WordSampler(COUNTS, 200), 300
    torch.manual_seed(0)
    losses, sums = [], [torch.zeros_like(x) for x in leaves]
    for _ in range(times):
        losses.append(cross_entropy(*leaves, target, sampler))
        for total, gradient in zip(sums, torch.autograd.grad(losses[-1], leaves), strict=True):
            total += gradient / times
    found = torch.stack(losses)
    assert found.std() > 0
    assert abs(found.mean() - exact) < 4 * found.std() / times**0.5 + 2e-3
    for ours, theirs in zip(sums, expected, strict=True):
        assert torch.nn.functional.cosine_similarity(ours.flatten(), theirs.flatten(), dim=0) > 0.995


@pytest.mark.parametrize("size", [V, V + 5])
def test_a_sample_of_all_words_is_the_loss(size: int) -> None:
    *leaves, target = layer()
    leaves = [x.requires_grad_() for x in leaves]
    ours, theirs = cross_entropy(*leaves, target, WordSampler(COUNTS, size)), cross_entropy(*leaves, target, None)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    for a, b in zip(torch.autograd.grad(ours, leaves), torch.autograd.grad(theirs, leaves), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-4)


def test_in_bf16_it_is_near() -> None:
    h, weight, bias, target = layer()
    sampler = WordSampler(COUNTS, 300)
    torch.manual_seed(1)
    exact = cross_entropy(h, weight, bias, target, sampler)
    torch.manual_seed(1)
    near = cross_entropy(h, weight, bias, target, sampler, bf16=True)
    assert near.item() == pytest.approx(exact.item(), rel=5e-3) and near != exact
