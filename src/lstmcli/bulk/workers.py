"""Processes that answer pieces.

A worker opens the model once and answers one piece after the other.  One that dies is replaced, and its piece is given
out again.  A worker whose parent dies ends too: nothing comes through its pipe any more.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from lstmcli import errors
from lstmcli.bulk.pieces import Piece
from lstmcli.data.records import Record
from lstmcli.errors import LstmError

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
    def __init__(self, opening: Opening) -> None:
        # Not forked: threads of this process may hold locks.
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other, opening), daemon=True)
        self.process.start()
        other.close()
        self.piece: Piece | None = None

    def give(self, piece: Piece) -> None:
        self.piece = piece
        with suppress(OSError):  # it has died, which is noticed by its pipe
            self.pipe.send((piece.records, piece.number == 0))

    def end(self) -> None:
        self.pipe.close()
        self.process.join(END_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Workers:
    """A number of workers, started when there is work for them; ``with`` ends them."""

    def __init__(self, opening: Opening, count: int, on_retry: Callable[[str], object] = lambda why: None) -> None:
        """``on_retry`` hears why a piece is given out again."""
        self._opening, self._count, self._on_retry = opening, count, on_retry
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
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
            waiting = {worker.pipe: worker for worker in self._workers if worker.piece is not None}
            if not waiting:
                break
            for pipe in wait(list(waiting)):
                assert isinstance(pipe, Connection)
                worker = waiting[pipe]
                piece = worker.piece
                assert piece is not None
                found = self._received(worker)
                if isinstance(found, str):
                    tries[piece.number] = tries.get(piece.number, 1) + 1
                    if tries[piece.number] <= TRIES:
                        self._on_retry(found)
                        again.append(piece)
                        continue
                    found = Failure(LstmError(f"{found}, {TRIES} times on one piece", path=piece.records[0].path,
                                              line=piece.records[0].line, hint=_HINT))  # fmt: skip
                yield piece, found
        if stopped is not None:
            raise stopped

    def _busy(self) -> int:
        return sum(worker.piece is not None for worker in self._workers)

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.piece is None:
                return worker
        self._workers.append(_Worker(self._opening))
        return self._workers[-1]

    def _received(self, worker: _Worker) -> Answered | Failure | str:
        """What a worker has sent; or why its piece needs another try.  Raises: LstmError, if it could not start."""
        try:
            kind, what = worker.pipe.recv()
        except (EOFError, OSError):
            worker.end()
            self._workers.remove(worker)
            return f"a worker ended {_how(worker.process.exitcode)}"
        worker.piece = None
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


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in {*map(int, signal.Signals)} else f"signal {-code}"
        return f"by {name}" + (", maybe for want of memory" if -code == signal.SIGKILL else "")
    return f"with code {code}"


def _work(pipe: Connection, opening: Opening) -> None:
    """A worker's life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    answer: Answer | None = None
    while True:
        try:
            records, first = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = answer or opening.open()
        except LstmError as error:
            pipe.send(("closed", _parts_of(error)))
            return
        try:
            reply: tuple[str, Any] = ("answered", answer(records, first))
        except LstmError as error:
            reply = ("failed", _parts_of(error))
        except Exception as error:
            reply = ("odd", f"{type(error).__name__}: {error}")
        try:
            pipe.send(reply)
        except OSError:
            return


def _parts_of(error: LstmError) -> dict[str, Any]:
    """An error for the pipe: exceptions lose their fields on the way."""
    names = ("message", "path", "line", "row", "hint")
    return {"kind": type(error).__name__, **{name: getattr(error, name) for name in names}}


def _error_from(parts: dict[str, Any]) -> LstmError:
    kind = getattr(errors, parts.pop("kind"), LstmError)
    found: LstmError = kind(parts.pop("message"), **parts)
    return found
