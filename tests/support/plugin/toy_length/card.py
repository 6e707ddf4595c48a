"""The model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.model_dir.markdown import code, plain


def card(config: Mapping[str, Any]) -> str:
    return f"# A length model\n\n{plain(config['architecture'])}\n\n{code(config['command'])}\n"
