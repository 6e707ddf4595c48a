"""The training run of every task: prepare data, build, plan, resume, fit, derive, save."""

from __future__ import annotations

import datetime
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save  # here, as a package that is missing must not cost a training

from lstmcli.config import to_dict
from lstmcli.errors import LstmError, OutputError
from lstmcli.malloc import keep_freed_memory
from lstmcli.model_dir.directory import CARD, GRAPH, LOG, WEIGHTS, check_target, write_model
from lstmcli.nn.device import resolve_device, use_threads
from lstmcli.tokenization.guard import randomness_warning
from lstmcli.training import events
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import (
    Checkpoints,
    checkpoint_folder,
    has_checkpoints,
)
from lstmcli.training.config import TrainingConfig
from lstmcli.training.derived import INCOMPLETE, Derived
from lstmcli.training.determinism import deterministic_algorithms
from lstmcli.training.distributed import ALONE, Group
from lstmcli.training.events import Event
from lstmcli.training.job import Plan, TrainingJob
from lstmcli.training.lock import claimed
from lstmcli.training.preflight import check_batch, check_disk_space, check_fits, check_memory
from lstmcli.training.resume import resume_from_checkpoint

SAVING_SECONDS, SAVING_RATE = 0.2, 1e8
"""Estimated time to write a model: so many seconds, and one more for so many bytes."""


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
    started: float | None = None,
    group: Group = ALONE,
) -> Generator[Event, None, None]:
    """Train a model of any task and write it to ``output``.

    Every event is also written to the model's ``log.jsonl``.  After the plan, ``output`` is locked for other trainings.
    When ``stop`` returns true, training ends after the current step and the best model so far is saved.

    Args:
        resume: continue the unfinished run at ``output``; if there is none, start from the beginning.
        checkpoint_every: seconds between checkpoints; infinite for none.
        started: when the run began, by ``time.monotonic``: the time limit is for all of it; None: the limit is for
            training alone.
        group: the processes that train together, each of which calls this; only the main one writes anything.

    Raises:
        LostProcess: another process has ended, or does not answer.
        DataError: the data cannot be used for training.
        OutputError: ``output`` exists and ``force`` is false, or it cannot be written.
        UsageError: a device that is not there, or an unfinished run with other settings.
    """
    log: list[str] = []
    job.budget = Budget(job.config.train.time_limit or math.inf, started=started)
    job.group = group
    with deterministic_algorithms(job.config.train.deterministic), ExitStack() as held:
        how = _How(output, force, command, stop, resume, checkpoint_every, log, held)
        for event in _train(job, how):
            log.append(json.dumps(events.to_json(event), ensure_ascii=False))
            yield event
            if isinstance(event, events.RunPlanned) and group.main:
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
    started = time.monotonic() if job.budget.started is None else job.budget.started
    group = job.group
    if group.main:
        check_target(how.output, how.force)
    check_batch(job.config.train, group)
    yield from job.prepare_data()
    if (tokenizer := job.config.tokenizer.path) and (warning := randomness_warning(tokenizer)):
        yield events.Warned(warning)
    how.held.enter_context(torch_state_kept())
    machine, rng = prepare(job.config.train, group)
    check_fits(job.shapes(), machine.device)
    group.agree({"data": job.fingerprint, "settings": [to_dict(job.config), job.vocab_size], "versions": versions()})
    yield from job.build(machine.device)
    group.agree({"a precision": job.precision})
    job.log_bytes = len(_log_text(how.log))
    job.preflight(machine.threads)
    checkpoints, messages = _checkpoints(job, how, machine)
    if last := checkpoints.last:
        job.budget.continue_from(float(last.values.get("spent") or last.values["seconds"]))
    plan = job.plan(last)
    job.budget.after["saving"] = SAVING_SECONDS + plan.estimate.model_bytes / SAVING_RATE
    checkpoints.reserve = plan.estimate.model_bytes
    yield from check_memory(plan.estimate.memory_bytes * group.local_world, machine.device)
    yield from check_disk_space(
        how.output, model_bytes=plan.estimate.model_bytes, parameters=job.parameters, every=how.every
    )
    yield _planned(job, how.command, plan, machine)
    yield from messages
    if not how.resume:
        checkpoints.clear()
    yield from job.before_fit()
    if warning := job.budget.warning():
        yield events.Warned(warning)
    finished = True
    for event in job.fit(stop=how.stop, rng=rng, checkpoints=checkpoints):
        finished &= not (isinstance(event, events.Stopped) and event.reason == "interrupted")
        yield from checkpoints.pop_warnings()
        yield event
    if not group.main:
        return
    derived = Derived()
    job.log_bytes = len(_log_text(how.log))
    yield from job.derive(derived, threads=machine.threads, finished=finished)
    description = _description(job, how, machine, checkpoints.changed, finished)
    files = _files(job, description, derived)
    if derived and finished:
        description["stopped"] = INCOMPLETE
    yield from derived.warnings()
    files[LOG] = _log_text(how.log)
    size = save_model(how.output, files, description, force=how.force)
    if description["stopped"] == "finished":
        checkpoints.clear()
    yield events.Saved(str(how.output), size, time.monotonic() - started)
    derived.check(how.output)


