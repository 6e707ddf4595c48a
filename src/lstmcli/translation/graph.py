"""The inference graphs of a translator, built from the weights: the encoder, and one step of the decoder.

Shapes: S source tokens, B texts, W hypotheses of a text, N = B * W, E embedding, H units of the decoder, V words.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstmcli.cells import CELLS
from lstmcli.engine.cells import recurrent
from lstmcli.engine.nodes import Graph, InferenceGraph, Weights
from lstmcli.engine.protobuf import FLOAT, INT32, INT64, Message, value_info
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.translation.config import TranslatorModelConfig


def state_names(config: TranslatorModelConfig) -> dict[str, int]:
    """Names of the inputs of the decoder's state with their sizes, each [1, N, size]; outputs are named ``…_out``."""
    sizes = CELLS[config.cell].state_sizes(config.hidden)
    return {f"{part}{layer}": size for layer in range(config.layers) for part, size in sizes.items()}


def encoder_graph(weights: Weights, config: TranslatorModelConfig) -> InferenceGraph:
    """Inputs: ids [S, B] int32; lengths [B] int32.

    Outputs: values and keys [B, S, H]; mask [B, S], 0 for tokens and minus infinity for padding; for each layer l of
    the decoder its initial h{l} and, where the cell has one, c{l}, [1, B, H].
    """
    graph = _Graph(weights)
    own_embedding = "source_embedding" if "source_embedding" in weights else "embedding"
    x_SBE, H = graph.node("Gather", graph.weight(own_embedding), "ids"), config.hidden
    own = _stack(weights, "encoder")
    for layer, hidden in enumerate(config.encoder_widths):
        y_SDBH = recurrent(graph, own, layer, cell=config.cell, hidden=hidden, directions=2, x=x_SBE, lengths="lengths")
        by_row = graph.node("Transpose", y_SDBH, perm=[0, 2, 1, 3])
        y_SBH = graph.node("Reshape", by_row, graph.ints(0, 0, -1))
        x_SBE = graph.node("Add", x_SBE, y_SBH) if layer and config.residual else y_SBH
    size = graph.node("Squeeze", graph.node("Slice", graph.node("Shape", "ids"), graph.ints(0), graph.ints(1)))
    place_S = graph.node("Range", graph.scalar(0), size, graph.scalar(1))
    lengths_B1 = graph.node("Unsqueeze", graph.node("Cast", "lengths", to=INT64), graph.ints(1))
    inside_BS = graph.node("Less", place_S, lengths_B1)
    zero, outside = (graph.constant(np.array(value, np.float32)) for value in (0.0, -np.inf))
    graph.node("Where", inside_BS, zero, outside, name="mask")
    h_BSH = graph.node("Transpose", x_SBE, perm=[1, 0, 2])
    graph.node("Where", graph.node("Unsqueeze", inside_BS, graph.ints(2)), h_BSH, zero, name="values")
    if config.attention == "dot":
        graph.node("Identity", "values", name="keys")
    else:
        graph.node("MatMul", "values", graph.weight("attention.memory", transposed=True), name="keys")
    sum_BH = graph.node("ReduceSum", "values", graph.ints(1), keepdims=0)
    mean_BH = graph.node("Div", sum_BH, graph.node("Cast", lengths_B1, to=FLOAT))
    bridge = graph.node("Gemm", mean_BH, graph.weight("bridge.weight"), graph.weight("bridge.bias"), transB=1)
    parts_1BH = graph.node("Unsqueeze", graph.node("Tanh", bridge), graph.ints(0))
    first, *also = (name for name, size in state_names(config).items() if size == H)
    graph.node("Split", parts_1BH, graph.ints(*[H] * (1 + len(also))), name=first, also=also, axis=2)
    rows = graph.node("Shape", "lengths")
    for name, other in state_names(config).items():
        if other != H:
            shape = graph.node("Concat", graph.ints(1), rows, graph.ints(other), axis=0)
            graph.node("ConstantOfShape", shape, name=name)
    inputs = [value_info("ids", INT32, ["S", "B"]), value_info("lengths", INT32, ["B"])]
    outputs = [value_info(name, FLOAT, ["B", "S", H]) for name in ("values", "keys")]
    outputs += [value_info("mask", FLOAT, ["B", "S"]), *_states(config, "B")]
    return graph.finish("lstm-translator-encoder", inputs, outputs)


