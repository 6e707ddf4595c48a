"""The language model's graph and session against ``torch.lstm``, ``torch.gru``, ``torch.rnn_tanh``, and a loop over the
reference step of the other cells."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.engine.nodes import Graph
from lstmcli.errors import ModelError, UsageError
from lstmcli.language_modeling import onnx_session
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.graph import language_model_graph
from lstmcli.language_modeling.onnx_session import LanguageModelSession, State, state_names

V = 23
CONFIGS = [
    LmModelConfig(cell=cell, embedding=5, hidden=8 if cell == "mlstm" else 7, layers=layers, tied=tied)  # type: ignore[arg-type]
    for cell, layers, tied in dict.fromkeys(
        (*product(("lstm", "mogrifier"), (1, 2, 3), (True, False)), *product(CELLS, (2,), (False,)))
    )
]
NAMES = [f"{c.cell}-{c.layers}-{'tied' if c.tied else 'free'}" for c in CONFIGS]


def random_weights(config: LmModelConfig, size: int = V, spread: float = 0.8) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {"embedding": (size, config.embedding), "decoder.bias": (size,)}
    inputs = config.embedding
    for layer, H in enumerate(config.widths):
        own = CELLS[config.cell].weights(inputs, H)
        shapes |= {f"stack.layers.{layer}.0.{name}": weight.shape for name, weight in own.items()}
        inputs = H
    if not config.tied:
        shapes["decoder.weight"] = (size, inputs)
    return {name: random.uniform(-spread, spread, shape).astype(np.float32) for name, shape in shapes.items()}


def reference(
    config: LmModelConfig, weights: dict[str, NDArray[np.float32]], ids_TB: NDArray[np.int32]
) -> torch.Tensor:
    """Log-probabilities [T, B, V] of what comes after each token."""
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    x = tensors["embedding"][torch.from_numpy(ids_TB).long()]
    cell = CELLS[config.cell]
    for layer, H in enumerate(config.widths):
        own = {name: tensors[f"stack.layers.{layer}.0.{name}"] for name in cell.weights(1, 1)}
        zero = torch.zeros(1, x.shape[1], H)
        rest = (list(own.values()), True, 1, 0.0, False, False, False)
        if config.cell == "lstm":
            x = torch.lstm(x, (zero, zero), *rest)[0]
        elif config.cell in ("gru", "rnn"):
            x = (torch.gru if config.cell == "gru" else torch.rnn_tanh)(x, zero, *rest)[0]
        else:
            state, shown = tuple(torch.zeros(x.shape[1], size) for size in cell.state_sizes(H).values()), []
            for x_BE in x:
                state = cell.reference(x_BE, state, own).state
                shown.append(state[0])
            x = torch.stack(shown)
    matrix = tensors["embedding" if config.tied else "decoder.weight"]
    return torch.log_softmax(x @ matrix.T + tensors["decoder.bias"], -1)


@cache
def session_of(config: LmModelConfig, int8: bool = False) -> LanguageModelSession:
    return LanguageModelSession(language_model_graph(random_weights(config), config, int8=int8), config, threads=1)


def text_of(T: int, B: int) -> NDArray[np.int32]:
    return np.random.default_rng(T * 100 + B).integers(0, V, (T, B)).astype(np.int32)


def assert_same(a: State, b: State) -> None:
    for x, y in zip(a, b, strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
@given(T=st.integers(1, 9), B=st.integers(1, 4))
@settings(max_examples=8)
def test_logits_scores_and_entropy_are_those_of_pytorch(config: LmModelConfig, T: int, B: int) -> None:
    text = text_of(T + 1, B)
    ids, targets = text[:-1], text[1:]
    expected = reference(config, random_weights(config), ids)
    session = session_of(config)
    logits, after = session.logits(ids, session.zero_state(B))
    np.testing.assert_allclose(torch.log_softmax(torch.from_numpy(logits), -1), expected, atol=1e-4)
    nats, entropy, scored = session.score(ids, targets, session.zero_state(B), entropy=True)
    chosen = expected.gather(-1, torch.from_numpy(targets).long()[..., None])[..., 0]
    np.testing.assert_allclose(nats, -chosen, atol=1e-4)
    np.testing.assert_allclose(entropy, -(expected.exp() * expected).sum(-1), atol=1e-4)
    assert_same(after, scored)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
@given(T=st.integers(2, 9), cuts=st.sets(st.integers(1, 8)), B=st.integers(1, 3))
@settings(max_examples=8)
def test_a_text_may_be_cut_anywhere(config: LmModelConfig, T: int, cuts: set[int], B: int) -> None:
    ids, session = text_of(T, B), session_of(config)
    whole, end = session.logits(ids, session.zero_state(B))
    state, parts = session.zero_state(B), []
    edges = [0, *sorted(cut for cut in cuts if cut < T), T]
    for a, b in pairwise(edges):
        logits, state = session.logits(ids[a:b], state)
        parts.append(logits)
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)
    assert_same(state, end)
    assert_same(session.read(ids, session.zero_state(B)), end)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_padding_and_batch_mates_change_nothing(config: LmModelConfig) -> None:
    session, text = session_of(config), text_of(8, 3)
    together, _, _ = session.score(text[:-1], text[1:], session.zero_state(3))
    for b, T in enumerate((7, 3, 5)):  # the rest of a row is its padding
        alone, _, _ = session.score(text[:T, b : b + 1], text[1 : T + 1, b : b + 1], session.zero_state(1))
        np.testing.assert_allclose(together[:T, b], alone[:, 0], atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_a_model_of_zeros_is_uniform(config: LmModelConfig) -> None:
    weights = {name: np.zeros_like(value) for name, value in random_weights(config).items()}
    session = LanguageModelSession(language_model_graph(weights, config), config, threads=1)
    text = text_of(6, 2)
    nats, entropy, _ = session.score(text[:-1], text[1:], session.zero_state(2), entropy=True)
    assert entropy is not None
    np.testing.assert_allclose(nats, math.log(V), rtol=2e-7)
    np.testing.assert_allclose(entropy, math.log(V), rtol=1e-6)


def test_long_text_is_scored_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    session, text = session_of(CONFIGS[0]), text_of(30, 2)
    arguments = text[:-1], text[1:], session.zero_state(2)
    whole = session.score(*arguments, entropy=True)
    monkeypatch.setattr(onnx_session, "LOGITS_AT_ONCE", V * 2 * 4)
    parts = session.score(*arguments, entropy=True)
    np.testing.assert_allclose(parts[0], whole[0], atol=1e-5)
    assert parts[1] is not None and whole[1] is not None
    np.testing.assert_allclose(parts[1], whole[1], atol=1e-5)
    assert_same(parts[2], whole[2])


@pytest.mark.parametrize("int8", [False, True])
def test_only_what_is_asked_for_is_computed(int8: bool) -> None:
    session = session_of(CONFIGS[0], int8)
    ids, state = text_of(3, 2), session.zero_state(2)
    everything = ["logits", "nats", "entropy", "hidden"]

    def sizes(*arguments: Any, **more: Any) -> list[tuple[int, ...]]:
        names = more.pop("names", everything)
        return [found.shape for found in session._run(names, ids, state, *arguments, **more)[: len(names)]]

    assert sizes() == [(3, 2, V), (0, 0), (0, 0), (3, 2, 5)]
    assert sizes(first=2)[0] == (1, 2, V)
    assert sizes(ids, names=["nats"]) == [(3, 2)]
    assert sizes(ids) == [(3, 2, V), (3, 2), (3, 2), (3, 2, 5)]
    logits, _ = session.logits(ids, state)
    np.testing.assert_allclose(session._run(["logits"], ids, state, first=2)[0], logits[2:], atol=0.1 if int8 else 1e-6)
    nats, hidden, _ = session.hidden(ids, ids, state)
    assert hidden.shape == (3, 2, 5) and nats.shape == (3, 2)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_the_graph_is_valid_onnx(config: LmModelConfig) -> None:
    model = onnx.load_from_string(language_model_graph(random_weights(config), config).serialise())
    onnx.checker.check_model(model, full_check=True)
    states = [name for name, _ in state_names(config)]
    assert [value.name for value in model.graph.input] == ["ids", "first", "targets", "measure_entropy", *states]
    sizes = {value.name: tuple(value.dims) for value in model.graph.initializer}
    assert (V, 5) in sizes.values() and ("decoder.weight" in sizes) is not config.tied


def test_int8_is_near_the_exact_graph_and_a_quarter_of_its_size() -> None:
    config = LmModelConfig(embedding=32, hidden=48, layers=2)
    weights = random_weights(config, 500, 0.3)
    graphs = [language_model_graph(weights, config, int8=int8) for int8 in (False, True)]
    exact_size, size = (len(graph.serialise()) for graph in graphs)
    assert size < 0.35 * exact_size
    exact, near = (LanguageModelSession(graph, config, threads=1) for graph in graphs)
    text = np.random.default_rng(0).integers(0, 500, (12, 2)).astype(np.int32)
    a, _, after = exact.score(text[:-1], text[1:], exact.zero_state(2))
    b, _, _ = near.score(text[:-1], text[1:], near.zero_state(2))
    assert 0 < np.abs(a - b).max() < 0.1
    for x, y in zip(near.read(text[:-1], near.zero_state(2)), after, strict=True):
        np.testing.assert_allclose(x, y, atol=0.05)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "lstm"])
def test_int8_refuses_other_cells(cell: str) -> None:
    config = LmModelConfig(cell=cell, embedding=5, hidden=7)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=re.escape(CELLS[cell].title)):
        language_model_graph(random_weights(config), config, int8=True)


def test_the_same_weights_give_the_same_bytes() -> None:
    a, b = (language_model_graph(random_weights(CONFIGS[0]), CONFIGS[0]) for _ in range(2))
    assert a.serialise() == b.serialise()


def test_large_weights_go_beside_the_graph() -> None:
    graph = language_model_graph(random_weights(CONFIGS[0], 500), CONFIGS[0])
    model, beside = graph.detached()
    assert len(model) + sum(array.nbytes for array in beside.values()) < len(graph.serialise()) + 2000
    assert beside["embedding"] is graph.constants["embedding"]  # not a copy
    assert all(array.nbytes < 4096 for name, array in graph.constants.items() if name not in beside)


def test_the_file_answers_as_the_session() -> None:
    config, ids = CONFIGS[0], np.array([[1, 2], [3, 4]], np.int32)
    file = onnxruntime.InferenceSession(language_model_graph(random_weights(config, 500), config).serialise())
    session = LanguageModelSession(language_model_graph(random_weights(config, 500), config), config, threads=1)
    state = session.zero_state(2)
    values = {"ids": ids, "first": np.array([0]), "targets": np.zeros((0, 0), np.int64)}
    values |= {"measure_entropy": np.array([False]), **dict(zip(session._widths, state, strict=True))}
    np.testing.assert_array_equal(file.run(["logits"], values)[0], session.logits(ids, state)[0])


def test_a_broken_graph_is_a_model_error() -> None:
    graph = Graph()
    graph.node("NoSuchOperator", "ids")
    with pytest.raises(ModelError, match="cannot load the graph"):
        LanguageModelSession(graph.finish("broken", [], []), CONFIGS[0])
