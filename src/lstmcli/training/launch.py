"""Start the processes of a training on this machine, and let a process that was started so find the others.

``torchrun`` describes a process's place by environment variables (``RANK``, ``WORLD_SIZE``, …), and so does ``launch``,
which uses what torchrun is made of.  The store through which processes find each other, and gloo's connections, listen
on the loopback address unless ``MASTER_ADDR`` names another machine.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from lstmcli.errors import LstmError, UsageError
from lstmcli.safe_path import child_environment, lstm_command
from lstmcli.threads import cores
from lstmcli.training.distributed import ALONE, TIMEOUT, Group
from lstmcli.training.last_words import RESUME, LostProcess
from lstmcli.training.rendezvous import fresh

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing import PContext, RunProcsResult

PLACE = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""Variables that torchrun sets for each process."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]
LAST_LINES = 3
"""Of what a process said that ended without reporting an error."""
QUIET = {"TORCH_CPP_LOG_LEVEL": "ERROR", "GLOG_minloglevel": "2"}


def is_started() -> bool:
    """Whether torchrun, or ``launch``, started this process as one of several."""
    return all(name in os.environ for name in PLACE) and os.environ["WORLD_SIZE"] != "1"


def world_size() -> int:
    """The number of processes that torchrun, or ``launch``, started."""
    return _place()[1] if is_started() else 1


def is_restarted() -> bool:
    """Whether torchrun has started these processes again, after one of them had ended."""
    return os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") != "0"


@contextmanager
def joined(timeout: float = TIMEOUT) -> Iterator[Group]:
    """The processes of the training, connected; only this one if it was not started as one of several.

    Raises:
        UsageError: the variables of torchrun make no sense.
        LostProcess: the others cannot be reached.
    """
    if not is_started():
        yield ALONE
        return
    rank, world = _place()
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    address = os.environ["MASTER_ADDR"]
    if address in LOOPBACK and (loopback := _loopback()):
        os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback)
    import torch
    import torch.distributed as dist
    from torch.distributed.rendezvous import rendezvous

    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and dist.is_nccl_available() else "gloo"
    limit = timedelta(seconds=timeout)
    try:
        shared, _, _ = next(iter(rendezvous("env://", timeout=limit)))
        store = fresh(shared, rank, world, timeout)
        dist.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=limit)
    except (RuntimeError, ValueError, TimeoutError) as error:
        message = f"process {rank} of {world} cannot reach the others at {address}: {_first_line(error)}"
        hint = "is every machine started, with the same --rdzv-endpoint, and no firewall between them?"
        raise LostProcess(message, hint=hint) from error
    group = Group(rank, world, store, timeout)
    try:
        yield group
    except BaseException as error:
        group.words.say(error)
        _leave_words(error)
        raise
    dist.destroy_process_group()


def _leave_words(error: BaseException) -> None:
    """Write the error where torchrun looks for the last words of a process that fails."""
    if isinstance(error, Exception) and (path := os.environ.get("TORCHELASTIC_ERROR_FILE")):
        words, now = str(error) or type(error).__name__, str(int(time.time()))
        message = {"message": words, "extraInfo": {"py_callstack": words, "timestamp": now}}
        with suppress(OSError):
            Path(path).write_text(json.dumps({"message": message}), "utf-8")


def _place() -> tuple[int, int]:
    """Rank and number of processes.  Raises: UsageError."""
    try:
        rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except ValueError:
        rank, world = -1, 0
    if not 0 <= rank < world:
        found = " ".join(f"{name}={os.environ[name]!r}" for name in PLACE[:2])
        raise UsageError(f"the environment is not that of a process of torchrun: {found}")
    return rank, world


def _loopback() -> str | None:
    """The name of the loopback interface."""
    names = [name for _, name in socket.if_nameindex()] if hasattr(socket, "if_nameindex") else []
    return next((name for name in ("lo", "lo0") if name in names), None)


def processes_for(wanted: str) -> int:
    """The number of processes for ``--processes``, a number or ``auto``: one for each GPU, or one in all.

    On CPUs threads are faster than processes (benchmarks/distributed.py).

    Raises:
        UsageError: neither.
    """
    if wanted == "auto":
        import torch

        return torch.cuda.device_count() or 1
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 1024:
        raise UsageError(f"--processes cannot be {wanted!r}", hint="give a number from 1 to 1024, or auto")
    return int(wanted)


def launch(arguments: Sequence[str], processes: int) -> int:
    """Run ``lstm`` with these arguments in several processes on this machine; returns the exit code.

    The first process has this one's stdout and stderr.  What the others write is shown only if they fail.  Signals are
    passed on to all of them.

    Raises:
        LstmError: a process died, or failed without the first one having reported it.
    """
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, Std, start_processes

    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    command = lstm_command(list(arguments))
    with tempfile.TemporaryDirectory(prefix="lstm-processes-", ignore_cleanup_errors=True) as folder, _store() as port:
        others = dict.fromkeys(range(1, processes), Std.ALL)
        context = start_processes(
            name="lstm",
            entrypoint=command[0],
            args={rank: tuple(command[1:]) for rank in range(processes)},
            envs={rank: _environment(rank, processes, port) for rank in range(processes)},
            logs_specs=DefaultLogsSpecs(log_dir=folder, redirects={0: Std.NONE, **others}),
        )
        with _passing_signals_on(context, before):
            while (result := context.wait(timeout=3600, period=0.1)) is None:
                pass
        return _outcome(result, processes)


def _environment(rank: int, processes: int, port: int) -> dict[str, str]:
    threads = str(max(1, cores() // processes))
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": processes, "LOCAL_WORLD_SIZE": processes}
    environment = child_environment({name: str(value) for name, value in place.items()})
    return {
        **environment,
        **QUIET,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads),
    }


@contextmanager
def _store() -> Iterator[int]:
    """A store that listens on the loopback address, while the block runs; gives its port."""
    from torch._C._distributed_c10d import TCPStore

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    kept = TCPStore("127.0.0.1", port, is_master=True, wait_for_workers=False, master_listen_fd=listener.detach())
    yield port
    del kept


@contextmanager
def _passing_signals_on(context: PContext, before: Mapping[int, Any]) -> Iterator[None]:
    """Pass signals on to the processes, which know what to do; one that was ignored stays ignored."""

    def pass_on(number: int, _: FrameType | None) -> None:
        for process in context.pids().values():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    for number, handler in before.items():
        signal.signal(number, signal.SIG_IGN if handler == signal.SIG_IGN else pass_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _outcome(result: RunProcsResult, processes: int) -> int:
    """The exit code.  Raises: LstmError."""
    if not result.failures:
        return 0
    failures = sorted(result.failures.values(), key=lambda failure: failure.timestamp)
    killed = [f for f in failures if f.exitcode < 0 and f.timestamp <= failures[0].timestamp + 1]
    mine, first = result.failures.get(0), (killed or failures)[0]
    if mine is not None and mine.exitcode > 0 and not killed:
        return mine.exitcode  # it has said why
    words = _last_words(result.stderrs.get(first.local_rank) or "")
    who = f"process {first.local_rank} of {processes}"
    told = mine is not None and 0 < mine.exitcode < 128  # above, a signal ended it because of the other
    hint = None if told else RESUME
    if first.exitcode < 0:
        name = signal.Signals(-first.exitcode).name
        memory = "; the system may have run out of memory" if name == "SIGKILL" else ""
        raise LstmError(f"{who} was ended by {name}{memory}{words}", hint=hint)
    raise LstmError(f"{who} failed with exit code {first.exitcode}{words}", hint=hint)


def _last_words(path: str) -> str:
    try:
        lines = Path(path).read_text("utf-8", "replace").strip().splitlines() if path else []
    except OSError:
        lines = []
    return "; its last words: " + " / ".join(lines[-LAST_LINES:]) if lines else ""


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
