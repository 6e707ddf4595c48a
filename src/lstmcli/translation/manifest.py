"""Fields of ``config.json`` of a translator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIELDS: dict[str, type] = {}
FIGURES = frozenset({"bleu", "chrf", "perplexity", "pairs", "tokens"})
"""Metrics that are displayed."""


def check(path: Path, config: dict[str, Any]) -> None:
    """There is nothing more to check."""
