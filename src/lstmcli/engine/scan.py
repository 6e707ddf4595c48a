"""Cells without an ONNX operator: the equations of ``lstmcli.cells`` as the body of a Scan.

The equations are called once with ``Value`` objects, which add a graph node for every operation, so ONNX Runtime
computes the same expressions as PyTorch.

Shapes: N texts, T tokens, H units, D directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstmcli.cells import Cell
from lstmcli.engine import protobuf
from lstmcli.engine.nodes import Graph, Weights
from lstmcli.engine.protobuf import FLOAT, Message, value_info


class Value:
    """A value of a graph under construction that supports the tensor operations of ``cells/cell.py``."""

    def __init__(self, graph: Graph, name: str) -> None:
        self.graph, self.name = graph, name

    def _node(self, operator: str, *others: Value | float) -> Value:
        return Value(self.graph, self.graph.node(operator, self.name, *(self._name(other) for other in others)))

    def _name(self, other: Value | float) -> str:
        return other.name if isinstance(other, Value) else self.graph.constant(np.array(other, np.float32))

    def __add__(self, other: Value | float) -> Value:
        return self._node("Add", other)

    def __sub__(self, other: Value | float) -> Value:
        return self._node("Sub", other)

    def __mul__(self, other: Value | float) -> Value:
        return self._node("Mul", other)

    def __truediv__(self, other: Value | float) -> Value:
        return self._node("Div", other)

    def __matmul__(self, other: Value) -> Value:
        return self._node("MatMul", other)

    def __radd__(self, other: float) -> Value:
        return self + other

    def __rsub__(self, other: float) -> Value:
        return Value(self.graph, self._name(other)) - self

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __neg__(self) -> Value:
        return self._node("Neg")

    def __abs__(self) -> Value:
        return self._node("Abs")

    def sigmoid(self) -> Value:
        return self._node("Sigmoid")

    def tanh(self) -> Value:
        return self._node("Tanh")

    def exp(self) -> Value:
        return self._node("Exp")

    def log(self) -> Value:
        return self._node("Log")

    def sqrt(self) -> Value:
        return self._node("Sqrt")

    def mean(self, dim: int, keepdim: bool) -> Value:
        return Value(self.graph, self.graph.node("ReduceMean", self.name, self.graph.ints(dim), keepdims=int(keepdim)))

    def clamp(self, least: Value | float) -> Value:
        return self._node("Max", least)

    def reshape(self, *sizes: int) -> Value:
        return Value(self.graph, self.graph.node("Reshape", self.name, self.graph.ints(*sizes)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a constant."""
        return self.graph.constants[self.name].shape

    def chunk(self, chunks: int, dim: int) -> tuple[Value, ...]:
        first = f"{self.name}.part"
        also = [f"{first}{part}" for part in range(1, chunks)]
        self.graph.node("Split", self.name, name=first, also=also, axis=dim, num_outputs=1 + len(also))
        return tuple(Value(self.graph, name) for name in (first, *also))


class Matrix(NamedTuple):
    """A weight matrix, stored transposed, as the equations use it."""

    T: Value


def scan(
    graph: Graph,
    cell: Cell,
    weights: Weights,
    name: str,
    *,
    hidden: int,
    x: str,
    state: Sequence[str] = (),
    state_out: Sequence[str] = (),
    lengths: str = "",
) -> str:
    """Add one layer in one direction: x [T, N, E] -> h at every step [T, N, H].

    Args:
        name: of the layer, unique in the graph.
        state: the initial state, each part [1, N, its size]; zeros by default.
        state_out: names of the final state.
        lengths: int64 [N]; if given, each row is reversed within its length, and padding stays in place.
    """
    stored = {
        key: graph.constant(np.asarray(array, np.float32).T if array.ndim == 2 else array, f"{name}.{key}")
        for key, array in weights.items()
    }

    def inside(where: Graph) -> dict[str, Value | Matrix]:
        values = {key: Value(where, constant) for key, constant in stored.items()}
        return {key: Matrix(value) if weights[key].ndim == 2 else value for key, value in values.items()}

    def reverse(sequence: str) -> str:
        return graph.node("ReverseSequence", sequence, lengths, time_axis=0, batch_axis=1) if lengths else sequence

    body = Graph(f"{name}.", graph)
    before, after = ([f"{name}.{part}.{when}" for part in cell.states] for when in ("before", "after"))
    trace = cell.step(Value(body, f"{name}.read"), tuple(Value(body, part) for part in before), inside(body))
    for value, part in zip(trace.state, after, strict=True):
        body.node("Identity", value.name, name=part)
    shown = body.node("Identity", trace.state[0].name, name=f"{name}.shown")

    read: Value = cell.read(Value(graph, reverse(x)), inside(graph))
    begin = [graph.node("Squeeze", part, graph.ints(0)) for part in state] or _zeros(graph, x, hidden, cell)
    ends = [f"{name}.{part}.end" for part in cell.states]
    step = protobuf.graph(f"{name}.step", body.nodes, _rows(*before, f"{name}.read"), _rows(*after, shown))
    graph.node("Scan", *begin, read.name, name=ends[0], also=[*ends[1:], f"{name}.h"], body=step, num_scan_inputs=1)
    for part, end in zip(state_out, ends, strict=False):
        graph.node("Unsqueeze", end, graph.ints(0), name=part)
    return reverse(f"{name}.h")


def _zeros(graph: Graph, x_TNE: str, hidden: int, cell: Cell) -> list[str]:
    """A zero state, each part [N, its size], for the rows of ``x``."""
    rows = graph.node("Slice", graph.node("Shape", x_TNE), graph.ints(1), graph.ints(2))
    sizes = cell.state_sizes(hidden).values()
    zeros = {
        size: graph.node("ConstantOfShape", graph.node("Concat", rows, graph.ints(size), axis=0)) for size in set(sizes)
    }
    return [zeros[size] for size in sizes]


def _rows(*names: str) -> list[Message]:
    """Value infos of shape [N, any]."""
    return [value_info(name, FLOAT, [None, None]) for name in names]
