"""The classifier as a whole: what it computes, what it does not depend on, and that it learns."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lstmcli.classification.config import POOLINGS, ClassifierModelConfig
from lstmcli.classification.network import Classifier, load_classifier_module
from lstmcli.config import CELL_NAMES
from lstmcli.nn.optim import RowAdam
from lstmcli.nn.stack import count_parameters

ROWS, C = 30, 3
SMALL = ClassifierModelConfig(embedding=6, hidden=4, layers=2, pooling=POOLINGS, ngrams=0)


def model_of(config: ClassifierModelConfig = SMALL) -> Classifier:
    torch.manual_seed(11)
    return Classifier(config, ROWS, C)


def batch_of(lengths: list[list[int]], F: int = 3, T: int | None = None, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random ids [B, S, T, F] of texts with these segments, padded with 0, and lengths [B, S]."""
    S = max(map(len, lengths))
    sizes = torch.tensor([row + [0] * (S - len(row)) for row in lengths])
    T = T or int(sizes.max())
    ids = torch.randint(2, ROWS, (len(lengths), S, T, F), generator=torch.Generator().manual_seed(seed))
    return ids * (torch.arange(T) < sizes[..., None])[..., None], sizes


@pytest.mark.parametrize("F", [1, 3])
def test_a_token_is_the_sum_of_its_rows(F: int) -> None:
    model = model_of().eval()
    ids, _ = batch_of([[4, 2], [3]], F)
    x = model.embed(ids)
    expected = model.embedding[ids].sum(3).view(-1, *x.shape[::2]).transpose(0, 1)
    torch.testing.assert_close(x, expected)


def test_feature_dropout_takes_rows_from_a_token_but_never_the_token() -> None:
    model = model_of(replace(SMALL, word_dropout=0.0, feature_dropout=0.5)).train()
    ids, _ = batch_of([[6], [6], [6]])
    with torch.no_grad():
        x = model.embed(ids).transpose(0, 1).reshape(-1, SMALL.embedding)
        word, first, last = model.embedding[ids].view(-1, 3, SMALL.embedding).unbind(1)
    sums = torch.stack([word, word + first, word + last, word + first + last])
    which = (x - sums).abs().amax(2).min(0)
    assert float(which.values.max()) < 1e-6 and set(which.indices.tolist()) == {0, 1, 2, 3}


def test_padding_embeds_to_zero_and_gets_no_gradient() -> None:
    model = model_of()
    ids, lengths = batch_of([[4, 2], [3]])
    logits = model(ids, lengths)
    logits.sum().backward()
    assert torch.all(model.embedding.detach()[0] == 0) and torch.all(model.embedding.grad[0] == 0)


@given(
    lengths=st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), min_size=1, max_size=4),
    padding=st.integers(0, 4),
    F=st.sampled_from([1, 3]),
)
@settings(max_examples=25)
def test_a_text_gets_the_same_logits_in_any_batch(lengths: list[list[int]], padding: int, F: int) -> None:
    model = model_of().eval()
    ids, sizes = batch_of(lengths, F, T=6 + padding)
    with torch.no_grad():
        together = model(ids, sizes)
        for b, own in enumerate(lengths):
            alone = model(ids[b : b + 1, : len(own), : max(own)], sizes[b : b + 1, : len(own)])
            torch.testing.assert_close(together[b], alone[0], atol=1e-6, rtol=1e-5)


def test_a_batch_may_bring_its_own_few_rows_of_the_table() -> None:
    model = model_of().eval()
    ids, _ = batch_of([[5], [3]])
    rows = torch.unique(torch.cat([torch.tensor([0, 1]), ids.flatten()]))
    position = torch.zeros(ROWS, dtype=torch.int64)
    position[rows] = torch.arange(len(rows))
    torch.testing.assert_close(model.embed(position[ids], model.embedding[rows]), model.embed(ids))


@pytest.mark.parametrize(("cell", "layers", "bidirectional"), list(product(CELL_NAMES, (1, 2), (True, False))))
def test_weights_make_the_round_trip(cell: str, layers: int, bidirectional: bool) -> None:
    """What is stored is what answers; storing it again changes nothing."""
    config = replace(SMALL, cell=cell, layers=layers, bidirectional=bidirectional)
    model = model_of(config).eval()
    stored = model.tensors()
    assert {name for name, value in stored.items() if value.dtype == np.float16} == {"embedding"}
    assert sum(value.size for value in stored.values()) == count_parameters(model)
    again = load_classifier_module(stored, config, C)
    for name, value in again.tensors().items():
        np.testing.assert_array_equal(value, stored[name])
    ids, lengths = batch_of([[5, 4], [3]])
    with torch.no_grad():
        torch.testing.assert_close(again(ids, lengths), model(ids, lengths), atol=1e-3, rtol=1e-3)


def test_dropout_is_for_training_only() -> None:
    model = model_of(replace(SMALL, weight_drop=0.3))
    ids, lengths = batch_of([[5, 4], [3]])
    with torch.no_grad():
        assert not torch.equal(model.train()(ids, lengths), model(ids, lengths))
        assert torch.equal(model.eval()(ids, lengths), model(ids, lengths))


@pytest.mark.parametrize("cell", CELL_NAMES)
def test_one_batch_can_be_overfitted(cell: str) -> None:
    """Embedding by RowAdam, the rest by AdamW, as in training; random ids and labels, learned by heart."""
    calm = ClassifierModelConfig(
        cell=cell,  # type: ignore[arg-type]
        embedding=16,
        hidden=16,
        embedding_dropout=0.0,
        word_dropout=0.0,
        output_dropout=0.0,
    )
    model = model_of(calm)
    ids, lengths = batch_of([[6], [5], [3], [4, 4], [2], [6, 1]])
    gold = torch.tensor([0, 1, 2, 0, 1, 2])
    table = model.embedding.data
    model.embedding.requires_grad_(False)
    dense = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.02)
    rows = RowAdam(table, decay=0.0)
    losses = []
    for _ in range(40):
        used = torch.unique(torch.cat([torch.tensor([0, 1]), ids.flatten()]))
        position = torch.zeros(ROWS, dtype=torch.int64)
        position[used] = torch.arange(len(used))
        leaf = table[used].requires_grad_()
        loss = functional.cross_entropy(model.read(model.embed(position[ids], leaf), lengths), gold)
        dense.zero_grad()
        loss.backward()
        dense.step()
        rows.step(used, leaf.grad, 0.02, 0.9)
        losses.append(float(loss.detach()))
    assert losses[0] > 0.8 and losses[-1] < 0.05
    assert torch.equal(model(ids, lengths).argmax(1), gold)
