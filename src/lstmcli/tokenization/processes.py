"""Processes that tokenize lines, because Python's part of the work runs on one core."""

from __future__ import annotations

import os
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

import numpy as np

from lstmcli.children import Child, begin_child, start_child
from lstmcli.errors import LstmError
from lstmcli.tokenization.ids import Ids

Chunk = Sequence[str]
"""Lines."""


class ChunkEncoder(Protocol):
    """A tokenizer that another process can make again."""

    @property
    def settings(self) -> tuple[str, Any]:
        """What ``from_json`` takes."""

    @classmethod
    def from_json(cls, tokenizer_json: str, config: Any, /) -> ChunkEncoder: ...
    def shard(self, lines: Chunk, /) -> Ids:
        """What it makes of lines, as numbers."""


class Tokenizers:
    """A number of processes with one tokenizer, started when there is work for them; ``with`` ends them."""

    def __init__(self, encoder: ChunkEncoder, count: int) -> None:
        self._encoder, self._count = encoder, count
        self._own = threading.local()
        self._processes: list[Child] = []

    def __enter__(self) -> Tokenizers:
        self._pool = ThreadPoolExecutor(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        for process in self._processes:
            process.terminate()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def ids(self, chunks: Iterable[Chunk | Ids]) -> Iterator[Ids]:
        """What is made of each chunk, in order; what is made already stays.  A few chunks are read ahead.

        Raises:
            LstmError: a process ended twice with the same chunk; or any of ``chunks``.
        """
        waiting: deque[Ids | Future[Ids]] = deque()
        for chunk in chunks:
            waiting.append(chunk if isinstance(chunk, np.ndarray) else self._pool.submit(self._tokenize, chunk))
            if len(waiting) > 2 * self._count:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())

    def _tokenize(self, chunk: Chunk) -> Ids:
        for _ in range(2):
            process = self._process()
            try:
                assert process.stdin is not None and process.stdout is not None
                pickle.dump(list(chunk), process.stdin)
                process.stdin.flush()
                found: Ids = pickle.load(process.stdout)
                return found
            except (OSError, EOFError, pickle.UnpicklingError):
                process.kill()
                process.wait()
                self._own.process = None
        raise LstmError("a process that tokenizes has ended, twice", hint="was memory short? What is tokenized is kept")

    def _process(self) -> Child:
        """The process of this thread."""
        process: Child | None = getattr(self._own, "process", None)
        if process is None:
            settings = (type(self._encoder), *self._encoder.settings)
            self._own.process = process = start_child("lstmcli.tokenization.processes", settings)
            self._processes.append(process)
        return process


def _result(found: Ids | Future[Ids]) -> Ids:
    return found if isinstance(found, np.ndarray) else found.result()


def main() -> None:
    """The life of a process that ``Tokenizers`` has started."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # there is a process for each core
    try:
        given, out = begin_child()
        kind, *settings = pickle.load(given)
        encoder: ChunkEncoder = kind.from_json(*settings)
        while True:
            pickle.dump(encoder.shard(pickle.load(given)), out)
            out.flush()
    except (EOFError, OSError):  # the parent is gone, or wants no more
        return
