"""The recurrent layer of a graph: the ONNX operator for the cell if there is one, otherwise a Scan over its equations.

ONNX stacks the gates of the LSTM as i, o, f, c and those of the GRU as z, r, h; the cells here use i, f, g, o and
r, z, n (https://onnx.ai/onnx/operators/onnx__LSTM.html).

Shapes: N texts, T tokens, E inputs, H units, D directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.engine.nodes import CONTRIB, Graph, Weights, quantised
from lstmcli.engine.protobuf import INT64
from lstmcli.engine.registry import why_not_int8
from lstmcli.engine.scan import scan
from lstmcli.errors import UsageError


@dataclass(frozen=True)
class Operator:
    """The ONNX operator for a cell."""

    name: str
    order: tuple[int, ...]
    """For each gate in ONNX's order, its index in the cell's weights; -1 for a gate that the cell does not have."""
    attributes: dict[str, Any] = field(default_factory=dict)

    def reorder(self, weight: NDArray[np.generic]) -> NDArray[np.generic]:
        """Reorder gate blocks along axis 0 from the cell's order to ONNX's; zeros for a missing gate."""
        gates = np.split(weight, max(self.order) + 1)
        return np.concatenate([gates[place] if place >= 0 else np.zeros_like(gates[0]) for place in self.order])


OPERATORS = {
    "lstm": Operator("LSTM", (0, 3, 1, 2)),
    "gru": Operator("GRU", (1, 0, 2), {"linear_before_reset": 1}),  # the reset gate is applied after the product
    "rnn": Operator("RNN", (0,)),
    "peephole": Operator("LSTM", (0, 3, 1, 2)),
    "cifg": Operator("LSTM", (0, 2, -1, 1), {"input_forget": 1}),
}


def require_int8(cell: str) -> None:
    """Raises UsageError for a cell without an int8 kernel in ONNX Runtime."""
    if reason := why_not_int8(cell):
        raise UsageError(reason, hint="leave --engine out")


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
    """Add one layer of one or two directions: [T, N, E] -> [T, D, N, H].

    Args:
        lengths: int32 [N]; by default all rows have length T.
        state: the initial state, each part [D, N, its size]; zeros by default.
        state_out: names of the final state.
        int8: compute the LSTM's matrix products in int8.
    """
    each = [
        {key: np.asarray(weights[f"stack.layers.{layer}.{direction}.{key}"]) for key in CELLS[cell].weights(1, 1)}
        for direction in range(directions)
    ]
    if cell in OPERATORS:
        return _operator(graph, each, layer, OPERATORS[cell], hidden, x, lengths, state, state_out, int8)
    outputs = []
    for direction, own in enumerate(each):
        backwards = graph.node("Cast", lengths, to=INT64) if direction else ""
        y_TNH = scan(
            graph,
            CELLS[cell],
            own,
            f"layer{layer}.{direction}",
            hidden=hidden,
            x=x,
            state=state,
            state_out=state_out,
            lengths=backwards,
        )
        outputs.append(graph.node("Unsqueeze", y_TNH, graph.ints(1)))
    return outputs[0] if directions == 1 else graph.node("Concat", *outputs, axis=1)


def _operator(
    graph: Graph,
    each: Sequence[Weights],
    layer: int,
    operator: Operator,
    hidden: int,
    x: str,
    lengths: str,
    state: Sequence[str],
    state_out: Sequence[str],
    int8: bool,
) -> str:
    """One node for all directions of a layer."""
    W, R, B, P = [], [], [], []
    for own in each:
        W.append(operator.reorder(own["w_ih"]))
        R.append(operator.reorder(own["w_hh"]))
        biases = (own["b_ih"], own["b_hh"]) if "b_ih" in own else (own["b"], np.zeros_like(own["b"]))
        B.append(np.concatenate([operator.reorder(bias) for bias in biases]))
        if "p" in own:
            i, f, o = np.split(own["p"], 3)
            P.append(np.concatenate([i, o, f]))
    attributes: dict[str, Any] = {
        "hidden_size": hidden,
        "direction": "bidirectional" if len(each) == 2 else "forward",
        "also": state_out,
        **operator.attributes,
    }
    bias = graph.constant(np.stack(B), f"layer{layer}.B")
    if int8:
        # https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md, DynamicQuantizeLSTM
        (w, *w_scale), (r, *r_scale) = ([graph.constant(part) for part in quantised(np.stack(both))] for both in (W, R))
        h, c = state or ("", "")
        inputs = [x, w, r, bias, lengths, h, c, "", *w_scale, *r_scale]
        return graph.node("DynamicQuantizeLSTM", *inputs, domain=CONTRIB, **attributes)
    w, r = graph.constant(np.stack(W), f"layer{layer}.W"), graph.constant(np.stack(R), f"layer{layer}.R")
    inputs = [x, w, r, bias, lengths, *state]
    if P:
        inputs = [x, w, r, bias, lengths, *(state or ("", "")), graph.constant(np.stack(P), f"layer{layer}.P")]
    return graph.node(operator.name, *inputs, **attributes)
