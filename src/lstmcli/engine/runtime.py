"""Load and run graphs in ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from lstmcli.engine.nodes import InferenceGraph
from lstmcli.errors import ModelError
from lstmcli.faults import shortage
from lstmcli.malloc import share_memory

TELEMETRY = "ORT_DISABLE_TELEMETRY"


def _import_quietly() -> Any:
    """ONNX Runtime, told while it is imported to keep no record.

    From 1.32 on it keeps one of every process under ``~/.cache/Microsoft``, and in the folder for temporary files, and
    sends it to its maker.  Nothing of ours is sent anywhere (SECURITY.md).  The environment is left as it was.
    """
    before = os.environ.get(TELEMETRY)
    os.environ[TELEMETRY] = "1"
    try:
        import onnxruntime
    finally:
        if before is None:
            del os.environ[TELEMETRY]
        else:
            os.environ[TELEMETRY] = before
    return onnxruntime


onnxruntime = _import_quietly()


class GraphRunner:
    """A graph loaded in ONNX Runtime, on the CPU."""

    def __init__(self, graph: InferenceGraph, *, threads: int, arena: bool) -> None:
        """
        Args:
            threads: used by one run; with 1, callers may run several batches concurrently.
            arena: keep memory between runs.

        Raises:
            ModelError: the graph cannot be loaded.
            Shortage: out of memory or threads.
        """
        share_memory()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = arena
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = threads
        model, self._beside = graph.detached()  # ONNX Runtime reads these arrays in place: keep them alive
        try:
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in self._beside.values()]
            options.add_external_initializers(list(self._beside), values)
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions have no common base class
            if lack := shortage(error):
                raise lack from error
            raise ModelError(f"ONNX Runtime cannot load the graph: {error}") from error
        self.sizes: dict[str, list[Any]] = {value.name: value.shape for value in self._session.get_outputs()}
        """Shape of each output: numbers, or names of variable dimensions."""

    def run(self, wanted: Sequence[str], inputs: Mapping[str, Any]) -> list[Any]:
        """The outputs named in ``wanted``.

        Raises:
            ModelError: the run fails, for example on an id outside the vocabulary.
            Shortage: out of memory.
        """
        try:
            found: list[Any] = self._session.run(list(wanted), dict(inputs))
            return found
        except Exception as error:  # as above
            if lack := shortage(error):
                raise lack from error
            raise ModelError(f"ONNX Runtime cannot run the model: {error}") from error
