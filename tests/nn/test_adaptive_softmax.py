"""The adaptive softmax is that of the paper, that of PyTorch, and a distribution over all words."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import LanguageModel, load_language_model
from lstmcli.nn.adaptive_softmax import AdaptiveSoftmax

V, K, CUTOFFS = 40, 16, (5, 12)


def softmax(seed: int = 0, cutoffs: tuple[int, ...] = CUTOFFS, units: int = K) -> AdaptiveSoftmax:
    """All weights random, words in no order."""
    generator = torch.Generator().manual_seed(seed)
    made = AdaptiveSoftmax(V, units, cutoffs)
    for weight in made.parameters():
        weight.data = torch.randn(weight.shape, generator=generator) / 2
    made.rank = torch.randperm(V, generator=generator)
    return made


def rows(number: int, seed: int = 1, units: int = K) -> tuple[Tensor, Tensor]:
    """States and targets."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(number, units, generator=generator), torch.randint(0, V, (number,), generator=generator)


def textbook(own: AdaptiveSoftmax, h_NK: Tensor) -> Tensor:
    """log p(w | h) of every word by its id, [N, V], a word at a time."""
    frequent, found = own.edges[0], []
    head = torch.softmax(h_NK @ own.weight.T + own.bias, 1)
    for rank in own.rank.tolist():
        number = sum(rank >= edge for edge in own.edges) - 1
        if number < 0:
            found.append(head[:, rank].log())
            continue
        cluster = own.clusters[number]
        inside = torch.softmax(h_NK @ cluster.projection.T @ cluster.weight.T + cluster.bias, 1)
        found.append((head[:, frequent + number] * inside[:, rank - own.edges[number]]).log())
    return torch.stack(found, 1)


def test_it_equals_pytorchs() -> None:
    ours = softmax()
    theirs = nn.AdaptiveLogSoftmaxWithLoss(K, V, list(CUTOFFS), div_value=4.0, head_bias=True)
    theirs.head.weight.data, theirs.head.bias.data = ours.weight.data, ours.bias.data
    for cluster, (down, up) in zip(ours.clusters, theirs.tail, strict=True):
        assert isinstance(cluster.bias, nn.Parameter)
        cluster.bias.data.zero_()
        down.weight.data, up.weight.data = cluster.projection.data, cluster.weight.data  # the shapes are the same
        assert down.out_features == len(cluster.projection)
    h, target = rows(50)
    expected = theirs(h, ours.rank[target])
    torch.testing.assert_close(ours.loss(h, target), expected.loss)
    log_p = ours.log_probabilities(h)
    torch.testing.assert_close(log_p, theirs.log_prob(h)[:, ours.rank])
    torch.testing.assert_close(log_p.gather(1, target[:, None])[:, 0], expected.output)


@given(
    seed=st.integers(0, 99), cutoffs=st.sets(st.integers(1, V - 1), min_size=1, max_size=4), units=st.integers(1, 20)
)
@settings(max_examples=20)
def test_probabilities_sum_to_one(seed: int, cutoffs: set[int], units: int) -> None:
    own, (h, target) = softmax(seed, tuple(sorted(cutoffs)), units), rows(6, seed, units)
    log_p = own.log_probabilities(h.view(2, 3, units))
    assert log_p.shape == (2, 3, V)
    torch.testing.assert_close(log_p.exp().sum(-1), torch.ones(2, 3))
    torch.testing.assert_close(own.loss(h, target), functional.nll_loss(log_p.view(6, V), target), atol=1e-5, rtol=1e-5)


@given(seed=st.integers(0, 99), number=st.integers(1, 300))
@settings(max_examples=15)
def test_loss_and_gradients_are_the_textbooks(seed: int, number: int) -> None:
    found = []
    for loss in (AdaptiveSoftmax.loss, lambda own, h, target: functional.nll_loss(textbook(own, h), target)):
        own, (h, target) = softmax(seed), rows(number, seed)
        h.requires_grad_()
        value = loss(own, h, target)
        (2 * value).backward()
        gradients = [h.grad, *(weight.grad for weight in own.parameters())]
        assert all(g is not None for g in gradients) or number < 50  # a cluster that is not met learns nothing
        found.append([value.detach(), *(torch.zeros(()) if g is None else g for g in gradients)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours.expand(theirs.shape), theirs, atol=2e-5, rtol=1e-4)


def test_bf16_is_near() -> None:
    own, (h, target) = softmax(), rows(300)
    exact, near = (own.loss(h, target, bf16=bf16).item() for bf16 in (False, True))
    assert near == pytest.approx(exact, rel=2e-3) and near != exact


def test_only_clusters_that_are_met_are_computed() -> None:
    own, (h, _) = softmax(), rows(3)
    by_rank = own.rank.argsort()
    own.loss(h, by_rank[torch.tensor([0, 4, 5])]).backward()  # two frequent words, one of the first cluster
    met = [cluster.weight.grad is not None for cluster in own.clusters]
    assert met == [True, False] and own.weight.grad is not None


@given(st.lists(st.integers(0, 1000), min_size=V, max_size=V))
@settings(max_examples=20)
def test_a_model_that_has_learned_nothing_expects_the_frequent(counts: list[int]) -> None:
    config = LmModelConfig(embedding=6, hidden=9, tied=False, softmax="adaptive", cutoffs=CUTOFFS)
    model = LanguageModel(config, V).eval()
    counts_V = np.array(counts)
    model.initialize_from_frequencies(counts_V)
    rank = model.decoder.rank
    assert isinstance(rank, Tensor)
    assert (np.diff(counts_V[rank.argsort().numpy()]) <= 0).all()  # the frequent first
    with torch.no_grad():
        for name, weight in model.decoder.named_parameters():
            if not name.endswith("bias"):
                weight.zero_()
        p = model(torch.zeros(1, 1, dtype=torch.long))[0].exp()[0, 0]
    expected = torch.from_numpy((counts_V + 1) / (counts_V.sum() + V)).float()
    torch.testing.assert_close(p, expected, atol=1e-6, rtol=1e-4)


def test_a_language_model_takes_it_through_a_file_and_on() -> None:
    torch.manual_seed(3)
    config = LmModelConfig(embedding=6, hidden=9, tied=False, softmax="adaptive", cutoffs=CUTOFFS)
    model = LanguageModel(config, V).eval()
    model.initialize_from_frequencies(np.random.default_rng(0).integers(0, 100, V))
    tensors = model.tensors()
    assert tensors["decoder.rank"].dtype == np.int64
    again = load_language_model(tensors, config, V)
    ids = torch.randint(0, V, (8, 2))
    log_p, _ = model(ids[:-1])
    torch.testing.assert_close(again(ids[:-1])[0], log_p)
    nats = functional.nll_loss(log_p.reshape(-1, V), ids[1:].reshape(-1))
    torch.testing.assert_close(model.loss(ids[:-1], ids[1:]).nats, nats)
    assert nats.item() == pytest.approx(math.log(V), abs=1.5)


def test_it_learns() -> None:
    own, (h, target) = AdaptiveSoftmax(V, 64, CUTOFFS), rows(30, units=64)
    optimizer = torch.optim.Adam(own.parameters(), 0.05)
    for _ in range(150):
        loss = own.loss(h, target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert loss.item() < 0.1


@pytest.mark.parametrize("cutoffs", [(), (0, 5), (5, 5), (9, 3), (5, V), (5, V + 1)])
def test_cutoffs_that_cut_nothing_are_refused(cutoffs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not cut a vocabulary of 40"):
        AdaptiveSoftmax(V, K, cutoffs)
