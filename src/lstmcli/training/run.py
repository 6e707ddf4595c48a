"""The training run of every task: prepare data, build, plan, resume, fit, derive, save."""

from __future__ import annotations

import datetime
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmcli.config import to_dict
from lstmcli.errors import DataError, LstmError, OutputError, UsageError
from lstmcli.malloc import keep_freed_memory
from lstmcli.model_dir.directory import CARD, GRAPH, LOG, WEIGHTS, check_target, write_model
from lstmcli.nn.device import resolve_device
from lstmcli.threads import check_threads
from lstmcli.tokenization.guard import draws_lots
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
from lstmcli.training.job import TrainingJob
from lstmcli.training.lock import claimed

CHECKPOINT_BYTES = 20
"""Of a parameter: in fp32 the weights, those to keep, an average, and what the optimiser has."""


class Machine(NamedTuple):
    device: str
    threads: int


def train(
    job: TrainingJob,
    output: Path,
    *,
    force: bool = False,
    command: str = "",
    stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
    checkpoint_every: float = 60.0,
) -> Generator[Event, None, None]:
    """Train a model of any task and write it to ``output``.

    Every event is also a line of the model's ``log.jsonl``.  From the plan on no other training may write to
    ``output``.  When ``stop`` turns true, training ends after the step at hand and the best model so far is saved.

    Args:
        resume: continue the unfinished run at ``output``; with none there, start from the beginning.
        checkpoint_every: seconds from one checkpoint to the next; infinite for none.

    Raises:
        DataError: nothing to learn from.
        OutputError: ``output`` exists and ``force`` is false, or it cannot be written.
        UsageError: a device that is not there, or an unfinished run with other settings.
    """
    log: list[str] = []
    with enforced(job.config.train.deterministic), ExitStack() as held:
        how = _How(output, force, command, stop, resume, checkpoint_every, log, held)
        for event in _train(job, how):
            log.append(json.dumps(events.to_json(event), ensure_ascii=False))
            yield event
            if isinstance(event, events.RunPlanned):
                held.enter_context(claimed(output))


class _How(NamedTuple):
    """The arguments of ``train``, the lines of its log, and what is undone at its end."""

    output: Path
    force: bool
    command: str
    stop: Callable[[], bool]
    resume: bool
    every: float
    log: list[str]
    held: ExitStack


def _train(job: TrainingJob, how: _How) -> Iterator[Event]:
    started = time.monotonic()
    check_target(how.output, how.force)
    yield from job.prepare_data()
    if (tokenizer := job.config.tokenizer.path) and (warning := draws_lots(tokenizer)):
        yield events.Warned(warning)
    how.held.enter_context(torch_state_kept())
    machine, rng = prepare(job.config.train)
    yield from job.build(machine.device)
    job.rehearse(machine.threads)
    checkpoints, messages = _checkpoints(job, how, machine)
    plan = job.plan(checkpoints.last)
    yield from check_disk_space(
        how.output, model_bytes=plan.estimate.model_bytes, parameters=job.parameters, every=how.every
    )
    yield events.RunPlanned(
        command=how.command,
        model=job.describe(),
        parameters=job.parameters,
        epochs=plan.epochs,
        steps=plan.steps,
        device=machine.device,
        threads=machine.threads,
        precision=job.precision,
        seed=job.config.train.seed,
        estimate=plan.estimate,
        by_clock=plan.by_clock,
    )
    yield from messages
    if not how.resume:
        checkpoints.clear()
    yield from job.before_fit()
    finished = True
    for event in job.fit(stop=how.stop, rng=rng, checkpoints=checkpoints):
        finished &= not (isinstance(event, events.Stopped) and event.reason == "interrupted")
        yield from checkpoints.news()
        yield event
    derived = Derived()
    yield from job.derive(derived, threads=machine.threads, finished=finished)
    description = _description(job, how, machine, checkpoints.changed, finished)
    files = _files(job, description, derived)
    if derived and finished:
        description["stopped"] = INCOMPLETE
    yield from derived.warnings()
    files[LOG] = ("\n".join(how.log) + "\n").encode("utf-8", "backslashreplace")
    size = save_model(how.output, files, description, force=how.force)
    if description["stopped"] == "finished":
        checkpoints.clear()
    yield events.Saved(str(how.output), size, time.monotonic() - started)
    derived.check(how.output)


def _checkpoints(job: TrainingJob, how: _How, machine: Machine) -> tuple[Checkpoints, list[Event]]:
    run = {
        "config": to_dict(job.asked),
        "data": job.fingerprint,
        "machine": {**machine._asdict(), "precision": job.precision, **versions()},
    }
    return resume_from_checkpoint(how.output, run, how.log, resume=how.resume, every=how.every, source=job.splits.path)


def _description(job: TrainingJob, how: _How, machine: Machine, changed: list[str], finished: bool) -> dict[str, Any]:
    """``config.json``, but for what ``write_model`` adds."""
    return {
        "task": job.task.name,
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": how.command,
        "seed": job.config.train.seed,
        "versions": versions(),
        "device": machine.device,
        "threads": machine.threads,
        "precision": job.precision,
        "changed": changed,
        "stopped": "finished" if finished else "interrupted",
        job.task.config_key: to_dict(job.config),
        "metrics": job.metrics,
        "parameters": job.parameters,
        "architecture": job.describe(),
        "tokenizer": {"kind": job.config.tokenizer.kind, "vocab_size": job.vocab_size},
        **job.fields(),
    }


def _files(job: TrainingJob, description: dict[str, Any], derived: Derived) -> dict[str, bytes]:
    """Every file of the model directory but ``config.json`` and the log."""
    from safetensors.numpy import save

    files = {WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in job.weights().items()}), **job.files()}
    if (graph := job.graph) and (onnx := derived.attempt(GRAPH, graph.serialise)):
        files[GRAPH] = onnx
    if text := derived.attempt("the model card", lambda: job.task.module("card").card(description)):
        files[CARD] = text.encode("utf-8", "backslashreplace")
    return files


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


@contextmanager
def torch_state_kept() -> Iterator[None]:
    """At the end PyTorch has the random numbers and the number of threads that it had: a program may have its own."""
    import torch

    threads = torch.get_num_threads()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
    with torch.random.fork_rng(list(devices)):
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def resume_from_checkpoint(
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


def check_disk_space(output: Path, *, model_bytes: int, parameters: int, every: float) -> Iterator[Event]:
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


def versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    names = ("lstmcli", "torch", "tokenizers", "onnxruntime", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
