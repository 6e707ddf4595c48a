"""Whether a command answers into a folder: asked at every start, so what does the work is imported afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.errors import UsageError
from lstmcli.faults import check_package

PARQUET = "parquet"
ONLY_HERE = ("workers", "limit_memory", "ray")
"""Options that need ``-o``."""


def is_wanted(values: Mapping[str, Any]) -> bool:
    """Whether a command answers into a folder.

    Raises:
        UsageError: it does not, and an option needs one; or Parquet is to be written, and there is no pyarrow.
    """
    if values["format"] == PARQUET:
        check_package("pyarrow")
    if values["output"] is not None:
        return True
    needs = next((f"--{name.replace('_', '-')}" for name in ONLY_HERE if values[name] is not None), "")
    if needs := needs or ("--format parquet" if values["format"] == PARQUET else ""):
        raise UsageError(f"{needs} needs a folder for the answers", hint="name one with -o")
    return False
