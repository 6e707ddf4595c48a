"""The inference graph, written straight from the weights with onnx's helpers.

ONNX stacks the LSTM's gates as i, o, f, c where PyTorch has i, f, g, o, and the GRU's as z, r, h where
PyTorch has r, z, n (https://onnx.ai/onnx/operators/onnx__LSTM.html).  Its ``sequence_lens`` input makes
the backward direction start at a text's last token, so padding is exact.

Shapes: B texts, S segments, T tokens, F rows a token, N = B * S, E embedding, H units, D directions,
K = D * H, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lstmcli.config import ModelConfig
from lstmcli.errors import UsageError

OPSET, IR_VERSION = 17, 8
CONTRIB = "com.microsoft"
"""Operators that ONNX Runtime has beyond the standard."""
Weights = Mapping[str, NDArray[np.generic]]

_OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
# For each ONNX gate, in its order, the place of that gate in PyTorch's order.
_GATE_ORDER = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}


class Graph:
    """Nodes and constants of a graph in the making; every method returns the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[np.generic] | Sequence[int] | Sequence[float], name: str | None = None) -> str:
        array = np.asarray(value)
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, name: str | None = None, **attributes: Any) -> str:
        """Adds a node; with several outputs the first is named, the others are dropped."""
        result = name or f"{operator.lower()}_{len(self.nodes)}"
        names = [result] + [""] * (outputs - 1)
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return result

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))


def reorder(weight: NDArray[np.generic], cell: str) -> NDArray[np.generic]:
    """Gate blocks along axis 0 from PyTorch's order to ONNX's."""
    gates = np.split(weight, len(_GATE_ORDER[cell]))
    return np.concatenate([gates[g] for g in _GATE_ORDER[cell]])


def quantised(weight_DRC: NDArray[np.generic]) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """Weights [D, rows, columns] as ONNX Runtime's int8 LSTM takes them: transposed to [D, columns, rows], with a
    scale and a zero point for each row, [D, rows]."""
    weight = weight_DRC.astype(np.float32)
    scale = np.maximum(np.abs(weight).max(axis=2), 1e-8) / 127
    rounded = np.rint(weight / scale[:, :, None]).astype(np.int8)
    return rounded.transpose(0, 2, 1), scale.astype(np.float32), np.zeros_like(scale, np.int8)


def recurrent_layer(
    graph: Graph, weights: Weights, layer: int, config: ModelConfig, x_TNE: str, lengths_N: str, int8: bool = False
) -> str:
    """One layer, its one or two directions in one node: [T, N, inputs] -> [T, N, K]."""
    W, R, B = [], [], []
    for direction in range(2 if config.bidirectional else 1):
        own = (np.asarray(weights[f"stack.layers.{layer}.{direction}.{k}"]) for k in ("w_ih", "w_hh", "b_ih", "b_hh"))
        w_ih, w_hh, b_ih, b_hh = (reorder(weight, config.cell) for weight in own)
        W.append(w_ih)
        R.append(w_hh)
        B.append(np.concatenate([b_ih, b_hh]))
    attributes: dict[str, Any] = {
        "hidden_size": config.hidden,
        "direction": "bidirectional" if config.bidirectional else "forward",
    }
    if config.cell == "gru":
        attributes["linear_before_reset"] = 1  # PyTorch's GRU applies the reset gate after the product
    bias = graph.constant(np.stack(B), f"layer{layer}.B")
    if int8:
        # https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md, DynamicQuantizeLSTM
        (w, *w_scale), (r, *r_scale) = ([graph.constant(part) for part in quantised(np.stack(x))] for x in (W, R))
        inputs = [x_TNE, w, r, bias, lengths_N, "", "", "", *w_scale, *r_scale]
        y_TDNH = graph.node("DynamicQuantizeLSTM", *inputs, domain=CONTRIB, **attributes)
    else:
        w, r = graph.constant(np.stack(W), f"layer{layer}.W"), graph.constant(np.stack(R), f"layer{layer}.R")
        y_TDNH = graph.node(_OPERATORS[config.cell], x_TNE, w, r, bias, lengths_N, **attributes)
    y_TNDH = graph.node("Transpose", y_TDNH, perm=[0, 2, 1, 3])
    return graph.node("Reshape", y_TNDH, graph.ints(0, 0, -1))


def pool(graph: Graph, weights: Weights, config: ModelConfig, h_TBSK: str, inside_TBS1: str, lengths_BS: str) -> str:
    """The poolings of ``core/heads.py``, side by side: [T, B, S, K] -> [B, K * number of poolings]."""
    minus_infinity = graph.constant(np.array(-np.inf, np.float32))
    zero = graph.constant(np.array(0.0, np.float32))
    pooled = []
    for kind in config.pooling:
        if kind == "max":
            masked = graph.node("Where", inside_TBS1, h_TBSK, minus_infinity)
            pooled.append(graph.node("ReduceMax", masked, axes=[0, 2], keepdims=0))
        elif kind == "mean":
            total = graph.node(
                "ReduceSum", graph.node("Where", inside_TBS1, h_TBSK, zero), graph.ints(0, 2), keepdims=0
            )
            count = graph.node("ReduceSum", graph.node("Cast", lengths_BS, to=TensorProto.FLOAT), graph.ints(1))
            pooled.append(graph.node("Div", total, count))
        elif kind == "attention":
            query = graph.constant(np.asarray(weights["pooling.query"])[:, None])
            score_TBS1 = graph.node("MatMul", graph.node("Tanh", h_TBSK), query)
            score_TBS1 = graph.node("Where", inside_TBS1, score_TBS1, minus_infinity)
            peak = graph.node("ReduceMax", score_TBS1, axes=[0, 2], keepdims=1)
            weight = graph.node("Exp", graph.node("Sub", score_TBS1, peak))
            norm = graph.node("ReduceSum", weight, graph.ints(0, 2), keepdims=1)
            share = graph.node("Div", weight, norm)
            weighted = graph.node("Where", inside_TBS1, graph.node("Mul", h_TBSK, share), zero)
            pooled.append(graph.node("ReduceSum", weighted, graph.ints(0, 2), keepdims=0))
        else:
            pooled.append(_last(graph, config, h_TBSK, lengths_BS))
    return pooled[0] if len(pooled) == 1 else graph.node("Concat", *pooled, axis=-1)


