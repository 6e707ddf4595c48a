"""What ``config.json`` says of a length model, beside what it says of every model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIELDS: dict[str, type] = {}
FIGURES = frozenset({"mean_error", "texts"})


def check(path: Path, config: dict[str, Any]) -> None:
    """There is nothing more to check."""
