"""Integer arithmetic modulo 2^64 in ONNX graphs, as the hashes of n-grams and features need it.

ONNX has no product of unsigned 64-bit integers and no shift of signed ones.  A product of signed integers has the same
bits as one of unsigned, so values are signed, and unsigned only while they are shifted.
"""

from __future__ import annotations

import numpy as np

from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import INT64, UINT64


def constant(graph: Graph, value: int | np.unsignedinteger) -> str:
    """An unsigned number, as the signed one of the same bits."""
    return graph.constant(np.array(value, np.uint64).view(np.int64))


def shifted(graph: Graph, x: str, bits: int) -> str:
    """x >> bits, with zeros coming in."""
    unsigned = graph.node("Cast", x, to=UINT64)
    right = graph.node("BitShift", unsigned, graph.constant(np.array(bits, np.uint64)), direction="RIGHT")
    return graph.node("Cast", right, to=INT64)


def mixed(graph: Graph, x: str, bits: int) -> str:
    """x ^ (x >> bits)."""
    return graph.node("BitwiseXor", x, shifted(graph, x, bits))
