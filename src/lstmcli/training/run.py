"""What every training run begins and ends with, whatever it trains."""

from __future__ import annotations

import datetime
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lstmcli.errors import DataError, LstmError, OutputError, UsageError
from lstmcli.malloc import keep_freed_memory
from lstmcli.model_dir.directory import CARD, GRAPH, LOG, write_model
from lstmcli.nn.device import resolve_device
from lstmcli.threads import check_threads
from lstmcli.training import events
from lstmcli.training.checkpoint import (
    KEPT,
    Checkpoints,
    Snapshot,
    any_in,
    check_folder,
    differences,
    place_of,
    read_latest,
)
from lstmcli.training.config import TrainingConfig
from lstmcli.training.derived import INCOMPLETE, Derived
from lstmcli.training.determinism import enforced
from lstmcli.training.events import Event
from lstmcli.training.lock import claimed

if TYPE_CHECKING:
    from lstmcli.engine.nodes import InferenceGraph

CHECKPOINT_BYTES = 20
"""Of a parameter: in fp32 the weights, those to keep, an average, and what the optimiser has."""


class Machine(NamedTuple):
    device: str
    threads: int


def logged(
    run: Callable[[list[str]], Iterator[Event]], config: TrainingConfig, output: Path
) -> Generator[Event, None, None]:
    """The events of a run, each also a line of the log that the run is given; deterministic if the config says so.

    From the plan on no other training may write to ``output``.
    """
    log: list[str] = []
    with enforced(config.deterministic), ExitStack() as held:
        for event in run(log):
            log.append(json.dumps(events.to_json(event), ensure_ascii=False))
            yield event
            if isinstance(event, events.RunPlanned):
                held.enter_context(claimed(output))


def prepare(config: TrainingConfig) -> tuple[Machine, np.random.Generator]:
    """Device, threads, memory and random numbers, as the config says.

    Raises:
        UsageError: a device that is not there.
        LstmError: the system does not let so many threads run.
    """
    import torch

    keep_freed_memory()
    device = resolve_device(config.device)
    threads = config.threads or torch.get_num_threads()  # which minds OMP_NUM_THREADS
    check_threads(threads)
    torch.set_num_threads(threads)
    torch.manual_seed(config.seed)
    return Machine(device, threads), np.random.default_rng(config.seed)


def go_on(
    output: Path, run: dict[str, Any], log: list[str], *, resume: bool, every: float, source: str = ""
) -> tuple[Checkpoints, list[Event]]:
    """Where the run's checkpoints go, what it goes on from, and what there is to say of that.

    Args:
        run: what must be the same for a run to go on: ``config`` and ``data``; ``machine`` should be.
        log: the run's log, which begins with that of the run it goes on with.
        source: where the data come from.

    Raises:
        UsageError: the unfinished run there is another one.
        OutputError: the folder of checkpoints is a link, or another user's.
        DataError: it read other data.
    """
    run = json.loads(json.dumps(run))  # as it will be read
    if resume or not math.isinf(every):
        check_folder(place_of(output))
    checkpoints = Checkpoints(place_of(output), every, run, log=log)
    if not resume:
        return checkpoints, []
    found, broken = read_latest(place_of(output))
    said: list[Event] = [events.Warned(f"{path}: torn or altered, the checkpoint before it is used") for path in broken]
    if found is None:
        return checkpoints, [*said, events.Warned("there is no checkpoint to go on from: training from the start")]
    values = {**found.values}
    changed = differences(values.pop("run"), run)
    serious = [name for name in changed if not name.startswith("machine.")]
    if serious and all(name.startswith("data.") for name in serious):
        raise DataError(
            f"has changed since the unfinished run in {place_of(output)} read it",
            path=source,
            hint="give the data that it had, or begin anew with --force",
        )
    if serious:
        raise UsageError(
            f"the unfinished run in {place_of(output)} had other settings: {', '.join(serious)}",
            hint="give the options and data that it had, or begin anew with --force",
        )
    if changed:
        said.append(events.Warned(f"not as before: {', '.join(changed)}; the outcome will be near, not the same"))
    log[:0] = values.pop("log")
    checkpoints.changed = [*values.pop("changed"), *(name.removeprefix("machine.") for name in changed)]
    checkpoints.last = Snapshot(found.arrays, values)
    return checkpoints, [*said, events.Resumed(int(values["step"]), float(values["seconds"]))]


