"""Format ``config.json``: one entry per line, lists of numbers and scores on one line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

CONFIG_BYTES = 64 * 2**20
"""Maximum size of ``config.json``, when writing and reading."""
_A_SCORE, _A_SPLIT, _THE_REST = 260, 400_000, 500_000
"""Maximum bytes: of a label's scores without its name, of a split's confusion matrix, of all other entries."""


def config_text(config: Mapping[str, Any]) -> bytes:
    """The bytes of ``config.json``: pure JSON types in, UTF-8 out."""
    # A lone surrogate in a label cannot be encoded as UTF-8; its backslash escape is valid JSON.
    return _lines(config, "").encode("utf-8", "backslashreplace") + b"\n"


def expected_bytes(labels: Sequence[str], splits: int) -> int:
    """Maximum bytes of the ``config.json`` of a classifier with these labels and reports on ``splits`` splits."""
    names = sum(len(_inline(label).encode("utf-8", "backslashreplace")) + 8 for label in labels)
    return names * (1 + 2 * splits) + splits * (_A_SPLIT + _A_SCORE * len(labels)) + _THE_REST


def _lines(value: Any, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        entries = (f"{inner}{_inline(str(name))}: {_lines(item, inner)}" for name, item in value.items())
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(item, (str, list, tuple, Mapping)) for item in value):
        return "[\n" + ",\n".join(inner + _inline(item) for item in value) + f"\n{indent}]"
    return _inline(value)


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
