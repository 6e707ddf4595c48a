"""The language model's inference graph, built from the weights.  The state is an input and an output.

ONNX Runtime computes all outputs, requested or not, so the inputs control the work: the first step whose prediction is
needed, and targets if there is something to score.

Shapes: T tokens, P of them predicted from, B texts, E embedding, K units of the last layer, V words, M = P * B.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmcli.engine.cells import recurrent, require_int8
from lstmcli.engine.nodes import CONTRIB, Graph, InferenceGraph, Weights, quantised
from lstmcli.engine.protobuf import BOOL, FLOAT, INT32, INT64, Message, value_info
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.onnx_session import state_names


def language_model_graph(weights: Weights, config: LmModelConfig, *, int8: bool = False) -> InferenceGraph:
    """The language model as a graph.

    Inputs: ids [T, B] int32; for each layer l h{l} and, where the cell has one, c{l}, [1, B, H_l]; first [1]
    int64, the first step whose prediction is wanted, P of them; targets [P, B] int64, or empty; measure_entropy [1]
    bool.
    Outputs: logits [P, B, V]; where there are targets nats [P, B], the negative log-probability of each, and, if
    asked for, entropy [P, B] of each prediction, in nats; hidden [T, B, K], the top layer's h after each token;
    h{l}_out and c{l}_out.

    With ``int8`` all large matrices are quantised.  A step of generation is bound by memory bandwidth, and they have a
    quarter of the bytes.  Activations are scaled by the largest value in the batch, so results depend slightly on the
    batch; those of the exact graph do not.

    Raises:
        UsageError: int8 for another cell than the LSTM.
    """
    if int8:
        require_int8(config.cell)
    graph = Graph()
    parts = _Quantised(graph, weights) if int8 else _Exact(graph, weights)

    x_TBH = parts.embed("ids")
    states = state_names(config)
    each = len(states) // config.layers
    for layer, hidden in enumerate(config.widths):
        own = [name for name, _ in states[layer * each : (layer + 1) * each]]
        # Directions are one: [T, 1, B, H].
        y_TDBH = recurrent(
            graph,
            weights,
            layer,
            cell=config.cell,
            hidden=hidden,
            directions=1,
            x=x_TBH,
            state=own,
            state_out=[f"{name}_out" for name in own],
            int8=int8,
        )
        top = layer == config.layers - 1
        x_TBH = graph.node("Squeeze", y_TDBH, graph.ints(1), name="hidden" if top else None)
    size = graph.node("Shape", "hidden")
    T, B = (graph.node("Slice", size, graph.ints(i), graph.ints(i + 1)) for i in (0, 1))
    kept_PBK = graph.node("Slice", "hidden", "first", T, graph.ints(0))
    V, K = len(weights["embedding"]), config.widths[-1]
    h_MK = graph.node("Reshape", kept_PBK, graph.ints(-1, K))
    shape_PBV = graph.node("Concat", graph.ints(-1), B, graph.ints(V), axis=0)
    if config.softmax == "adaptive":
        logits_MV = _adaptive(graph, weights, config, parts.product, h_MK)
    else:
        logits_MV = parts.product(h_MK, "embedding" if config.tied else "decoder.weight", "decoder.bias")
    graph.node("Reshape", logits_MV, shape_PBV, name="logits")
    _add_scores(graph)
    inputs, outputs = _declared(states, V, K)
    return graph.finish("lstm-language-model", _values(inputs), _values(outputs))


def _declared(states: list[tuple[str, int]], V: int, K: int) -> tuple[_Values, _Values]:
    """Inputs and outputs."""
    inputs: _Values = {
        "ids": (INT32, ["T", "B"]),
        "first": (INT64, [1]),
        "targets": (INT64, ["scored", "targets"]),
        "measure_entropy": (BOOL, [1]),
    }
    outputs: _Values = {"logits": (FLOAT, ["predicted", "B", V])}
    outputs |= {name: (FLOAT, [f"{name}_T", f"{name}_B"]) for name in ("nats", "entropy")}
    outputs["hidden"] = (FLOAT, ["T", "B", K])
    for name, hidden in states:
        inputs[name] = outputs[f"{name}_out"] = (FLOAT, [1, "B", hidden])
    return inputs, outputs


def _add_scores(graph: Graph) -> None:
    """Add the outputs ``nats``, empty without targets, and ``entropy``, empty unless it is also requested."""
    nothing = np.zeros((0, 0), np.float32)
    last = graph.ints(-1)
    more = Graph("entropy.", graph)
    weighted_PBV = more.node("Mul", more.node("Exp", "score.log_p"), "score.log_p")
    more.node("Neg", more.node("ReduceSum", weighted_PBV, last, keepdims=0), name="entropy.entropy")

    score = Graph("score.", graph)
    log_p_PBV = score.node("LogSoftmax", "logits", axis=-1, name="score.log_p")
    found_PB1 = score.node("GatherElements", log_p_PBV, score.node("Unsqueeze", "targets", last), axis=-1)
    score.node("Neg", score.node("Squeeze", found_PB1, last), name="score.nats")
    score.branch("measure_entropy", more, ["entropy"], nothing)
    given = graph.node("Greater", graph.node("Size", "targets"), graph.constant(np.array(0, np.int64)))
    graph.branch(given, score, ["nats", "entropy"], nothing)


def _adaptive(
    graph: Graph, weights: Weights, config: LmModelConfig, product: Callable[[str, str, str], str], h_MK: str
) -> str:
    """Log-probabilities of all words [M, V] of an adaptive softmax, as in ``nn/adaptive_softmax.py``."""
    frequent, clusters = config.cutoffs[0], range(len(config.cutoffs))
    head_MC = graph.node("LogSoftmax", product(h_MK, "decoder.weight", "decoder.bias"), axis=-1)
    entries = [f"cluster{number}" for number in clusters]
    sizes = graph.ints(frequent, *(1 for _ in clusters))
    parts = [graph.node("Split", head_MC, sizes, name="frequent", also=entries, axis=-1)]
    for number, entry in zip(clusters, entries, strict=True):
        own = f"decoder.clusters.{number}"
        projection_JK = np.asarray(weights[f"{own}.projection"], np.float32)
        narrow_MJ = graph.node("Gemm", h_MK, graph.constant(projection_JK, f"{own}.projection"), transB=1)
        inside = graph.node("LogSoftmax", product(narrow_MJ, f"{own}.weight", f"{own}.bias"), axis=-1)
        parts.append(graph.node("Add", inside, entry))
    ranked_MV = graph.node("Concat", *parts, axis=-1)
    return graph.node("Gather", ranked_MV, graph.constant(np.asarray(weights["decoder.rank"], np.int64)), axis=-1)


class _Exact:
    """Embedding and matrix products in fp32; a matrix used twice is one constant."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph, self._weights = graph, weights
        self._constants: dict[str, str] = {}

    def _constant(self, name: str) -> str:
        if name not in self._constants:
            self._constants[name] = self._graph.constant(np.asarray(self._weights[name], np.float32), name)
        return self._constants[name]

    def embed(self, ids_TB: str) -> str:
        return self._graph.node("Gather", self._constant("embedding"), ids_TB)

    def product(self, x_MK: str, matrix_VK: str, bias_V: str) -> str:
        """x W' + b, [M, V]; matrix and bias are names of weights."""
        return self._graph.node("Gemm", x_MK, self._constant(matrix_VK), self._constant(bias_V), transB=1)


