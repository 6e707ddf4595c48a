"""Settings of a classifier whose model directory must not be larger than ``--size``.

Half of the size is for the network and its vocabulary, less where settings and figures take much of it; the rest is for
the linear models, which are cut to what is left when all is trained (``smaller.py``).  For 2 MB, an embedding of 48,
64 units, 9,300 words and 7,600 hashed features.
Units and embedding grow with the cube root of the size, so that most of it goes into rows.
"""

from __future__ import annotations

from typing import Any

from lstmcli.classification.config import SMALLEST
from lstmcli.errors import UsageError
from lstmcli.options import size_in_bytes

ROW_JSON = 20
"""Bytes of a word in ``tokenizer.json``."""
TEXT = 40_000
"""Bytes of the other files of text, and some n-grams."""


def size_bytes(text: str | int) -> int:
    """Parse a size: ``500k``, ``2M``, ``1.5M`` or a number of bytes.  Raises: UsageError."""
    size = size_in_bytes(str(text), 1000)
    if size is None:
        raise UsageError(f"--size cannot be {text!r}", hint="give a number and a unit: 500k or 2M")
    if size < SMALLEST:
        raise UsageError(f"--size must be at least {SMALLEST // 1000}k, not {text}")
    return size


def settings_for(size: int) -> dict[str, Any]:
    """The settings that make a network of about half of ``size`` bytes; the user's own go before them."""
    factor = (size / 2e6) ** (1 / 3)
    embedding, hidden = (min(most, max(16, 8 * round(usual * factor / 8))) for usual, most in ((48, 128), (64, 96)))
    return {"embedding": embedding, "hidden": hidden_for(size, embedding, hidden), **rows_for(size, embedding)}


def rows_for(size: int, embedding: int) -> dict[str, int]:
    """Words, and rows of hashed features, that the network's part of the size has room for."""
    rows = _network(size) / (embedding + ROW_JSON * 0.55)
    return {"vocab_size": min(30_000, int(0.55 * rows)), "hash_buckets": min(2**17, int(0.45 * rows))}


def hidden_for(size: int, embedding: int, hidden: int) -> int:
    """At most ``hidden`` units, a multiple of 8, whose weights take up half of the network's part of the size."""
    while hidden > 8 and 2 * 2 * 4 * hidden * (embedding + hidden + 1) > _network(size) / 2:
        hidden -= 8
    return hidden


def _network(size: int) -> float:
    return min(size / 2, 0.6 * (size - TEXT))
