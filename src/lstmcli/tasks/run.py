"""What every training run begins and ends with, whatever it trains."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from lstmcli import events
from lstmcli.config import TrainConfig
from lstmcli.config_lm import LmTrainConfig
from lstmcli.events import Event
from lstmcli.malloc import keep_freed_memory
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


def origin(command: str, seed: int, machine: Machine, *, interrupted: bool) -> dict[str, Any]:
    """What ``config.json`` says of how a model came to be."""
    return {
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": command,
        "seed": seed,
        "versions": _versions(),
        "device": machine.device,
        "threads": machine.threads,
        "stopped": "interrupted" if interrupted else "finished",
    }


def log_lines(log: list[str]) -> bytes:
    """The log as ``log.jsonl``."""
    return ("\n".join(log) + "\n").encode("utf-8", "backslashreplace")


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    names = ("lstmcli", "torch", "tokenizers", "onnxruntime", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
