"""The graphs compute what PyTorch computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.model_dir.weights import check_weights
from lstmcli.translation.batches import pad
from lstmcli.translation.config import ATTENTIONS
from lstmcli.translation.network import Translator
from lstmcli.translation.session import TranslationSession
from lstmcli.translation.shapes import translator_shapes
from support.translators import native, network, onnx, torch_session, words

MODELS: list[dict[str, Any]] = [
    *({"attention": attention, "input_feeding": feeding} for attention in ATTENTIONS for feeding in (False, True)),
    {"layers": 2, "tied": False},
    {"layers": 3, "source_vocab_size": 12},
    {"layers": 3, "cell": "gru", "input_feeding": True, "copies": True},
    {"cell": "gru"},
    {"cell": "minlstm", "layers": 2},
    {"cell": "mlstm", "layers": 2},
]


@pytest.mark.parametrize("engine", [onnx, native], ids=["onnx", "native"])
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_an_engine_equals_pytorch(model: dict[str, Any], engine: Callable[[Translator], TranslationSession]) -> None:
    if engine is native and model.get("cell", "lstm") != "lstm":
        pytest.skip("the kernel runs LSTMs only")
    module = network(**model)
    sessions = engine(module), torch_session(module)
    sources = [np.array(ids, np.int32) for ids in ([9, 0], [3, 4, 5, 6, 7, 0], [2, 2, 0])]
    (memory, state), (expected_memory, expected_state) = (session.encode(*pad(sources)) for session in sessions)
    np.testing.assert_allclose(memory.values_BSH, expected_memory.values_BSH, atol=1e-4)
    np.testing.assert_allclose(memory.keys_BSH, expected_memory.keys_BSH, atol=1e-4)
    W = 2
    state, expected_state = (
        session.select(part, np.repeat(np.arange(3), W))
        for session, part in zip(sessions, (state, expected_state), strict=True)
    )
    ids_N = np.array([0, 3, 4, 4, 10, 1], np.int32)
    for _ in range(3):
        found = sessions[0].step(ids_N, state, memory)
        expected = sessions[1].step(ids_N, expected_state, expected_memory)
        np.testing.assert_allclose(found.log_p, expected.log_p, atol=1e-4)
        np.testing.assert_allclose(found.weights_BWS, expected.weights_BWS, atol=1e-4)
        best = sessions[0].step(ids_N, state, memory, 3)
        other = sessions[1].step(ids_N, expected_state, expected_memory, 3)
        np.testing.assert_allclose(best.log_p, other.log_p, atol=1e-4)
        assert best.ids is not None and other.ids is not None and best.ids.tolist() == other.ids.tolist()
        state, expected_state = found.state, expected.state
        ids_N = (ids_N + 3) % 11


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_shapes_are_those_of_the_network(model: dict[str, Any]) -> None:
    module = network(**model)
    check_weights(module.tensors(), translator_shapes(module.config, 11, model.get("source_vocab_size")))


def test_sixteen_bits_are_near_and_do_not_depend_on_the_batch() -> None:
    module = network(layers=3, hidden=32)
    fast, exact = native(module, int16=True), native(module)
    sources = [np.array(ids, np.int32) for ids in ([9, 0], [3, 4, 5, 6, 7, 0], [2, 2, 0])]
    ids_N = np.array([0, 3, 4], np.int32)
    steps = []
    for session in (fast, exact):
        memory, state = session.encode(*pad(sources))
        steps.append(session.step(ids_N, state, memory))
    assert 0 < np.abs(steps[0].log_p - steps[1].log_p).max() < 0.02
    memory, state = fast.encode(*pad(sources[1:2]))
    np.testing.assert_allclose(fast.step(ids_N[1:2], state, memory).log_p[0], steps[0].log_p[1], atol=1e-5)


def test_threads_answer_as_one_does(reversing: Path) -> None:
    texts = words(150, seed=8)
    with lstm.load(reversing, threads=1) as one, lstm.load(reversing, threads=3) as several:
        assert several.translate(texts, batch_size=8) == one.translate(texts, batch_size=8)
