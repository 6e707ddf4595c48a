"""Sizes shared by networks and their ONNX graphs, and devices."""

from __future__ import annotations

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda")


def cluster_width(units: int, level: int) -> int:
    """Width of the ``level``-th cluster of an adaptive softmax: a quarter of the previous one (Grave et al., 4.3)."""
    return int(max(1, units // 4**level))