def _last(graph: Graph, config: ModelConfig, h_TBSK: str, lengths_BS: str) -> str:
    """The state after the last token forward, and after the first token backward."""
    one = graph.ints(1)
    present = graph.node("Cast", graph.node("Greater", lengths_BS, graph.ints(0)), to=TensorProto.INT64)
    segment_B1 = graph.node("Sub", graph.node("ReduceSum", present, one), one)
    step_B1 = graph.node("Sub", graph.node("GatherElements", lengths_BS, segment_B1, axis=1), one)
    h_BTSK = graph.node("Transpose", h_TBSK, perm=[1, 0, 2, 3])
    end_BK = graph.node("GatherND", h_BTSK, graph.node("Concat", step_B1, segment_B1, axis=1), batch_dims=1)
    if not config.bidirectional:
        return end_BK
    H = config.hidden
    forward = graph.node("Slice", end_BK, graph.ints(0), graph.ints(H), graph.ints(1))
    first_B1 = graph.node("Sub", segment_B1, segment_B1)
    start_BK = graph.node("GatherND", h_BTSK, graph.node("Concat", first_B1, first_B1, axis=1), batch_dims=1)
    backward = graph.node("Slice", start_BK, graph.ints(H), graph.ints(2 * H), graph.ints(1))
    return graph.node("Concat", forward, backward, axis=-1)


def classifier_graph(weights: Weights, config: ModelConfig, *, int8: bool = False) -> bytes:
    """The classifier as a serialised ONNX model: ids [B, S, T, F] int32, lengths [B, S] int64 -> logits [B, C].

    With ``int8`` the LSTM multiplies in eight bits, twice as fast.  It scales what it reads by the largest value
    in the batch, so an answer moves a little with its batch mates; the exact graph's never does.

    Raises:
        UsageError: int8 for another cell than the LSTM.
    """
    if int8 and config.cell != "lstm":
        raise UsageError(f"int8 runs LSTMs only, and this model is a {config.cell.upper()}", hint="leave --engine out")
    graph = Graph()
    shape = graph.node("Shape", "ids")
    dims = [graph.node("Slice", shape, graph.ints(i), graph.ints(i + 1)) for i in range(4)]
    ids_NTF = graph.node("Reshape", "ids", graph.node("Concat", graph.ints(-1), dims[2], dims[3], axis=0))
    ids_TNF = graph.node("Transpose", ids_NTF, perm=[1, 0, 2])
    table = graph.constant(np.asarray(weights["embedding"]), "embedding")
    rows_TNFE = graph.node("Cast", graph.node("Gather", table, ids_TNF), to=TensorProto.FLOAT)
    x_TNE = graph.node("ReduceSum", rows_TNFE, graph.ints(2), keepdims=0)

    lengths_N = graph.node("Reshape", "lengths", graph.ints(-1))
    at_least_one = graph.node("Max", lengths_N, graph.ints(1))  # a missing segment is read, then masked
    lengths32_N = graph.node("Cast", at_least_one, to=TensorProto.INT32)
    h = x_TNE
    for layer in range(config.layers):
        h = recurrent_layer(graph, weights, layer, config, h, lengths32_N, int8)
    tail = graph.ints(-1)
    h_TBSK = graph.node("Reshape", h, graph.node("Concat", dims[2], dims[0], dims[1], tail, axis=0))

    scalar_T = graph.node("Squeeze", dims[2])
    zero, one = graph.constant(np.array(0, np.int64)), graph.constant(np.array(1, np.int64))
    steps_T1 = graph.node("Unsqueeze", graph.node("Range", zero, scalar_T, one), graph.ints(1))
    inside_TN = graph.node("Less", steps_T1, lengths_N)
    inside_TBS1 = graph.node(
        "Reshape", inside_TN, graph.node("Concat", dims[2], dims[0], dims[1], graph.ints(1), axis=0)
    )

    pooled = pool(graph, weights, config, h_TBSK, inside_TBS1, "lengths")
    head, bias = np.asarray(weights["head.weight"]), np.asarray(weights["head.bias"])
    graph.node("Gemm", pooled, graph.constant(head.T.copy(), "head"), graph.constant(bias, "bias"), name="logits")

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "lstm-classifier",
            [
                helper.make_tensor_value_info("ids", TensorProto.INT32, ["B", "S", "T", "F"]),
                helper.make_tensor_value_info("lengths", TensorProto.INT64, ["B", "S"]),
            ],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", len(bias)])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET), *([helper.make_opsetid(CONTRIB, 1)] if int8 else [])],
        ir_version=IR_VERSION,
        producer_name="lstmcli",
    )
    return bytes(model.SerializeToString())
