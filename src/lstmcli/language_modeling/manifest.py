"""Fields of ``config.json`` of a language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstmcli.model_dir.manifest import DAMAGED, fail

FIELDS: dict[str, type] = {"int8": bool}
_NEEDED = frozenset({"perplexity", "word_perplexity", "bits_per_byte", "tokens"})
FIGURES = _NEEDED | {"bits_per_char"}
"""Metrics that are displayed."""


def check(path: Path, config: dict[str, Any]) -> None:
    """Raises: ModelError, if a required metric is missing."""
    for found in config["metrics"].values():
        missing = _NEEDED - set(found)
        if "bits_per_byte" in found and missing:
            fail(path, f"metrics lack {min(missing)!r}", DAMAGED)