def room(output: Path, *, model_bytes: int, parameters: int, every: float) -> Iterator[Event]:
    """A warning where the disk has too little space for what a run is about to write."""
    place = next(parent for parent in place_of(output).parents if parent.exists())
    checkpoints = 0 if math.isinf(every) else (KEPT + 1) * CHECKPOINT_BYTES * parameters
    with suppress(OSError):
        free = shutil.disk_usage(place).free
        if free < model_bytes + checkpoints:
            yield events.Warned(
                f"{place} has {_megabytes(free)} of space left, and the model takes about {_megabytes(model_bytes)}"
                + (f", its checkpoints {_megabytes(checkpoints)}" if checkpoints else "")
            )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def deliver(
    output: Path,
    files: dict[str, bytes],
    description: dict[str, Any],
    *,
    graph: InferenceGraph | None,
    card: Callable[[dict[str, Any]], str],
    log: list[str],
    force: bool,
    derived: Derived,
    checkpoints: Checkpoints,
    started: float,
) -> Iterator[Event]:
    """Saves the model, and lets go of the checkpoints once nothing is missing from it.

    Args:
        files: those that decide what the model answers.
        graph: for other programs; None where it could not be made.
        started: the monotonic clock's time when the run began.

    Raises:
        OutputError: the model could not be saved in its place.
        LstmError: it was saved, but without something that failed.
    """
    if onnx := graph and derived.attempt(GRAPH, graph.serialise):
        files[GRAPH] = onnx
    if text := derived.attempt("the model card", lambda: card(description)):
        files[CARD] = text.encode("utf-8", "backslashreplace")
    if derived and description["stopped"] == "finished":
        description["stopped"] = INCOMPLETE
    yield from derived.warnings()
    files[LOG] = log_lines(log)
    size = save_model(output, files, description, force=force)
    if description["stopped"] == "finished":
        checkpoints.clear()
    yield events.Saved(str(output), size, time.monotonic() - started)
    derived.check(output)


def save_model(output: Path, files: dict[str, bytes], config: dict[str, Any], *, force: bool) -> int:
    """``write_model`` at the end of a run; where that fails, the model is written to a place for temporary files.

    Raises:
        OutputError: what was at ``output`` before is still there; where the model is now, or how to go on.
    """
    try:
        return write_model(output, files, config, force=force)
    except OutputError as error:
        hint = error.hint
        if kept := _kept(output, files, config):
            hint = f"the model is kept in {kept}: use it there with -m, or move it where it should be"
        elif any_in(place_of(output)):
            hint = "the checkpoints are safe: once this is mended, the same command with --resume goes on"
        raise OutputError(error.message, path=error.path, hint=hint) from error


def _kept(output: Path, files: dict[str, bytes], config: dict[str, Any]) -> Path | None:
    """Where the model is kept instead: ``$TMPDIR``, else ``/var/tmp``, which outlives the machine's next start."""
    name = Path(os.path.realpath(output)).name
    for folder in [os.environ["TMPDIR"]] if os.environ.get("TMPDIR") else ["/var/tmp", tempfile.gettempdir()]:
        with suppress(OSError):
            place = Path(tempfile.mkdtemp(prefix=f"lstm-{name}-", dir=folder))
            try:
                write_model(place, files, config, force=False)
                return place
            except LstmError:
                place.rmdir()
    return None


def origin(
    command: str, seed: int, machine: Machine, *, precision: str, changed: list[str], stopped: str
) -> dict[str, Any]:
    """What ``config.json`` says of how a model came to be; ``changed`` as ``Checkpoints`` has it."""
    return {
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": command,
        "seed": seed,
        "versions": versions(),
        "device": machine.device,
        "threads": machine.threads,
        "precision": precision,
        "changed": changed,
        "stopped": stopped,
    }


def log_lines(log: list[str]) -> bytes:
    """The log as ``log.jsonl``."""
    return ("\n".join(log) + "\n").encode("utf-8", "backslashreplace")


def versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    names = ("lstmcli", "torch", "tokenizers", "onnxruntime", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
