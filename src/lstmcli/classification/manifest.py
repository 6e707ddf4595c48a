"""Fields of ``config.json`` of a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstmcli.model_dir.manifest import DAMAGED, fail, is_number, short, wrong

FIELDS: dict[str, type] = {"labels": list, "multilabel": bool, "calibration": dict}
FIGURES = frozenset({"accuracy", "macro_f1", "ece", "n"})
"""Metrics that are displayed."""


def check(path: Path, config: dict[str, Any]) -> None:
    """Raises: ModelError, for invalid labels or calibration."""
    labels = config["labels"]
    if not labels or not all(isinstance(label, str) for label in labels) or len(set(labels)) < len(labels):
        fail(path, f"labels should be distinct strings, found {short(labels)}", DAMAGED)
    scale = config["calibration"].get("scale")
    if not is_number(scale) or scale <= 0:
        wrong(path, "calibration: scale", scale)
    for name, right in (("offsets", is_number), ("thresholds", lambda p: is_number(p) and 0 <= p <= 1)):
        found = config["calibration"].get(name)
        if found is not None and not (isinstance(found, list) and len(found) == len(labels) and all(map(right, found))):
            wrong(path, f"calibration: {name}", found)
