"""Nodes and constants of ONNX graphs.  Shapes: D directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine import protobuf
from lstmcli.engine.protobuf import Message

OPSET, IR_VERSION = 18, 8
CONTRIB = "com.microsoft"
"""Domain of ONNX Runtime's operators beyond the standard."""
LARGE = 4096
"""Bytes from which a constant is passed to ONNX Runtime separately, without a copy."""
Weights = Mapping[str, NDArray[np.generic]]


class Graph:
    """A graph under construction; methods that add something return its name."""

    def __init__(self, prefix: str = "", outer: Graph | None = None) -> None:
        """A subgraph needs its own ``prefix`` and shares the constants of ``outer``."""
        self._prefix = prefix
        self.nodes: list[Message] = []
        self.contrib = False
        self.constants: dict[str, NDArray[np.generic]] = {} if outer is None else outer.constants
        self._read: set[str] = set() if outer is None else outer._read
        """Names that are inputs of nodes, subgraphs included."""

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
        """Add a node; ``name`` is the name of its first output, ``also`` are those of the others."""
        result = name or f"{self._prefix}{operator.lower()}_{len(self.nodes)}"
        self._read.update(inputs)
        self.nodes.append(protobuf.node(operator, inputs, [result, *also], domain, attributes))
        self.contrib |= domain == CONTRIB
        return result

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def branch(self, condition: str, then: Graph, names: Sequence[str], empty: NDArray[np.generic]) -> None:
        """Add an If node with the outputs of ``then``, which are ``empty`` unless ``condition`` is true.

        Args:
            names: of the outputs; inside the branch they have the prefix of ``then``.
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

    def finish(
        self,
        name: str,
        inputs: Sequence[Message],
        outputs: Sequence[Message],
        metadata: Mapping[str, str] | None = None,
    ) -> InferenceGraph:
        """The finished graph, with the constants that its nodes read; ONNX Runtime rejects unused ones."""
        opsets = {"": OPSET, **({CONTRIB: 1} if self.contrib else {})}
        constants = {name: array for name, array in self.constants.items() if name in self._read}
        return InferenceGraph(name, self.nodes, inputs, outputs, constants, opsets, metadata or {})


@dataclass(frozen=True)
class InferenceGraph:
    """A finished graph; its constants are still arrays."""

    name: str
    nodes: Sequence[Message]
    inputs: Sequence[Message]
    outputs: Sequence[Message]
    constants: Mapping[str, NDArray[np.generic]]
    opsets: Mapping[str, int]
    metadata: Mapping[str, str]

    def serialise(self) -> bytes:
        """The bytes of an ONNX file.  Raises: ModelError, above 2 GB."""
        return self._model([protobuf.tensor(name, array) for name, array in self.constants.items()])

    def detached(self) -> tuple[bytes, dict[str, NDArray[np.generic]]]:
        """The ONNX file without its large constants, and those constants; avoiding the copy makes a cold start a fifth
        faster."""
        large = {name: np.ascontiguousarray(array) for name, array in self.constants.items() if array.nbytes >= LARGE}
        small = [protobuf.tensor(name, array) for name, array in self.constants.items() if name not in large]
        beside = [protobuf.external_tensor(name, array) for name, array in large.items()]
        return self._model([*small, *beside]), large

    @property
    def size(self) -> int:
        """Bytes of the constants; ``serialise`` adds only a few thousand."""
        return sum(array.nbytes for array in self.constants.values())

    def _model(self, constants: Sequence[Message]) -> bytes:
        whole = protobuf.graph(self.name, self.nodes, self.inputs, self.outputs, constants)
        return protobuf.model(whole, self.opsets, self.metadata, ir_version=IR_VERSION, producer="lstmcli").serialise()


def quantised(weight_DRC: NDArray[np.generic]) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """Weights [D, rows, columns] in the form of ONNX Runtime's int8 operators: values transposed to [D, columns, rows],
    and a scale and a zero point per row, each [D, rows]."""
    weight = weight_DRC.astype(np.float32)
    scale = np.maximum(np.abs(weight).max(axis=2), 1e-8) / 127
    rounded = np.rint(weight / scale[:, :, None]).astype(np.int8)
    return rounded.transpose(0, 2, 1), scale.astype(np.float32), np.zeros_like(scale, np.int8)
