"""Turns options into settings, for the command line and the Python API.

An option has the name of the field that it sets, except for a few that read better negated (``keep_case`` for
``lowercase``).  Each task's ``options.py`` handles its own.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lstmcli.config import check_types
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.python_names import as_option
from lstmcli.tasks import Task, all_tasks, require_task
from lstmcli.tokenization.config import TOKENIZERS

S = TypeVar("S")

RENAMED = {
    "kind": "tokenizer",
    "path": "tokenizer",
    "lowercase": "keep_case",
    "bidirectional": "one_way",
    "tied": "untied",
    "time_limit": "time",
    "text_columns": "text_column",
    "label_columns": "label_column",
}
"""Field of the settings to the option that sets it, where the names differ."""

MAX_NAMED = 20
"""An error lists at most this many options by name."""

GROUPS = ("read", "tokenizer", "model", "train")
"""Groups of settings that every task has."""


def seconds(text: str, option: str = "--time") -> float:
    """Parse a duration: ``30s``, ``15m``, ``1h``, ``1h30m``.  Raises: UsageError."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[smh])+", text.strip().lower()):
        raise UsageError(f"{option} cannot be {text!r}", hint="give a number and a unit: 30s, 15m or 1h")
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([smh])", text.lower()))


def size_in_bytes(text: str, kilo: int, prefixes: str = "kmg") -> int | None:
    """Parse a size: ``500k``, ``2M``, ``1.5GB`` or a number of bytes; None if it is none.

    Args:
        kilo: what the prefixes are powers of: 1,000, or 1,024, where ``MiB`` is a unit, too.
    """
    binary = "i?" if kilo == 1024 else ""
    found = re.fullmatch(rf"(\d+(?:\.\d+)?)\s*([{prefixes}]?)(?:{binary}b)?", text.strip().lower())
    return int(float(found[1]) * kilo ** (prefixes.index(found[2]) + 1 if found[2] else 0)) if found else None


def common(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options, with those that all tasks share converted to fields.

    Raises:
        UsageError: an invalid duration or tokenizer.
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
    """The config fields for ``--label-column``, given once or several times."""
    given = (names,) if isinstance(names, str) else tuple(dict.fromkeys(names or ()))
    several = len(given) > 1
    return {"label_column": None if several or not given else given[0], "label_columns": given if several else ()}


def changed(settings: S, fields: Mapping[str, Any]) -> S:
    """``settings`` with the values of ``fields`` set in its groups."""
    groups = {}
    for name in GROUPS:
        group = getattr(settings, name)
        check_types(fields, type(group))
        groups[name] = dataclasses.replace(group, **known_fields(type(group), fields))
    return dataclasses.replace(settings, **groups)  # type: ignore[type-var]


def known_fields(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values whose names are fields of the dataclass."""
    return {field.name: values[field.name] for field in dataclasses.fields(kind) if field.name in values}


def options_of_other_tasks(given: Mapping[str, Any], task: Task) -> list[str]:
    """The given options that only other tasks have, with dashes."""
    own_options = known_options(task)
    others = {name for other in all_tasks() if other is not task for name in known_options(other)}
    return [as_option(name) for name in given if name in others - own_options]


def known_options(task: Task) -> set[str]:
    """Names of the options of a task."""
    settings = task.settings_class()
    fields = {field.name for group in GROUPS[1:] for field in dataclasses.fields(getattr(settings, group))}
    result: set[str] = fields | task.module("options").OPTIONS
    return result


def read_config(values: Mapping[str, Any]) -> ReadConfig:
    """The config for reading sources, from options by name."""
    columns = {
        "text_columns": tuple(values.get("text_columns") or ()),
        **label_fields(values.get("label_column")),
    }
    return ReadConfig(**known_fields(ReadConfig, {**values, **columns}))


def job_arguments(given: Mapping[str, Any], task: str | None) -> dict[str, dict[str, Any] | UsageError]:
    """For each possible task, the arguments of its ``train.job``, or the error in the options.

    Raises:
        UsageError: the options are invalid for every task.
    """
    tasks = [require_task(task)] if task else all_tasks()
    result: dict[str, dict[str, Any] | UsageError] = {}
    wrong: list[UsageError] = []
    for each in tasks:
        if misplaced := options_of_other_tasks(given, each):
            result[each.name] = _misplaced(misplaced[0], each, tasks)
            wrong.append(result[each.name])  # type: ignore[arg-type]
            continue
        try:
            result[each.name] = each.module("options").from_options(given)
        except UsageError as error:
            result[each.name] = error
            wrong.insert(0, error)  # more specific than a misplaced option
    if len(wrong) == len(result):
        raise wrong[0]
    return result


def chosen(arguments: Mapping[str, dict[str, Any] | UsageError], task: Task) -> dict[str, Any]:
    """The arguments for a task.  Raises: UsageError, if its options are invalid."""
    result = arguments[task.name]
    if isinstance(result, UsageError):
        raise result
    return result


def by_name(given: Mapping[str, Any], known: Collection[str], what: str) -> dict[str, Any]:
    """Check and normalise keyword options; ``text_column`` may be one name or several.

    Args:
        known: names of the valid options.
        what: the function or command, for errors.

    Raises:
        UsageError: an unknown option; the hint suggests the nearest known one.
    """
    for name in given:
        if name not in known:
            if name in RENAMED:
                hint = f"it is called {RENAMED[name]}"
            else:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
                some = ", ".join(sorted(known)) if len(known) <= MAX_NAMED else f"those of `lstm {what} --help`"
                hint = f"did you mean {near[0]}?" if near else f"the options are {some}"
            raise UsageError(f"{what} has no option {name!r}", hint=hint)
    fields = {name: _plain(value) for name, value in given.items() if value is not None}
    if "text_column" in fields:
        names = fields.pop("text_column")
        fields["text_columns"] = (names,) if isinstance(names, str) else tuple(names)
    return fields


def _plain(value: Any) -> Any:
    """A NumPy scalar as a Python number."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def reading_options() -> set[str]:
    """Names of the options for reading a source."""
    names = {field.name for field in dataclasses.fields(ReadConfig)}
    return names - {"text_columns", "label_columns", "line_form", "soft_labels"} | {"text_column"}


def training_options() -> set[str]:
    """Names of the training options of all tasks."""
    names = {name for task in all_tasks() for name in known_options(task)}
    return names - RENAMED.keys() | {"time", "tokenizer"} | reading_options()


def _tokenizer(name: str) -> dict[str, Any]:
    """``--tokenizer``: a built-in kind, or a file."""
    if name in TOKENIZERS:
        return {"kind": name}
    if Path(name).exists():
        return {"path": name}
    raise UsageError(
        f"--tokenizer cannot be {name!r}",
        hint=f"one of {', '.join(TOKENIZERS)}, or the path of a tokenizer.json that exists",
    )


def _misplaced(option: str, task: Task, tasks: Sequence[Task]) -> UsageError:
    name = option.removeprefix("--").replace("-", "_")
    others = [
        other.name for other in all_tasks() if other is not task and not options_of_other_tasks({name: None}, other)
    ]
    hint = "leave it out" + (f", or add --task {others[0]}" if others else "")
    return UsageError(f"{option} does not apply to {task.title}", hint=hint)
