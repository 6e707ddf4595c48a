"""What every training run begins and ends with, whatever it trains."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmcli import events
from lstmcli.config import TrainConfig
from lstmcli.config_lm import LmTrainConfig
from lstmcli.errors import UsageError
from lstmcli.events import Event
from lstmcli.malloc import keep_freed_memory
from lstmcli.tasks.checkpoint import Checkpoints, Snapshot, differences, place_of, read_latest
from lstmcli.tasks.device import resolve_device


class Machine(NamedTuple):
    device: str
    threads: int


def logged(run: Callable[[list[str]], Iterator[Event]]) -> Iterator[Event]:
    """The events of a run, each also a line of the log that the run is given."""
    log: list[str] = []
    for event in run(log):
        log.append(json.dumps(events.to_json(event), ensure_ascii=False))
        yield event


def prepare(config: TrainConfig | LmTrainConfig) -> tuple[Machine, np.random.Generator]:
    """Device, threads, memory and random numbers, as the config says.

    Raises:
        UsageError: a device that is not there.
    """
    import torch

    keep_freed_memory()
    device = resolve_device(config.device)
    threads = config.threads or torch.get_num_threads()  # which minds OMP_NUM_THREADS
    torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    return Machine(device, threads), np.random.default_rng(config.seed)


def go_on(
    output: Path, run: dict[str, Any], log: list[str], *, resume: bool, every: float
) -> tuple[Checkpoints, list[Event]]:
    """Where the run's checkpoints go, what it goes on from, and what there is to say of that.

    Args:
        run: what must be the same for a run to go on: ``config`` and ``data``; ``machine`` should be.
        log: the run's log, which begins with that of the run it goes on with.

    Raises:
        UsageError: the unfinished run there is another one.
    """
    run = json.loads(json.dumps(run))  # as it will be read
    checkpoints = Checkpoints(place_of(output), every, run, log=log)
    if not resume:
        return checkpoints, []
    found, broken = read_latest(place_of(output))
    said: list[Event] = [events.Warned(f"{path}: torn or altered, the checkpoint before it is used") for path in broken]
    if found is None:
        return checkpoints, [*said, events.Warned("there is no checkpoint to go on from: training from the start")]
    values = {**found.values}
    changed = differences(values.pop("run"), run)
    if serious := [name for name in changed if not name.startswith("machine.")]:
        raise UsageError(
            f"the unfinished run in {place_of(output)} had other settings: {', '.join(serious)}",
            hint="give the options and data that it had, or begin anew with --force",
        )
    if changed:
        said.append(events.Warned(f"not as before: {', '.join(changed)}; the outcome will be near, not the same"))
    log[:0] = values.pop("log")
    checkpoints.last = Snapshot(found.arrays, values)
    return checkpoints, [*said, events.Resumed(int(values["step"]), float(values["seconds"]))]


def origin(command: str, seed: int, machine: Machine, *, interrupted: bool) -> dict[str, Any]:
    """What ``config.json`` says of how a model came to be."""
    return {
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": command,
        "seed": seed,
        "versions": versions(),
        "device": machine.device,
        "threads": machine.threads,
        "stopped": "interrupted" if interrupted else "finished",
    }


def log_lines(log: list[str]) -> bytes:
    """The log as ``log.jsonl``."""
    return ("\n".join(log) + "\n").encode("utf-8", "backslashreplace")


def versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    names = ("lstmcli", "torch", "tokenizers", "onnxruntime", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
