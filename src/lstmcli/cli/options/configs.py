"""From a command's parameters to settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lstmcli.cli.typer_classes import is_given
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.options import foreign, known_fields, label_fields
from lstmcli.tasks import Task, all_tasks, require_task


def given_options(ctx: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a command's parameters that were typed, not left at their defaults."""
    return {name: value for name, value in values.items() if name != "ctx" and is_given(ctx, name)}


def read_config(values: Mapping[str, Any]) -> ReadConfig:
    """How sources are read, from a command's parameters."""
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


def _misplaced(option: str, task: Task, tasks: Sequence[Task]) -> UsageError:
    name = option.removeprefix("--").replace("-", "_")
    others = [other.name for other in all_tasks() if other is not task and not foreign({name: None}, other)]
    hint = "leave it out" + (f", or add --task {others[0]}" if others else "")
    return UsageError(f"{option} means nothing to {task.title}", hint=hint)
