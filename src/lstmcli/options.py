"""Options by name to settings: what the command line and the Python API share.

An option has the name of the field that it sets, but for the few that read better the other way round
(``keep_case`` for ``lowercase``); each task's ``options.py`` knows its own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lstmcli.errors import UsageError
from lstmcli.tasks import Task, all_tasks
from lstmcli.tokenization.config import TOKENIZERS

S = TypeVar("S")

GROUPS = ("read", "tokenizer", "model", "train")
"""Of the settings of every task."""


def seconds(text: str, option: str = "--time") -> float:
    """A duration in words: ``30s``, ``15m``, ``1h``, ``1h30m``.  Raises: UsageError."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[smh])+", text.strip().lower()):
        raise UsageError(f"{option} cannot be {text!r}", hint="a number and a unit: 30s, 15m or 1h")
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([smh])", text.lower()))


def common(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, those that every task has turned into fields.

    Raises:
        UsageError: a duration or a tokenizer that is none.
    """
    fields = dict(given)
    if given.get("time") is not None:
        fields["time_limit"] = seconds(given["time"]) if isinstance(given["time"], str) else float(given["time"])
    if "tokenizer" in given:
        fields |= _tokenizer(str(given["tokenizer"]))
    for name in ("text_columns", "cutoffs"):
        if name in given:
            fields[name] = tuple(given[name] or ())
    if "label_column" in given:
        fields |= label_fields(given["label_column"])
    return fields


def label_fields(names: str | Sequence[str] | None) -> dict[str, Any]:
    """The fields of the columns of labels: one, or several whose labels go together."""
    given = (names,) if isinstance(names, str) else tuple(dict.fromkeys(names or ()))
    several = len(given) > 1
    return {"label_column": None if several or not given else given[0], "label_columns": given if several else ()}


def changed(settings: S, fields: Mapping[str, Any]) -> S:
    """``settings`` with every field of its groups that ``fields`` names."""
    groups = {}
    for name in GROUPS:
        group = getattr(settings, name)
        groups[name] = dataclasses.replace(group, **known_fields(type(group), fields))
    return dataclasses.replace(settings, **groups)  # type: ignore[type-var]


def known_fields(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that are fields of a dataclass."""
    return {field.name: values[field.name] for field in dataclasses.fields(kind) if field.name in values}


def foreign(given: Mapping[str, Any], task: Task) -> list[str]:
    """Those of the options given that another task has and this one has not, as they are typed."""
    own = known_options(task)
    others = {name for other in all_tasks() if other is not task for name in known_options(other)}
    return [f"--{name.replace('_', '-')}" for name in given if name in others - own]


def known_options(task: Task) -> set[str]:
    """Names of the options that mean something to a task."""
    settings = task.settings_class()
    fields = {field.name for group in GROUPS[1:] for field in dataclasses.fields(getattr(settings, group))}
    found: set[str] = fields | task.module("options").OPTIONS
    return found


def _tokenizer(name: str) -> dict[str, Any]:
    """``--tokenizer``: one of ours by its kind, or a file."""
    if name in TOKENIZERS:
        return {"kind": name}
    if Path(name).exists():
        return {"path": name}
    raise UsageError(
        f"--tokenizer cannot be {name!r}",
        hint=f"one of {', '.join(TOKENIZERS)}, or the path of a tokenizer.json that exists",
    )
