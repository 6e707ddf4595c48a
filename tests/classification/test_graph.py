"""The ONNX graph and its session against the PyTorch model, whatever the shape and the company of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.classification.config import POOLINGS, ClassifierModelConfig
from lstmcli.classification.graph import classifier_graph
from lstmcli.classification.network import Classifier, load_classifier_module
from lstmcli.classification.onnx_session import ClassifierSession
from lstmcli.config import CELL_NAMES
from lstmcli.engine.cells import OPERATORS
from lstmcli.engine.nodes import OPSET, Graph, InferenceGraph, quantised
from lstmcli.errors import ModelError, UsageError

ROWS, C = 25, 3
CONFIGS = [
    ClassifierModelConfig(cell=cell, bidirectional=both, layers=layers, pooling=pooling, embedding=5, hidden=3)  # type: ignore[arg-type]
    for cell in CELL_NAMES
    for both, layers, pooling in product((True, False), (1, 2), (*((p,) for p in POOLINGS), POOLINGS))
    if cell in ("lstm", "gru", "rnn") or pooling == POOLINGS
]
NAMES = [f"{c.cell}-{'two' if c.bidirectional else 'one'}way-{c.layers}-{'+'.join(c.pools)}" for c in CONFIGS]
TEXTS = st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), min_size=1, max_size=4)
Ids, Lengths = NDArray[np.int32], NDArray[np.int64]


@lru_cache(maxsize=4)
def engines(
    config: ClassifierModelConfig,
) -> tuple[Callable[[Ids, Lengths], NDArray[np.float32]], ClassifierSession, InferenceGraph]:
    """PyTorch's logits as a function, the session, and the graph, of one random model."""
    torch.manual_seed(5)
    model = Classifier(config, ROWS, C)
    for name, parameter in model.named_parameters():
        if name != "embedding":
            parameter.data.uniform_(-0.7, 0.7)  # no zero bias or query that would hide a mix-up
    model.embedding.data[1:].normal_()
    model.embedding.data = model.embedding.data.half().float()  # as it is stored
    tensors = model.tensors()
    graph, model = classifier_graph(tensors, config), load_classifier_module(tensors, config, C)

    def logits(ids: Ids, lengths: Lengths) -> NDArray[np.float32]:
        with torch.no_grad():
            result: NDArray[np.float32] = model(torch.from_numpy(ids), torch.from_numpy(lengths)).numpy()
        return result

    return logits, ClassifierSession(graph, threads=1), graph


def batch_of(lengths: list[list[int]], F: int, padding: int = 0) -> tuple[Ids, Lengths]:
    """Random ids [B, S, T, F] padded with 0, and lengths [B, S]."""
    S, T = max(map(len, lengths)), max(map(max, lengths)) + padding
    sizes = np.array([row + [0] * (S - len(row)) for row in lengths], np.int64)
    ids = np.random.default_rng(0).integers(1, ROWS, (len(lengths), S, T, F)).astype(np.int32)
    return ids * (np.arange(T) < sizes[..., None])[..., None].astype(np.int32), sizes


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
@given(lengths=TEXTS, padding=st.integers(0, 2), F=st.sampled_from([1, 3]))
@settings(max_examples=6)
def test_the_session_is_the_pytorch_model(
    config: ClassifierModelConfig, lengths: list[list[int]], padding: int, F: int
) -> None:
    expected, session, _ = engines(config)
    batch = batch_of(lengths, F, padding)
    # mLSTM divides by its own normalizer, so that rounding shows: up to 1.5e-5 was seen.
    np.testing.assert_allclose(session.logits(*batch), expected(*batch), atol=5e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_a_text_gets_the_same_logits_in_any_batch(config: ClassifierModelConfig) -> None:
    _, session, _ = engines(config)
    lengths = [[6, 5, 2], [1], [4, 4], [3]]
    ids, sizes = batch_of(lengths, 3, padding=2)
    together = session.logits(ids, sizes)
    for b, own in enumerate(lengths):
        alone = session.logits(
            np.ascontiguousarray(ids[b : b + 1, : len(own), : max(own)]), sizes[b : b + 1, : len(own)]
        )
        np.testing.assert_allclose(together[b], alone[0], atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_the_graph_is_valid_onnx(config: ClassifierModelConfig) -> None:
    model = onnx.load_from_string(engines(config)[2].serialise())
    onnx.checker.check_model(model, full_check=True)
    assert [opset.version for opset in model.opset_import] == [OPSET]
    assert [i.name for i in model.graph.input] == ["ids", "lengths"]
    assert [o.name for o in model.graph.output] == ["logits"]


def test_gates_change_places() -> None:
    """Our i, f, g, o to ONNX's i, o, f, c; r, z, n to z, r, h; nothing stands for a gate that a cell has not."""
    blocks = {"lstm": "iiffggoo", "gru": "rrzznn", "rnn": "hh", "peephole": "iiffggoo", "cifg": "iiggoo"}
    turned = {cell: "".join(OPERATORS[cell].reorder(np.array(list(rows)))) for cell, rows in blocks.items()}
    assert turned == {
        "lstm": "iiooffgg",
        "gru": "zzrrnn",
        "rnn": "hh",
        "peephole": "iiooffgg",
        "cifg": "iioogg",
    }


def test_the_same_weights_give_the_same_bytes() -> None:
    torch.manual_seed(0)
    model = Classifier(CONFIGS[0], ROWS, C)
    a, b = (classifier_graph(model.tensors(), CONFIGS[0]).serialise() for _ in range(2))
    assert a == b


def test_the_file_answers_as_the_session() -> None:
    _, session, graph = engines(CONFIGS[0])
    ids, lengths = batch_of([[3, 2], [4, 0]], 2)
    file = onnxruntime.InferenceSession(graph.serialise(), providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(file.run(None, {"ids": ids, "lengths": lengths})[0], session.logits(ids, lengths))


def test_a_broken_graph_is_a_model_error() -> None:
    graph = Graph()
    graph.node("NoSuchOperator", "ids")
    with pytest.raises(ModelError, match="cannot load the graph"):
        ClassifierSession(graph.finish("broken", [], []))


def test_int8_is_near_the_exact_graph_and_refuses_other_cells() -> None:
    config = ClassifierModelConfig(embedding=16, hidden=12, layers=2, pooling=("max", "last"))
    torch.manual_seed(3)
    weights = Classifier(config, ROWS, C).eval().tensors()
    batch = batch_of([[5], [3], [9]], F=3)
    exact = ClassifierSession(classifier_graph(weights, config), threads=1).logits(*batch)
    near = ClassifierSession(classifier_graph(weights, config, int8=True), threads=1).logits(*batch)
    assert 0 < np.abs(near - exact).max() < 0.05
    for cell, title in (("gru", "GRU"), ("peephole", "peephole LSTM")):
        with pytest.raises(UsageError, match=title):
            classifier_graph(weights, replace(config, cell=cell), int8=True)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_quantised_weights_are_within_half_a_step(seed: int) -> None:
    weight = np.random.default_rng(seed).normal(size=(2, 8, 5)).astype(np.float32)
    rounded, scale, zero = quantised(weight)
    assert not zero.any()
    back = rounded.transpose(0, 2, 1) * scale[:, :, None]
    assert np.all(np.abs(back - weight) <= scale[:, :, None] * 0.5001)
