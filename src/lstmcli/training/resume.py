"""Set up the checkpoints of a run, and check whether it can resume from existing ones."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from lstmcli.config import MAX_COUNT, fits
from lstmcli.errors import DataError, ModelError, UsageError
from lstmcli.options import RENAMED
from lstmcli.training import events
from lstmcli.training.checkpoint import Checkpoints, Snapshot, check_folder, checkpoint_folder, differences, read_latest
from lstmcli.training.events import Event


def resume_from_checkpoint(
    output: Path, run: dict[str, Any], log: list[str], *, resume: bool, every: float, source: str = ""
) -> tuple[Checkpoints, list[Event]]:
    """The checkpoints of the run, with the snapshot to resume from, and events about it.

    Args:
        run: what must be equal to resume a run: ``config`` and ``data``; ``machine`` should be equal.
        log: the run's log, to which that of the resumed run is prepended.
        source: path of the data, for messages.

    Raises:
        UsageError: the unfinished run had other settings.
        OutputError: the folder of checkpoints is a link, or belongs to another user.
        DataError: the data has changed.
        ModelError: the content of the checkpoint is invalid.
    """
    run = json.loads(json.dumps(run))  # as it will be read
    if resume or not math.isinf(every):
        check_folder(checkpoint_folder(output))
    checkpoints = Checkpoints(checkpoint_folder(output), every, run, log=log)
    if not resume:
        return checkpoints, []
    found, broken = read_latest(checkpoint_folder(output))
    warnings: list[Event] = [events.Warned(f"{path}: damaged; the previous checkpoint is used") for path in broken]
    if found is None:
        return checkpoints, [*warnings, events.Warned("there is no checkpoint to resume from: training from the start")]
    values = {**found.values}
    if wrong := _wrong(values):
        raise unusable(wrong, checkpoint_folder(output))
    before = values.pop("run")
    changed = differences(before, run)
    serious = [name for name in changed if not name.startswith("machine.")]
    settings = [name for name in serious if not name.startswith("data.")]
    if serious and not settings:
        raise DataError(
            f"the unfinished run in {checkpoint_folder(output)} read other data: this source has changed since, or "
            "--valid, --test, --unlabelled or --teacher have",
            path=source,
            hint="give the same data, or start again with --force",
        )
    if serious and _names(before.get("config")) != _names(run.get("config")):
        raise UsageError(
            f"the unfinished run in {checkpoint_folder(output)} is of another version of lstm, with other settings",
            hint="start again with --force",
        )
    if settings:
        names = ", ".join(map(_option, settings))
        raise UsageError(
            f"the unfinished run in {checkpoint_folder(output)} had other settings: {names}",
            hint="give the same options and data, or start again with --force",
        )
    if changed:
        warnings.append(
            events.Warned(
                f"changed since the run began: {', '.join(changed)}; the result will be similar, not identical"
            )
        )
    log[:0] = values.pop("log")
    checkpoints.changed = [*values.pop("changed"), *(name.removeprefix("machine.") for name in changed)]
    checkpoints.last = Snapshot(found.arrays, values)
    return checkpoints, [*warnings, events.Resumed(int(values["step"]), float(values["seconds"]))]


def unusable(reason: object, folder: Path | None) -> ModelError:
    """The error for an undamaged checkpoint with invalid content."""
    return ModelError(
        f"the checkpoint cannot be used: {reason}", path=folder, hint="start again with --force, which ignores it"
    )


def _wrong(values: dict[str, Any]) -> str | None:
    """The name of an invalid value, if there is one."""
    for name in ("log", "changed"):
        if not isinstance(values.get(name), list) or not all(isinstance(line, str) for line in values[name]):
            return name
    if not isinstance(values.get("run"), dict):
        return "run"
    for name, least in (("step", 0), ("epochs", 1)):
        value: Any = values.get(name)
        if not fits(value, int) or not least <= value <= MAX_COUNT:
            return name
    for name, missing in (("seconds", None), ("spent", 0.0)):  # the latter is not in checkpoints of older versions
        seconds: Any = values.get(name, missing)
        if not fits(seconds, float) or not 0 <= seconds < MAX_COUNT:
            return name
    return None


def _option(name: str) -> str:
    """The option that a setting such as ``config.train.time_limit`` comes from."""
    field = name.rpartition(".")[2]
    return f"--{RENAMED.get(field, field).replace('_', '-')}" if name.startswith("config.") else name


def _names(config: Any) -> Any:
    """The names of settings, without their values."""
    return {name: _names(value) for name, value in config.items()} if isinstance(config, dict) else None
