"""Options of ``lstm train`` to settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.options import changed, common
from toy_length.config import LengthConfig

OPTIONS: frozenset[str] = frozenset()


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"config": changed(LengthConfig(), common(given))}
