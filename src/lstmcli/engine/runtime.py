"""ONNX Runtime: how a graph is loaded."""

from __future__ import annotations

import os

import onnxruntime

from lstmcli.errors import ModelError
from lstmcli.malloc import share_memory


def open_session(graph: bytes, *, threads: int, arena: bool) -> onnxruntime.InferenceSession:
    """A session on the CPU.

    Args:
        threads: shared by the work of one run; 1 leaves it to the caller to have several runs at once.
        arena: keep memory from run to run.

    Raises:
        ModelError: the graph cannot be loaded.
    """
    share_memory()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = arena
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a zoo of exceptions without a common base
        raise ModelError(f"ONNX Runtime cannot load the graph: {error}") from error


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
