"""Costs that every training run has."""

from __future__ import annotations

BASE_BYTES = 440 * 2**20
"""Memory of a process with torch, tokenizers and ONNX Runtime in use, without data."""
BASE_SECONDS = 3.0
"""Time of the steps before and after training that do not depend on the data: start, graph, checks, saving."""
