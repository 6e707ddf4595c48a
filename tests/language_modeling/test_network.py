"""The language model: equal to torch.nn modules put together by hand, and to itself across any cut of the text."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import LanguageModel, activation_penalty, load_language_model

V = 11
QUIET = {"embedding_dropout": 0.0, "input_dropout": 0.0, "layer_dropout": 0.0, "output_dropout": 0.0}


def model(**changes: object) -> LanguageModel:
    torch.manual_seed(3)
    return LanguageModel(LmModelConfig(**{"embedding": 6, "hidden": 9, **changes}), V)  # type: ignore[arg-type]


def test_it_is_embedding_lstm_and_softmax() -> None:
    ours = model().eval()
    layers = [nn.LSTM(6, 9), nn.LSTM(9, 6)]  # the last is as wide as the embedding, which is the softmax too
    for layer, theirs in zip(ours.stack.layers, layers, strict=True):
        for name, value in (("ih", "w_ih"), ("hh", "w_hh")):
            getattr(theirs, f"weight_{name}_l0").data.copy_(getattr(layer[0], value))
            getattr(theirs, f"bias_{name}_l0").data.copy_(getattr(layer[0], value.replace("w", "b")))
    ids = torch.randint(0, V, (7, 2))
    x = functional.embedding(ids, ours.embedding)
    for theirs in layers:
        x, _ = theirs(x)
    expected = x @ ours.embedding.T + ours.decoder.bias
    torch.testing.assert_close(ours(ids)[0], expected, atol=1e-6, rtol=1e-5)
    nats = ours.loss(ids[:-1], ids[1:]).nats
    torch.testing.assert_close(nats, functional.cross_entropy(expected[:-1].reshape(-1, V), ids[1:].reshape(-1)))


@pytest.mark.parametrize("cell", ["lstm", "gru", "minlstm"])
def test_in_bf16_a_window_comes_to_nearly_the_same(cell: str) -> None:
    """Loss, gradients and states are fp32 and within what three digits bring; nothing is cast where it is not asked."""
    ids = torch.randint(0, V, (9, 4))
    found = {}
    for bf16 in (False, True):
        ours = model(cell=cell, **QUIET)
        window = ours.loss(ids[:-1], ids[1:], bf16=bf16)
        window.nats.backward()
        tensors = [window.nats, window.raw, *(part for state in window.states for part in state)]
        tensors += [p.grad for p in ours.parameters() if p.grad is not None]
        assert {tensor.dtype for tensor in tensors} == {torch.float32}
        found[bf16] = tensors
    for exact, near in zip(found[False], found[True], strict=True):
        torch.testing.assert_close(near, exact, atol=5e-3, rtol=5e-2)
    # Of the layers only an LSTM's have a kernel for it on the CPU.
    assert torch.equal(found[False][1], found[True][1]) == (cell != "lstm" or not torch.backends.mkldnn.is_available())


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@given(cut=st.integers(1, 11))
@settings(max_examples=8)
def test_the_state_carries_over_any_cut(cell: str, cut: int) -> None:
    ours = model(cell=cell).eval()
    ids = torch.randint(0, V, (12, 3))
    whole, _ = ours(ids)
    first, states = ours(ids[:cut])
    second, _ = ours(ids[cut:], states)
    torch.testing.assert_close(torch.cat([first, second]), whole, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("tied", [True, False])
def test_weights_make_the_round_trip(tied: bool) -> None:
    ours = model(tied=tied).eval()
    tensors = ours.tensors()
    assert ("decoder.weight" in tensors) != tied
    again = load_language_model(tensors, ours.config, V)
    ids = torch.randint(0, V, (5, 2))
    torch.testing.assert_close(again(ids)[0], ours(ids)[0])


def test_a_dropped_word_is_dropped_wherever_it_stands() -> None:
    ours = model(**(QUIET | {"embedding_dropout": 0.5}))
    ids = torch.randint(0, V, (40, 4))
    x = ours.embed(ids)
    gone = (x == 0).all(dim=-1)
    assert gone.any() and not gone.all()
    for word in range(V):
        assert gone[ids == word].unique().numel() <= 1


def test_the_penalties_are_those_of_the_paper() -> None:
    ours = model(**QUIET)
    ids = torch.randint(0, V, (6, 2))
    found = ours.loss(ids, ids)
    assert torch.equal(found.dropped, found.raw)
    h = found.raw
    expected = 2 * (h**2).mean() + 3 * ((h[1:] - h[:-1]) ** 2).mean()
    torch.testing.assert_close(activation_penalty(found, 2.0, 3.0), expected)
    assert activation_penalty(ours.loss(ids[:1], ids[:1]), 0.0, 1.0).item() == 0.0


def test_a_model_that_has_learned_nothing_expects_the_frequent() -> None:
    ours = model().eval()
    ours.initialize_from_frequencies(np.arange(V) * 100)
    with torch.no_grad():
        ours.embedding.zero_()
        p = ours(torch.zeros(1, 1, dtype=torch.long))[0].softmax(-1)[0, 0]
    torch.testing.assert_close(p, (torch.arange(V) * 100 + 1) / (55 * 100 + V), atol=1e-6, rtol=1e-5)
