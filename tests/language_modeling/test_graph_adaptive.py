"""The graph of a model with an adaptive softmax computes what PyTorch computes."""

from __future__ import annotations

from functools import cache

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.graph import language_model_graph
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.onnx_session import LanguageModelSession
from lstmcli.language_modeling.torch_session import TorchSession

V = 90
CONFIGS = [
    LmModelConfig(embedding=6, hidden=16, layers=layers, tied=False, softmax="adaptive", cutoffs=cutoffs)
    for layers, cutoffs in ((1, (7,)), (2, (6, 22)), (1, (1, 2, 60)))
]
NAMES = [f"{len(config.cutoffs)} clusters" for config in CONFIGS]


@cache
def sessions(config: LmModelConfig, int8: bool = False) -> tuple[TorchSession, LanguageModelSession]:
    torch.manual_seed(0)
    module = LanguageModel(config, V)
    module.initialize_from_frequencies(np.random.default_rng(0).integers(0, 1000, V))
    for weight in module.parameters():
        weight.data.mul_(2)
    graph = language_model_graph(module.tensors(), config, int8=int8)
    onnx.checker.check_model(onnx.load_from_string(graph.serialise()))
    return TorchSession(module), LanguageModelSession(graph, config, threads=1)


def text_of(T: int, B: int) -> NDArray[np.int32]:
    return np.random.default_rng(T * 100 + B).integers(0, V, (T + 1, B)).astype(np.int32)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
@given(T=st.integers(1, 9), B=st.integers(1, 4))
@settings(max_examples=8)
def test_it_equals_pytorch(config: LmModelConfig, T: int, B: int) -> None:
    theirs, ours = sessions(config)
    ids, targets = text_of(T, B)[:-1], text_of(T, B)[1:]
    found, _ = ours.logits(ids, ours.zero_state(B))
    expected, _ = theirs.logits(ids, theirs.zero_state(B))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(np.exp(found).sum(-1), 1, rtol=1e-5)
    a = ours.score(ids, targets, ours.zero_state(B), entropy=True)
    b = theirs.score(ids, targets, theirs.zero_state(B), entropy=True)
    for x, y in zip(a[:2], b[:2], strict=True):
        assert x is not None and y is not None
        np.testing.assert_allclose(x, y, atol=1e-4)
    np.testing.assert_allclose(a[0], -np.take_along_axis(found, targets[..., None], -1)[..., 0], atol=1e-5)
    h = ours.hidden(ids, targets, ours.zero_state(B))[1], theirs.hidden(ids, targets, theirs.zero_state(B))[1]
    np.testing.assert_allclose(*h, atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_int8_is_a_distribution_and_near(config: LmModelConfig) -> None:
    exact, near = sessions(config)[1], sessions(config, int8=True)[1]
    ids = text_of(12, 2)[:-1]
    a, b = (session.logits(ids, session.zero_state(2))[0] for session in (exact, near))
    np.testing.assert_allclose(np.exp(b).sum(-1), 1, rtol=1e-5)
    assert 0 < np.abs(a - b).max() < 0.2
