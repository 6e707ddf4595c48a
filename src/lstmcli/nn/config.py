"""Sizes that networks and their graphs have in common, and where networks run."""

from __future__ import annotations

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda")


def cluster_width(units: int, level: int) -> int:
    """Of the ``level``-th cluster of an adaptive softmax, from 1; a fourth of the one before (Grave et al., 4.3)."""
    return int(max(1, units // 4**level))
