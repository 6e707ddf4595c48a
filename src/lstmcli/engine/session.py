"""Running a saved graph with ONNX Runtime.

Shapes: B texts, S segments, T tokens, F rows a token, C labels.
"""

from __future__ import annotations

import os

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lstmcli.errors import ModelError


class ClassifierSession:
    """A classifier's graph, ready to answer.

    A run takes one thread and ``workers`` runs may go on at once: two batches side by side are done sooner
    than one after the other with two threads each, for an LSTM has little in a step to share out.
    """

    def __init__(self, graph: bytes, threads: int | None = None) -> None:
        """Raises ModelError if the graph cannot be loaded."""
        self.workers = threads or _cores()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = False  # batches differ in shape: an arena would keep the largest of each
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a zoo of exceptions without a common base
            raise ModelError(f"ONNX Runtime cannot load the graph: {error}") from error

    def logits(self, ids_BSTF: NDArray[np.int32], lengths_BS: NDArray[np.int64]) -> NDArray[np.float32]:
        """Unscaled logits [B, C]."""
        result: NDArray[np.float32] = self._session.run(["logits"], {"ids": ids_BSTF, "lengths": lengths_BS})[0]
        return result


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
