"""Options by name to settings: what the command line and the Python API share.

An option has the name of the field that it sets, but for the few that read better the other way round
(``keep_case`` for ``lowercase``); each task's ``options.py`` knows its own.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from lstmcli.config import check_types
from lstmcli.data.config import ReadConfig
from lstmcli.errors import LstmError, UsageError
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
"""Fields of the settings, and the option that sets each."""

MAX_NAMED = 20
"""Options that an error names one by one."""

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
        check_types(fields, type(group))
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


def read_config(values: Mapping[str, Any]) -> ReadConfig:
    """How sources are read, from options by name."""
    columns = {
        "text_columns": tuple(values.get("text_columns") or ()),
        **label_fields(values.get("label_column")),
    }
    return ReadConfig(**known_fields(ReadConfig, {**values, **columns}))


def job_arguments(given: Mapping[str, Any], task: str | None) -> dict[str, dict[str, Any] | UsageError]:
    """For each task that could be meant, the arguments of its ``train.job``, or what is wrong with the options.

    Raises:
        UsageError: they are wrong for every task.
    """
    tasks = [require_task(task)] if task else all_tasks()
    found: dict[str, dict[str, Any] | UsageError] = {}
    wrong: list[UsageError] = []
    for each in tasks:
        if misplaced := foreign(given, each):
            found[each.name] = _misplaced(misplaced[0], each, tasks)
            wrong.append(found[each.name])  # type: ignore[arg-type]
            continue
        try:
            found[each.name] = each.module("options").from_options(given)
        except UsageError as error:
            found[each.name] = error
            wrong.insert(0, error)  # says more than that an option is out of place
    if len(wrong) == len(found):
        raise wrong[0]
    return found


def chosen(arguments: Mapping[str, dict[str, Any] | UsageError], task: Task) -> dict[str, Any]:
    """The arguments for a task.  Raises: UsageError, what is wrong with them."""
    found = arguments[task.name]
    if isinstance(found, UsageError):
        raise found
    return found


def by_name(given: Mapping[str, Any], known: Collection[str], what: str) -> dict[str, Any]:
    """Options as a program gives them, as the rest of the code has them: ``text_column`` may be one name or several.

    Args:
        known: names that mean something here.
        what: in whose place an unknown name was given.

    Raises:
        UsageError: a name that means nothing; the message names the nearest that does.
    """
    for name in given:
        if name not in known:
            if name in RENAMED:
                hint = f"it is called {RENAMED[name]}"
            else:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
                some = ", ".join(sorted(known)) if len(known) <= MAX_NAMED else f"those of `lstm {what} --help`"
                hint = f"did you mean {near[0]}?" if near else f"there are {some}"
            raise UsageError(f"{what} has no option {name!r}", hint=hint)
    fields = {name: _plain(value) for name, value in given.items() if value is not None}
    if "text_column" in fields:
        names = fields.pop("text_column")
        fields["text_columns"] = (names,) if isinstance(names, str) else tuple(names)
    return fields


def _plain(value: Any) -> Any:
    """A number of NumPy as one of Python."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


@contextmanager
def in_python() -> Iterator[None]:
    """Errors speak of ``label_column`` where those of the command line speak of ``--label-column``."""
    try:
        yield
    except LstmError as error:
        error.message = _as_arguments(error.message)
        error.hint = error.hint and _as_arguments(error.hint)
        raise


def _as_arguments(message: str) -> str:
    """The options in a message; those of whole commands, which stand in backquotes, stay as they are."""
    message = re.sub(r"^[a-z]+(?:-[a-z]+)+(?= (?:must|cannot) )", lambda found: found[0].replace("-", "_"), message)
    return re.sub(
        r"`[^`]*`|(?:-\w/)?--([a-z]+(?:-[a-z]+)*)",
        lambda found: found[1].replace("-", "_") if found[1] else found[0],
        message,
    )


def reading_options() -> set[str]:
    """Names of the options that say how a source is read."""
    names = {field.name for field in dataclasses.fields(ReadConfig)}
    return names - {"text_columns", "label_columns", "line_form"} | {"text_column"}


def training_options() -> set[str]:
    """Names of the options of training, of any task."""
    names = {name for task in all_tasks() for name in known_options(task)}
    return names - RENAMED.keys() | {"time", "tokenizer"} | reading_options()


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


def _misplaced(option: str, task: Task, tasks: Sequence[Task]) -> UsageError:
    name = option.removeprefix("--").replace("-", "_")
    others = [other.name for other in all_tasks() if other is not task and not foreign({name: None}, other)]
    hint = "leave it out" + (f", or add --task {others[0]}" if others else "")
    return UsageError(f"{option} means nothing to {task.title}", hint=hint)
