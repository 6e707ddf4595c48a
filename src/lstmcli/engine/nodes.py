"""What graphs are made of: nodes and constants with onnx's helpers, and the recurrent layer.

ONNX stacks the LSTM's gates as i, o, f, c where PyTorch has i, f, g, o, and the GRU's as z, r, h where
PyTorch has r, z, n (https://onnx.ai/onnx/operators/onnx__LSTM.html).

Shapes: N texts, T tokens, H units, D directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET, IR_VERSION = 17, 8
CONTRIB = "com.microsoft"
"""Operators that ONNX Runtime has beyond the standard."""
Weights = Mapping[str, NDArray[np.generic]]

_OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
# For each ONNX gate, in its order, the place of that gate in PyTorch's order.
_GATE_ORDER = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}


class Graph:
    """Nodes and constants of a graph in the making; every method returns the name of what it adds."""

    def __init__(self, prefix: str = "", constants: list[onnx.TensorProto] | None = None) -> None:
        """A graph inside another has a prefix of its own, and the other's constants."""
        self._prefix = prefix
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = [] if constants is None else constants

    def constant(self, value: NDArray[np.generic] | Sequence[int] | Sequence[float], name: str | None = None) -> str:
        array = np.asarray(value)
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(
        self, operator: str, *inputs: str, name: str | None = None, also: Sequence[str] = (), **attributes: Any
    ) -> str:
        """Adds a node; ``name`` is that of its first output, ``also`` those of the others."""
        result = name or f"{self._prefix}{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [result, *also], **attributes))
        return result

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def branch(self, condition: str, then: Graph, names: Sequence[str], empty: NDArray[np.generic]) -> None:
        """Adds the last nodes of ``then`` as outputs that are ``empty`` unless ``condition`` holds.

        Args:
            names: what the outputs are called here; inside they have the prefix of ``then``.
        """
        other = Graph(f"no.{then._prefix}", self.constants)
        for name in names:
            other.node("Identity", self.constant(empty), name=f"no.{then._prefix}{name}")
        kind = helper.np_dtype_to_tensor_dtype(empty.dtype)
        then_branch, else_branch = (
            helper.make_graph(
                graph.nodes,
                f"{graph._prefix}branch",
                [],
                [helper.make_tensor_value_info(graph._prefix + name, kind, [None] * empty.ndim) for name in names],
            )
            for graph in (then, other)
        )
        first, *also = (self._prefix + name for name in names)
        self.node("If", condition, name=first, also=also, then_branch=then_branch, else_branch=else_branch)

    def serialise(
        self, name: str, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
    ) -> bytes:
        """The whole as an ONNX model; one that needs ONNX Runtime's own operators says so."""
        contrib = [helper.make_opsetid(CONTRIB, 1)] if any(node.domain == CONTRIB for node in self.nodes) else []
        model = helper.make_model(
            helper.make_graph(self.nodes, name, list(inputs), list(outputs), self.constants),
            opset_imports=[helper.make_opsetid("", OPSET), *contrib],
            ir_version=IR_VERSION,
            producer_name="lstmcli",
        )
        return bytes(model.SerializeToString())


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


def recurrent(
    graph: Graph,
    weights: Weights,
    layer: int,
    *,
    cell: str,
    hidden: int,
    directions: int,
    x: str,
    lengths: str = "",
    state: Sequence[str] = (),
    state_out: Sequence[str] = (),
    int8: bool = False,
) -> str:
    """One layer, its one or two directions in one node: [T, N, inputs] -> [T, D, N, H].

    Args:
        lengths: int32 [N]; without, every row is as long as the batch.
        state: h, and an LSTM's c, before the first step, each [D, N, H]; without, zero.
        state_out: names for the same after the last step.
    """
    W, R, B = [], [], []
    for direction in range(directions):
        own = (np.asarray(weights[f"stack.layers.{layer}.{direction}.{k}"]) for k in ("w_ih", "w_hh", "b_ih", "b_hh"))
        w_ih, w_hh, b_ih, b_hh = (reorder(weight, cell) for weight in own)
        W.append(w_ih)
        R.append(w_hh)
        B.append(np.concatenate([b_ih, b_hh]))
    attributes: dict[str, Any] = {
        "hidden_size": hidden,
        "direction": "bidirectional" if directions == 2 else "forward",
        "also": state_out,
    }
    if cell == "gru":
        attributes["linear_before_reset"] = 1  # PyTorch's GRU applies the reset gate after the product
    bias = graph.constant(np.stack(B), f"layer{layer}.B")
    if int8:
        # https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md, DynamicQuantizeLSTM
        (w, *w_scale), (r, *r_scale) = ([graph.constant(part) for part in quantised(np.stack(both))] for both in (W, R))
        h, c = state or ("", "")
        inputs = [x, w, r, bias, lengths, h, c, "", *w_scale, *r_scale]
        return graph.node("DynamicQuantizeLSTM", *inputs, domain=CONTRIB, **attributes)
    w, r = graph.constant(np.stack(W), f"layer{layer}.W"), graph.constant(np.stack(R), f"layer{layer}.R")
    return graph.node(_OPERATORS[cell], x, w, r, bias, lengths, *state, **attributes)
