"""The classifier's inference graph, built from the weights.

The ``sequence_lens`` input of the recurrent node makes the backward direction start at a text's last token, so padding
has no effect.

Shapes: B texts, S segments, T tokens, F rows per token, N = B * S, E embedding, H units, D directions,
K = D * H, C labels.
"""

from __future__ import annotations

import numpy as np

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.engine.cells import recurrent, require_int8
from lstmcli.engine.nodes import Graph, InferenceGraph, Weights
from lstmcli.engine.protobuf import FLOAT, INT32, INT64, value_info


def recurrent_layer(
    graph: Graph,
    weights: Weights,
    layer: int,
    config: ClassifierModelConfig,
    x_TNE: str,
    lengths_N: str,
    int8: bool = False,
) -> str:
    """Add one layer: [T, N, inputs] -> [T, N, K]."""
    y_TDNH = recurrent(
        graph,
        weights,
        layer,
        cell=config.cell,
        hidden=config.hidden,
        directions=2 if config.bidirectional else 1,
        x=x_TNE,
        lengths=lengths_N,
        int8=int8,
    )
    y_TNDH = graph.node("Transpose", y_TDNH, perm=[0, 2, 1, 3])
    return graph.node("Reshape", y_TNDH, graph.ints(0, 0, -1))


def pool(
    graph: Graph, weights: Weights, config: ClassifierModelConfig, h_TBSK: str, inside_TBS1: str, lengths_BS: str
) -> str:
    """Add the poolings of ``nn/pooling.py``, concatenated: [T, B, S, K] -> [B, K * number of poolings]."""
    minus_infinity = graph.constant(np.array(-np.inf, np.float32))
    zero = graph.constant(np.array(0.0, np.float32))
    pooled = []
    for kind in config.pools:
        if kind == "max":
            masked = graph.node("Where", inside_TBS1, h_TBSK, minus_infinity)
            pooled.append(graph.node("ReduceMax", masked, graph.ints(0, 2), keepdims=0))
        elif kind == "mean":
            total = graph.node(
                "ReduceSum", graph.node("Where", inside_TBS1, h_TBSK, zero), graph.ints(0, 2), keepdims=0
            )
            count = graph.node("ReduceSum", graph.node("Cast", lengths_BS, to=FLOAT), graph.ints(1))
            pooled.append(graph.node("Div", total, count))
        elif kind == "attention":
            query = graph.constant(np.asarray(weights["pooling.query"])[:, None])
            score_TBS1 = graph.node("MatMul", graph.node("Tanh", h_TBSK), query)
            score_TBS1 = graph.node("Where", inside_TBS1, score_TBS1, minus_infinity)
            peak = graph.node("ReduceMax", score_TBS1, graph.ints(0, 2), keepdims=1)
            weight = graph.node("Exp", graph.node("Sub", score_TBS1, peak))
            norm = graph.node("ReduceSum", weight, graph.ints(0, 2), keepdims=1)
            share = graph.node("Div", weight, norm)
            weighted = graph.node("Where", inside_TBS1, graph.node("Mul", h_TBSK, share), zero)
            pooled.append(graph.node("ReduceSum", weighted, graph.ints(0, 2), keepdims=0))
        else:
            pooled.append(_last(graph, config, h_TBSK, lengths_BS))
    return pooled[0] if len(pooled) == 1 else graph.node("Concat", *pooled, axis=-1)


def _last(graph: Graph, config: ClassifierModelConfig, h_TBSK: str, lengths_BS: str) -> str:
    """The forward state after the last token and the backward state after the first token."""
    one = graph.ints(1)
    present = graph.node("Cast", graph.node("Greater", lengths_BS, graph.ints(0)), to=INT64)
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


def classifier_graph(weights: Weights, config: ClassifierModelConfig, *, int8: bool = False) -> InferenceGraph:
    """The classifier as a graph: ids [B, S, T, F] int32, lengths [B, S] int64 -> logits [B, C].

    With ``int8`` the LSTM is quantised and twice as fast.  Activations are scaled by the largest value in the batch, so
    results depend slightly on the batch; those of the exact graph do not.

    Raises:
        UsageError: int8 for another cell than the LSTM.
    """
    if int8:
        require_int8(config.cell)
    graph = Graph()
    network(graph, weights, config, "ids", "lengths", name="logits", int8=int8)
    classes = len(np.asarray(weights["head.bias"]))
    inputs = [value_info("ids", INT32, ["B", "S", "T", "F"]), value_info("lengths", INT64, ["B", "S"])]
    return graph.finish("lstm-classifier", inputs, [value_info("logits", FLOAT, ["B", classes])])


def network(
    graph: Graph,
    weights: Weights,
    config: ClassifierModelConfig,
    ids_BSTF: str,
    lengths_BS: str,
    *,
    name: str | None = None,
    int8: bool = False,
) -> str:
    """Add the network: ids [B, S, T, F] int32 and lengths [B, S] int64 -> logits [B, C]."""
    shape = graph.node("Shape", ids_BSTF)
    dims = [graph.node("Slice", shape, graph.ints(i), graph.ints(i + 1)) for i in range(4)]
    ids_NTF = graph.node("Reshape", ids_BSTF, graph.node("Concat", graph.ints(-1), dims[2], dims[3], axis=0))
    ids_TNF = graph.node("Transpose", ids_NTF, perm=[1, 0, 2])
    table = graph.constant(np.asarray(weights["embedding"]), "embedding")
    rows_TNFE = graph.node("Cast", graph.node("Gather", table, ids_TNF), to=FLOAT)
    x_TNE = graph.node("ReduceSum", rows_TNFE, graph.ints(2), keepdims=0)

    lengths_N = graph.node("Reshape", lengths_BS, graph.ints(-1))
    at_least_one = graph.node("Max", lengths_N, graph.ints(1))  # a missing segment is computed, then masked
    lengths32_N = graph.node("Cast", at_least_one, to=INT32)
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

    pooled = pool(graph, weights, config, h_TBSK, inside_TBS1, lengths_BS)
    head, bias = np.asarray(weights["head.weight"]), np.asarray(weights["head.bias"])
    return graph.node("Gemm", pooled, graph.constant(head.T.copy(), "head"), graph.constant(bias, "bias"), name=name)