def decoder_graph(weights: Weights, config: TranslatorModelConfig) -> InferenceGraph:
    """One step of W hypotheses of each of B texts.

    Inputs: ids [N] int32, the last token of each hypothesis; the state, h{l} and c{l} [1, N, H], and, with input
    feeding, feed [N, E], the last attentional state; values and keys [B, S, H] and mask [B, S] of the encoder; most [1]
    int64, how many of the likeliest tokens are wanted.
    Outputs: log_p [N, V] of the next token; top_log_p and top_ids [N, most], the likeliest ones, the
    unknown token among them only if it is copied; weights [B, W, S] of attention; h{l}_out, c{l}_out and feed_out.
    """
    graph = _Graph(weights)
    x_NE, H, E = graph.node("Gather", graph.weight("embedding"), "ids"), config.hidden, config.embedding
    if config.input_feeding:
        x_NE = graph.node("Concat", x_NE, "feed", axis=1)
    x_1NE = graph.node("Unsqueeze", x_NE, graph.ints(0))
    names, own = list(state_names(config)), _stack(weights, "decoder")
    each = len(CELLS[config.cell].states)
    for layer, hidden in enumerate(config.widths):
        state = names[layer * each : (layer + 1) * each]
        y_1DNH = recurrent(
            graph, own, layer, cell=config.cell, hidden=hidden, directions=1, x=x_1NE, state=state,
            state_out=[f"{name}_out" for name in state],
        )  # fmt: skip
        y_1NH = graph.node("Squeeze", y_1DNH, graph.ints(1))
        x_1NE = graph.node("Add", x_1NE, y_1NH) if layer and config.residual else y_1NH
    h_NH = graph.node("Squeeze", x_1NE, graph.ints(0))
    B = graph.node("Slice", graph.node("Shape", "mask"), graph.ints(0), graph.ints(1))
    h_BWH = graph.node("Reshape", h_NH, graph.node("Concat", B, graph.ints(-1, H), axis=0))
    score_BWS = _scores(graph, config, h_BWH)
    masked = graph.node("Add", score_BWS, graph.node("Unsqueeze", "mask", graph.ints(1)))
    graph.node("Softmax", masked, axis=-1, name="weights")
    context_NH = graph.node("Reshape", graph.node("MatMul", "weights", "values"), graph.ints(-1, H))
    both_N2H = graph.node("Concat", context_NH, h_NH, axis=1)
    graph.node("Tanh", graph.node("Gemm", both_N2H, graph.weight("combine"), transB=1), name="feed_out")
    matrix = graph.weight("embedding" if config.tied else "softmax")
    graph.node("LogSoftmax", graph.node("Gemm", "feed_out", matrix, graph.weight("bias"), transB=1), name="log_p")
    V, allowed = len(weights["embedding"]), "log_p"
    if not config.copies:
        never_V = graph.constant(np.where(np.arange(V) == UNKNOWN_ID, -np.inf, 0.0).astype(np.float32))
        allowed = graph.node("Add", "log_p", never_V)
    graph.node("TopK", allowed, "most", name="top_log_p", also=["top_ids"])
    inputs = [value_info("ids", INT32, ["N"]), *_states(config, "N")]
    inputs += [value_info("feed", FLOAT, ["N", E])] if config.input_feeding else []
    inputs += [value_info(name, FLOAT, ["B", "S", H]) for name in ("values", "keys")]
    inputs += [value_info("mask", FLOAT, ["B", "S"]), value_info("most", INT64, [1])]
    outputs = [value_info("log_p", FLOAT, ["N", V]), value_info("top_log_p", FLOAT, ["N", "most"])]
    outputs += [value_info("top_ids", INT64, ["N", "most"]), value_info("weights", FLOAT, ["B", "W", "S"])]
    outputs += [*_states(config, "N", "_out"), value_info("feed_out", FLOAT, ["N", E])]
    return graph.finish("lstm-translator-decoder", inputs, outputs)


def _scores(graph: _Graph, config: TranslatorModelConfig, h_BWH: str) -> str:
    """[B, W, S], before the softmax; see ``network.py``."""
    if config.attention != "additive":
        return graph.node("MatMul", h_BWH, graph.node("Transpose", "keys", perm=[0, 2, 1]))
    query_BWH = graph.node("MatMul", h_BWH, graph.weight("attention.query", transposed=True))
    query, keys = graph.node("Unsqueeze", query_BWH, graph.ints(2)), graph.node("Unsqueeze", "keys", graph.ints(1))
    return graph.node("MatMul", graph.node("Tanh", graph.node("Add", query, keys)), graph.weight("attention.v"))


class _Graph(Graph):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """The constant with a weight."""
        value = np.asarray(self._weights[name], np.float32)
        return self.constant(np.ascontiguousarray(value.T) if transposed else value, name)

    def scalar(self, value: int) -> str:
        return self.constant(np.array(value, np.int64))


def _stack(weights: Weights, part: str) -> dict[str, Any]:
    """The weights of the encoder's or the decoder's layers, with the names of a stack."""
    start = f"{part}.layers."
    return {f"stack.layers.{name.removeprefix(start)}": w for name, w in weights.items() if name.startswith(start)}


def _states(config: TranslatorModelConfig, rows: str, end: str = "") -> list[Message]:
    return [value_info(f"{name}{end}", FLOAT, [1, rows, size]) for name, size in state_names(config).items()]