def _log_text(log: list[str]) -> bytes:
    return ("\n".join(log) + "\n").encode("utf-8", "backslashreplace")


def _planned(job: TrainingJob, command: str, plan: Plan, machine: Machine) -> events.RunPlanned:
    return events.RunPlanned(
        command=command,
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
        processes=job.group.world,
    )


def _checkpoints(job: TrainingJob, how: _How, machine: Machine) -> tuple[Checkpoints, list[Event]]:
    group = job.group
    together = {"processes": group.world} if group.world > 1 else {}
    run = {
        "config": to_dict(job.asked),
        "data": job.fingerprint,
        "machine": {**machine._asdict(), "precision": job.precision, **together, **versions()},
    }
    checkpoints, messages = Checkpoints(), list[Event]()
    if group.main:
        where: dict[str, Any] = {"resume": how.resume, "every": how.every, "source": job.splits.path}
        checkpoints, messages = resume_from_checkpoint(how.output, run, how.log, **where)
    checkpoints.last = group.snapshot(checkpoints.last)
    return checkpoints, messages


def _description(job: TrainingJob, how: _How, machine: Machine, changed: list[str], finished: bool) -> dict[str, Any]:
    """The content of ``config.json``, except what ``write_model`` adds."""
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
        **({} if job.cross_validated is None else job.cross_validated.outcome()),
        **job.fields(),
    }


def _files(job: TrainingJob, description: dict[str, Any], derived: Derived) -> dict[str, bytes]:
    """All files of the model directory except ``config.json`` and the log."""
    files = {WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in job.weights().items()}), **job.files()}
    if (graph := job.graph) and (onnx := derived.attempt(GRAPH, graph.serialise)):
        files[GRAPH] = onnx
    if text := derived.attempt("the model card", lambda: job.task.module("card").card(description)):
        files[CARD] = text.encode("utf-8", "backslashreplace")
    return files


def prepare(config: TrainingConfig, group: Group = ALONE) -> tuple[Machine, np.random.Generator]:
    """Set up device, threads, memory allocation and random generators.

    Raises:
        UsageError: the device does not exist.
        LstmError: the system does not allow so many threads.
    """
    import torch

    keep_freed_memory()
    device = group.own_device(resolve_device(config.device))
    threads = config.threads or torch.get_num_threads()  # respects OMP_NUM_THREADS
    use_threads(threads)
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


def save_model(output: Path, files: dict[str, bytes], config: dict[str, Any], *, force: bool) -> int:
    """``write_model`` at the end of a run; if it fails, the model is written to a temporary directory instead.

    Raises:
        OutputError: ``output`` is unchanged; the hint says where the model is, or how to continue.
    """
    try:
        return write_model(output, files, config, force=force)
    except OutputError as error:
        hint = error.hint
        if kept := _kept(output, files, config):
            hint = f"the model is kept in {kept}: use it there with -m, or move it where it should be"
        elif has_checkpoints(checkpoint_folder(output)):
            hint = "the checkpoints are safe: solve this, then continue with the same command and --resume"
        raise OutputError(error.message, path=error.path, hint=hint) from error


def _kept(output: Path, files: dict[str, bytes], config: dict[str, Any]) -> Path | None:
    """Write the model to ``$TMPDIR``, else to ``/var/tmp``, which survives a reboot; returns the path."""
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
