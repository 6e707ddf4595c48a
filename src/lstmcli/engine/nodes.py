"""What graphs are made of: nodes and constants.  Shapes: D directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine import protobuf
from lstmcli.engine.protobuf import Message

OPSET, IR_VERSION = 17, 8
CONTRIB = "com.microsoft"
"""Operators that ONNX Runtime has beyond the standard."""
LARGE = 4096
"""Bytes of a constant that is worth handing over by itself."""
Weights = Mapping[str, NDArray[np.generic]]


class Graph:
    """Nodes and constants of a graph in the making; every method returns the name of what it adds."""

    def __init__(self, prefix: str = "", outer: Graph | None = None) -> None:
        """A graph inside another has a prefix of its own, and the constants of ``outer``."""
        self._prefix = prefix
        self.nodes: list[Message] = []
        self.contrib = False
        self.constants: dict[str, NDArray[np.generic]] = {} if outer is None else outer.constants
        self._read: set[str] = set() if outer is None else outer._read
        """Names that nodes have as inputs, in inner graphs too."""

    def constant(self, value: NDArray[np.generic] | Sequence[int] | Sequence[float], name: str | None = None) -> str:
        name = name or f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def node(
        self,
        operator: str,
        *inputs: str,
        name: str | None = None,
        also: Sequence[str] = (),
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Adds a node; ``name`` is that of its first output, ``also`` those of the others."""
        result = name or f"{self._prefix}{operator.lower()}_{len(self.nodes)}"
        self._read.update(inputs)
        self.nodes.append(protobuf.node(operator, inputs, [result, *also], domain, attributes))
        self.contrib |= domain == CONTRIB
        return result

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def branch(self, condition: str, then: Graph, names: Sequence[str], empty: NDArray[np.generic]) -> None:
        """Adds the last nodes of ``then`` as outputs that are ``empty`` unless ``condition`` holds.

        Args:
            names: what the outputs are called here; inside they have the prefix of ``then``.
        """
        other = Graph(f"no.{then._prefix}", self)
        for name in names:
            other.node("Identity", self.constant(empty), name=f"no.{then._prefix}{name}")
        kind = protobuf.element_type(empty.dtype)
        then_branch, else_branch = (
            protobuf.graph(
                f"{graph._prefix}branch",
                graph.nodes,
                [],
                [protobuf.value_info(graph._prefix + name, kind, [None] * empty.ndim) for name in names],
            )
            for graph in (then, other)
        )
        first, *also = (self._prefix + name for name in names)
        self.node("If", condition, name=first, also=also, then_branch=then_branch, else_branch=else_branch)

    def finish(self, name: str, inputs: Sequence[Message], outputs: Sequence[Message]) -> InferenceGraph:
        """The graph with the constants that its nodes read: ONNX Runtime refuses to be handed any other."""
        opsets = {"": OPSET, **({CONTRIB: 1} if self.contrib else {})}
        constants = {name: array for name, array in self.constants.items() if name in self._read}
        return InferenceGraph(name, self.nodes, inputs, outputs, constants, opsets)


@dataclass(frozen=True)
class InferenceGraph:
    """A graph that is whole, its constants still arrays."""

    name: str
    nodes: Sequence[Message]
    inputs: Sequence[Message]
    outputs: Sequence[Message]
    constants: Mapping[str, NDArray[np.generic]]
    opsets: Mapping[str, int]

    def serialise(self) -> bytes:
        """An ONNX file.  Raises: ModelError, beyond 2 GB."""
        return self._model([protobuf.tensor(name, array) for name, array in self.constants.items()])

    def detached(self) -> tuple[bytes, dict[str, NDArray[np.generic]]]:
        """The same without its large constants, and those: not copied twice, a cold start is a fifth shorter."""
        large = {name: np.ascontiguousarray(array) for name, array in self.constants.items() if array.nbytes >= LARGE}
        small = [protobuf.tensor(name, array) for name, array in self.constants.items() if name not in large]
        beside = [protobuf.external_tensor(name, array) for name, array in large.items()]
        return self._model([*small, *beside]), large

    @property
    def size(self) -> int:
        """Bytes of its constants: all but a few thousand of those that ``serialise`` makes."""
        return sum(array.nbytes for array in self.constants.values())

    def _model(self, constants: Sequence[Message]) -> bytes:
        whole = protobuf.graph(self.name, self.nodes, self.inputs, self.outputs, constants)
        return protobuf.model(whole, self.opsets, ir_version=IR_VERSION, producer="lstmcli").serialise()


def quantised(weight_DRC: NDArray[np.generic]) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """Weights [D, rows, columns] as ONNX Runtime's int8 LSTM takes them: transposed to [D, columns, rows], with a
    scale and a zero point for each row, [D, rows]."""
    weight = weight_DRC.astype(np.float32)
    scale = np.maximum(np.abs(weight).max(axis=2), 1e-8) / 127
    rounded = np.rint(weight / scale[:, :, None]).astype(np.int8)
    return rounded.transpose(0, 2, 1), scale.astype(np.float32), np.zeros_like(scale, np.int8)
