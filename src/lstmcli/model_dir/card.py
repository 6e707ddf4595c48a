"""Helpers for model cards, the ``README.md`` of a model directory; each task has its own ``card.py``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lstmcli.model_dir.markdown import plain


def pairs(values: Mapping[str, Any]) -> str:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {key}": inner for key, inner in value.items() if not isinstance(inner, (Mapping, list))}
        elif isinstance(value, (list, tuple)):
            flat[name] = "; ".join(map(str, value))
        else:
            flat[name] = value
    rows = [(plain(name.replace("_", " ")), amount(value)) for name, value in flat.items() if value not in (None, "")]
    return table(("", ""), rows)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def amount(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value)
