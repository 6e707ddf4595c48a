"""Processes that answer pieces.

A worker opens the model once and answers one piece after the other.  One that dies is replaced, and its piece is given
out again.  A worker whose parent dies ends too: nothing comes through its pipe any more.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from lstmcli import errors
from lstmcli.bulk.answers import Answer, Answered, Asked, Failure, Opening
from lstmcli.bulk.pieces import Head, Piece
from lstmcli.children import begin_child, start_child, tell
from lstmcli.errors import LstmError
from lstmcli.faults import bad_package
from lstmcli.memory import peak_memory

TRIES = 3
"""For a piece, before it is given up."""
END_SECONDS = 5.0
"""For a worker to end by itself."""


@dataclass(eq=False)
class Job:
    """A piece to answer, and who waits for it."""

    owner: Any
    piece: Piece
    asked: Asked
    tries: int = 1


class _Worker:
    """A process, and a thread that hears what it says."""

    def __init__(self, opening: Opening, heard: SimpleQueue[tuple[_Worker, Any]]) -> None:
        self.process = start_child("lstmcli.bulk.workers", opening)
        self.job: Job | None = None
        self.memory = 0
        """Bytes that it has taken at most, as far as it is known."""
        self._heard = heard
        threading.Thread(target=self._listen, daemon=True).start()

    def give(self, job: Job) -> None:
        self.job = job
        tell(self.process, job.asked)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                self._heard.put((self, pickle.load(self.process.stdout)))
        self._heard.put((self, None))

    def end(self) -> int:
        """Its exit code."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        try:
            return self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Workers:
    """A number of workers, started when there is work for them; ``with`` ends them."""

    def __init__(self, opening: Opening, count: int, memory: int | None = None) -> None:
        """
        Args:
            memory: bytes that this process and its workers may take; there are fewer workers if they take more.
        """
        self._opening, self._count, self._limit = opening, count, memory
        self._workers: list[_Worker] = []
        self._heard: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
        self.notes: list[str] = []
        """Why a piece was given out again, and why there are fewer workers; whoever says it, empties it."""

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            if worker.job is not None:
                worker.process.terminate()
            worker.end()

    @property
    def busy(self) -> int:
        """The workers that have a job."""
        return sum(worker.job is not None for worker in self._workers)

    @property
    def free(self) -> bool:
        """Whether another job can be given out."""
        if self.busy < len(self._workers):
            return True
        if len(self._workers) >= self._count or self._limit is None or not self._workers:
            return len(self._workers) < self._count
        one = max(worker.memory for worker in self._workers)
        if not one:  # the first worker shows how much it takes
            return False
        if self._taken() + one > self._limit:
            self._keep_to(len(self._workers))
        return len(self._workers) < self._count

    def give(self, job: Job) -> None:
        """Give a job to a worker that has none; call it if there is one that is ``free``."""
        idle = next((worker for worker in self._workers if worker.job is None), None)
        if idle is None:
            self._workers.append(idle := _Worker(self._opening, self._heard))
        idle.give(job)

    def wait(self) -> tuple[Job, Answered | Failure]:
        """A job that is done.  A job whose worker failed is given out again, ``TRIES`` times in all.

        Raises:
            LstmError: the model cannot be opened, or there is not enough memory for one worker.
        """
        while True:
            worker, message = self._heard.get()
            job = worker.job
            if job is None:
                continue
            found = self._understood(worker, message)
            if not isinstance(found, str):
                self._check_memory(worker)
                return job, found
            if job.tries == TRIES:
                return job, Failure(given_up(found, job.piece.head))
            job.tries += 1
            self.notes.append(f"{found}; its texts are given out again")
            self.give(job)

    def _taken(self) -> int:
        most = max(worker.memory for worker in self._workers)  # stands for those that have not answered yet
        return peak_memory() + sum(worker.memory or most for worker in self._workers)

    def _check_memory(self, worker: _Worker) -> None:
        if self._limit is None or self._taken() <= self._limit:
            return
        if len(self._workers) == 1:
            own = _mib(peak_memory())
            message = f"one worker takes {_mib(worker.memory)} and this process {own}: more than {_mib(self._limit)}"
            raise LstmError(message, hint="allow more with --limit-memory; what was answered is kept")
        self._workers.remove(worker)
        worker.end()
        self._keep_to(len(self._workers))

    def _keep_to(self, count: int) -> None:
        self._count = count
        assert self._limit is not None
        self.notes.append(f"{count} of the workers {'fits' if count == 1 else 'fit'} into {_mib(self._limit)}")

    def _understood(self, worker: _Worker, message: Any) -> Answered | Failure | str:
        """What a worker has said; or why its piece needs another try.  Raises: LstmError, if it could not start."""
        worker.job = None
        if message is None:
            self._workers.remove(worker)
            return f"a worker ended {_how(worker.end())}"
        kind, what, worker.memory = message
        if kind == "answered":
            assert isinstance(what, Answered)
            return what
        if kind == "odd":
            return f"a worker failed: {what}"
        error = error_from(what)
        if kind == "closed":
            raise error
        return Failure(error)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"


_HINT = "the other pieces are kept: run the command again, with fewer --workers if memory was short"


def given_up(why: str, piece: Head) -> LstmError:
    """The error for a piece that was tried in vain."""
    return LstmError(f"{why}, {TRIES} times on one piece", path=piece.path, line=piece.line, hint=_HINT)


def _how(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in {*map(int, signal.Signals)} else f"signal {-code}"
        return f"by {name}" + (", maybe for want of memory" if name == "SIGKILL" else "")
    return f"with code {code}"


def main() -> None:
    """A worker's life: it is started by ``_Worker``, and reads and writes pickles."""
    try:
        given, out = begin_child()
        opening: Opening = pickle.load(given)
        answer: Answer | None = None
        while True:
            asked: Asked = pickle.load(given)
            try:
                answer = answer or opening.open()
                reply: tuple[str, Any] = ("answered", answer(asked))
            except LstmError as error:
                reply = ("failed" if answer else "closed", parts_of(error))
            except Exception as error:
                missing = bad_package(error)  # no other try would find it
                reply = ("closed", parts_of(missing)) if missing else ("odd", f"{type(error).__name__}: {error}")
            pickle.dump((*reply, peak_memory()), out)
            out.flush()
    except (EOFError, OSError):  # the parent is gone, or wants no more
        return


def parts_of(error: LstmError) -> dict[str, Any]:
    """An error as a dictionary: exceptions lose their fields in a pipe."""
    names = ("message", "path", "line", "row", "hint")
    return {"kind": type(error).__name__, **{name: getattr(error, name) for name in names}}


def error_from(parts: dict[str, Any]) -> LstmError:
    kind = getattr(errors, parts.pop("kind"), LstmError)
    found: LstmError = kind(parts.pop("message"), **parts)
    return found
