"""Processes that answer pieces.

A worker opens the model once and answers one piece after the other.  One that dies is replaced, and its piece is given
out again.  A worker whose parent dies ends too: nothing comes through its pipe any more.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol

from lstmcli import errors
from lstmcli.bulk.pieces import Piece
from lstmcli.data.records import Record
from lstmcli.errors import LstmError
from lstmcli.safe_path import child_environment, python_command

TRIES = 3
"""For a piece, before it is given up."""
END_SECONDS = 5.0
"""For a worker to end by itself."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a piece."""

    text: str
    counts: Mapping[str, int]
    """What is added up over pieces."""


Answer = Callable[[Sequence[Record], bool], Answered]
"""Answers records; the flag says whether they are the first of their file."""


class Opening(Protocol):
    """What a worker is started with; it is pickled."""

    def open(self) -> Answer:
        """Open the model.  Raises: LstmError."""


@dataclass(frozen=True)
class Failure:
    """A piece without answers."""

    error: LstmError


class _Worker:
    """A process, and a thread that hears what it says."""

    def __init__(self, opening: Opening, heard: SimpleQueue[tuple[_Worker, Any]]) -> None:
        self.process = subprocess.Popen(
            python_command("from lstmcli.bulk.workers import main; main()"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment(),
        )  # fmt: skip
        self.piece: Piece | None = None
        self._heard = heard
        self._say(sys.path, opening)
        threading.Thread(target=self._listen, daemon=True).start()

    def give(self, piece: Piece) -> None:
        self.piece = piece
        self._say((piece.records, piece.number == 0))

    def _say(self, *messages: Any) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # it has died, which is heard
            for message in messages:
                pickle.dump(message, self.process.stdin)
            self.process.stdin.flush()

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

    def __init__(self, opening: Opening, count: int, on_retry: Callable[[str], object] = lambda why: None) -> None:
        """``on_retry`` hears why a piece is given out again."""
        self._opening, self._count, self._on_retry = opening, count, on_retry
        self._workers: list[_Worker] = []
        self._heard: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            if worker.piece is not None:
                worker.process.terminate()
            worker.end()

    def answer(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Answered | Failure]]:
        """The answers, as they are ready.  No more pieces are read than there are workers.

        Raises:
            LstmError: the model cannot be opened; or any of ``pieces``, after the answers to those before it.
        """
        coming, again, tries = iter(pieces), deque[Piece](), dict[int, int]()
        more, stopped = True, None
        while True:
            while more and not again and self._busy() < self._count:
                try:
                    if (piece := next(coming, None)) is None:
                        more = False
                    else:
                        self._idle().give(piece)
                except LstmError as error:
                    more, stopped = False, error
            while again and self._busy() < self._count:
                self._idle().give(again.popleft())
            if not self._busy():
                break
            worker, message = self._heard.get()
            piece = worker.piece
            if piece is None:
                continue
            found = self._understood(worker, message)
            if isinstance(found, str):
                tries[piece.number] = tries.get(piece.number, 1) + 1
                if tries[piece.number] <= TRIES:
                    self._on_retry(found)
                    again.append(piece)
                    continue
                found = Failure(_given_up(found, piece))
            yield piece, found
        if stopped is not None:
            raise stopped

    def _busy(self) -> int:
        return sum(worker.piece is not None for worker in self._workers)

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.piece is None:
                return worker
        self._workers.append(_Worker(self._opening, self._heard))
        return self._workers[-1]

    def _understood(self, worker: _Worker, message: Any) -> Answered | Failure | str:
        """What a worker has said; or why its piece needs another try.  Raises: LstmError, if it could not start."""
        worker.piece = None
        if message is None:
            self._workers.remove(worker)
            return f"a worker ended {_how(worker.end())}"
        kind, what = message
        if kind == "answered":
            assert isinstance(what, Answered)
            return what
        if kind == "odd":
            return f"a worker failed: {what}"
        error = _error_from(what)
        if kind == "closed":
            raise error
        return Failure(error)


_HINT = "the other pieces are kept: run the command again, with fewer --workers if memory was short"


def _given_up(why: str, piece: Piece) -> LstmError:
    first = piece.records[0]
    return LstmError(f"{why}, {TRIES} times on one piece", path=first.path, line=first.line, hint=_HINT)


def _how(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in {*map(int, signal.Signals)} else f"signal {-code}"
        return f"by {name}" + (", maybe for want of memory" if name == "SIGKILL" else "")
    return f"with code {code}"


def main() -> None:
    """A worker's life: it is started by ``_Worker``, and reads and writes pickles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    given, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        sys.path[:] = pickle.load(given)
        opening: Opening = pickle.load(given)
        answer: Answer | None = None
        while True:
            records, first = pickle.load(given)
            try:
                answer = answer or opening.open()
                reply: tuple[str, Any] = ("answered", answer(records, first))
            except LstmError as error:
                reply = ("failed" if answer else "closed", _parts_of(error))
            except Exception as error:
                reply = ("odd", f"{type(error).__name__}: {error}")
            pickle.dump(reply, out)
            out.flush()
    except (EOFError, OSError):  # the parent is gone, or wants no more
        return


def _parts_of(error: LstmError) -> dict[str, Any]:
    """An error for the pipe: exceptions lose their fields on the way."""
    names = ("message", "path", "line", "row", "hint")
    return {"kind": type(error).__name__, **{name: getattr(error, name) for name in names}}


def _error_from(parts: dict[str, Any]) -> LstmError:
    kind = getattr(errors, parts.pop("kind"), LstmError)
    found: LstmError = kind(parts.pop("message"), **parts)
    return found