class _Quantised:
    """The same in int8, with a scale per word; matrices are transposed, as the operator requires."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph, self._weights = graph, weights
        self._constants: dict[str, tuple[str, str, str]] = {}

    def _constant(self, name: str) -> tuple[str, str, str]:
        if name not in self._constants:
            values, scale, zero = quantised(np.asarray(self._weights[name])[None])
            self._constants[name] = (
                self._graph.constant(values[0], name),
                self._graph.constant(scale[0], f"{name}.scale"),
                self._graph.constant(zero[0], f"{name}.zero"),
            )
        return self._constants[name]

    def embed(self, ids_TB: str) -> str:
        graph, (table_EV, scale_V, _) = self._graph, self._constant("embedding")
        rounded_ETB = graph.node("Gather", table_EV, ids_TB, axis=1)
        rounded_TBE = graph.node("Transpose", graph.node("Cast", rounded_ETB, to=FLOAT), perm=[1, 2, 0])
        scale_TB1 = graph.node("Unsqueeze", graph.node("Gather", scale_V, ids_TB), graph.ints(-1))
        return graph.node("Mul", rounded_TBE, scale_TB1)

    def product(self, x_MK: str, matrix_VK: str, bias_V: str) -> str:
        # https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md, DynamicQuantizeMatMul
        bias = self._graph.constant(np.asarray(self._weights[bias_V], np.float32), bias_V)
        return self._graph.node("DynamicQuantizeMatMul", x_MK, *self._constant(matrix_VK), bias, domain=CONTRIB)


_Values = dict[str, tuple[int, list[Any]]]
"""Name to element type and shape."""


def _values(kinds: _Values) -> list[Message]:
    return [value_info(name, kind, shape) for name, (kind, shape) in kinds.items()]
