"""The poolings against loops over texts and their tokens."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lstmcli.classification.config import POOLINGS
from lstmcli.nn.pooling import Pooling

K = 4
# For each text the lengths of its segments; at least one token.
TEXTS = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3), min_size=1, max_size=4)


def batch_of(segments: list[list[int]], junk: float = 0.0) -> tuple[Tensor, Tensor]:
    """States [T, N, K] with ``junk`` past each length, and lengths [B, S]."""
    B, S = len(segments), max(map(len, segments)) + 1  # a last segment that no text has
    T = max(chain.from_iterable(segments)) + 1
    lengths = torch.zeros(B, S, dtype=torch.int64)
    for b, sizes in enumerate(segments):
        lengths[b, : len(sizes)] = torch.tensor(sizes)
    h = torch.randn(T, B * S, K, generator=torch.Generator().manual_seed(5))
    outside = torch.arange(T)[:, None] >= lengths.reshape(-1)
    return h.masked_fill(outside[:, :, None], junk), lengths


def naive(kind: str, h: Tensor, lengths: Tensor, bidirectional: bool, query: Tensor) -> Tensor:
    """One pooling, text by text."""
    rows = []
    B, S = lengths.shape
    for b in range(B):
        segments = [h[: lengths[b, s], b * S + s] for s in range(S) if lengths[b, s]]
        steps = torch.cat(segments)
        if kind == "max":
            rows.append(steps.max(0).values)
        elif kind == "mean":
            rows.append(steps.mean(0))
        elif kind == "attention":
            rows.append((torch.softmax(steps.tanh() @ query, 0)[:, None] * steps).sum(0))
        elif bidirectional:
            rows.append(torch.cat([segments[-1][-1, : K // 2], segments[0][0, K // 2 :]]))
        else:
            rows.append(segments[-1][-1])
    return torch.stack(rows)


def pooling_of(kinds: tuple[str, ...], bidirectional: bool = True) -> Pooling:
    pooling = Pooling(kinds, K, bidirectional)
    if "attention" in kinds:
        pooling.query.data.copy_(torch.tensor([1.0, -2.0, 0.5, 3.0]))
    return pooling


@pytest.mark.parametrize("kind", POOLINGS)
@pytest.mark.parametrize("bidirectional", [True, False])
@given(segments=TEXTS, junk=st.sampled_from([0.0, 77.0, -77.0]))
@settings(max_examples=20)
def test_each_pooling_is_its_loop(kind: str, bidirectional: bool, segments: list[list[int]], junk: float) -> None:
    h, lengths = batch_of(segments, junk)
    pooling = pooling_of((kind,), bidirectional)
    with torch.no_grad():
        pooled = pooling(h, lengths)
        expected = naive(kind, h, lengths, bidirectional, getattr(pooling, "query", torch.zeros(K)))
    torch.testing.assert_close(pooled, expected, atol=1e-6, rtol=1e-5)


@given(segments=TEXTS)
@settings(max_examples=20)
def test_missing_segments_count_for_nothing(segments: list[list[int]]) -> None:
    h, lengths = batch_of(segments)
    B, S = lengths.shape
    pooling = pooling_of(POOLINGS)
    fewer = h.view(len(h), B, S, K)[:, :, :-1].reshape(len(h), -1, K)
    with torch.no_grad():
        torch.testing.assert_close(pooling(fewer, lengths[:, :-1]), pooling(h, lengths), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("kinds", [c for n in range(1, 5) for c in combinations(POOLINGS, n)])
def test_poolings_stand_side_by_side_in_their_order(kinds: tuple[str, ...]) -> None:
    h, lengths = batch_of([[3, 2], [5]])
    pooling = pooling_of(kinds)
    with torch.no_grad():
        pooled = pooling(h, lengths)
        apart = [pooling_of((kind,))(h, lengths) for kind in kinds]
    assert pooled.shape == (2, pooling.output_size)
    torch.testing.assert_close(pooled, torch.cat(apart, dim=1))


def test_attention_begins_as_the_mean_and_can_learn() -> None:
    h, lengths = batch_of([[4], [2, 3]])
    pooling = Pooling(("attention",), K, True)
    pooled = pooling(h, lengths)
    torch.testing.assert_close(pooled.detach(), naive("mean", h, lengths, True, torch.zeros(K)))
    pooled.square().sum().backward()
    assert float(pooling.query.grad.norm()) > 0
