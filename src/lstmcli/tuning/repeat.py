"""The command that trains a model again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstmcli.data.locate import Located


def train_command(source: str, options: Mapping[str, Any], output: Path) -> str:
    """``lstm train`` with options by name; those that are None or False are left out."""
    words = ["lstm", "train", source]
    for name, value in options.items():
        option = "--" + name.replace("_columns", "_column").replace("_", "-")
        if name == "header" and value is False:
            option, value = "--no-header", True
        if value is None or value is False:
            continue
        for each in value if isinstance(value, (list, tuple)) else [value]:
            words += [option] if each is True else [option, each.name if isinstance(each, Located) else str(each)]
    return shlex.join([*words, "-o", str(output)])
