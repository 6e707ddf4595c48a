"""ONNX Runtime: how a graph is loaded and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import onnxruntime

from lstmcli.engine.nodes import InferenceGraph
from lstmcli.errors import ModelError
from lstmcli.faults import shortage
from lstmcli.malloc import share_memory


class GraphRunner:
    """A graph on the CPU, ready to run."""

    def __init__(self, graph: InferenceGraph, *, threads: int, arena: bool) -> None:
        """
        Args:
            threads: shared by the work of one run; 1 leaves it to the caller to have several runs at once.
            arena: keep memory from run to run.

        Raises:
            ModelError: the graph cannot be loaded.
            Shortage: there is no memory for it, or no thread.
        """
        share_memory()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = arena
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = threads
        model, self._beside = graph.detached()  # which ONNX Runtime reads where it is, so it must live as long
        try:
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in self._beside.values()]
            options.add_external_initializers(list(self._beside), values)
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a zoo of exceptions without a common base
            if lack := shortage(error):
                raise lack from error
            raise ModelError(f"ONNX Runtime cannot load the graph: {error}") from error
        self.sizes: dict[str, list[Any]] = {value.name: value.shape for value in self._session.get_outputs()}
        """Of each output; numbers, or names for what depends on the input."""

    def run(self, wanted: Sequence[str], inputs: Mapping[str, Any]) -> list[Any]:
        """The outputs that are wanted.

        Raises:
            ModelError: the graph cannot be run; an id that the model does not know, for one.
            Shortage: there is no memory left.
        """
        try:
            found: list[Any] = self._session.run(list(wanted), dict(inputs))
            return found
        except Exception as error:  # as above
            if lack := shortage(error):
                raise lack from error
            raise ModelError(f"ONNX Runtime cannot run the model: {error}") from error
