"""What a request asks of a model, and the thread that answers requests: those that come together in one batch.

There is no waiting for more requests: what arrives while a batch is computed is the next batch.  Requests take turns:
a request of many texts is answered in parts, between those of others.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

ITEMS, CHARACTERS = 64, 200_000
"""Maximum number of texts in a batch, and of their characters unless it is one text."""


class Listener(Protocol):
    """Where answers go; called from the worker's thread."""

    abandoned: bool
    """Nobody waits for the answer any more."""

    def event(self, event: Any) -> None: ...
    def done(self, results: list[Any]) -> None: ...
    def failed(self, error: BaseException) -> None: ...


@dataclass
class Job:
    """A request whose texts are independent of each other."""

    key: Hashable
    """Jobs of one key are answered together."""
    items: Sequence[Any]
    answer: Callable[[Sequence[Any]], list[Any]]
    """A result for each item."""
    listener: Listener
    size: Callable[[Any], int] = len
    """The number of characters of an item."""
    results: list[Any] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.items) - len(self.results)


@dataclass
class StreamJob:
    """A request whose texts grow token by token."""

    key: Hashable
    items: Sequence[tuple[str, tuple[int, int]]]
    """Prompts, each with its seed."""
    events: Callable[[Sequence[tuple[str, tuple[int, int]]]], Iterator[tuple[int, Any]]]
    """The events of the items of several jobs, each with the index of its item; the last of each is a result."""
    is_result: Callable[[Any], bool]
    per_item: int
    """Number of results for each item."""
    listener: Listener
    results: list[Any] = field(default_factory=list)


class Worker:
    """A thread that answers jobs.

    Args:
        on_batch: called with the number of items of each batch.
    """

    def __init__(self, name: str, on_batch: Callable[[int], None] = lambda n: None) -> None:
        self._queue: queue.SimpleQueue[Job | StreamJob | None] = queue.SimpleQueue()
        self._on_batch = on_batch
        self._jobs: list[Job] = []
        self._streams: list[_Running] = []
        self._thread = threading.Thread(target=self._run, name=f"lstm-serve-{name}", daemon=True)
        self._thread.start()

    def submit(self, job: Job | StreamJob) -> None:
        self._queue.put(job)

    def stop(self, seconds: float) -> None:
        """End the thread once everything that was submitted is answered; wait for it no longer than ``seconds``."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        ending = False
        while True:
            busy = bool(self._jobs or self._streams)
            if ending and not busy:
                return
            new: dict[Hashable, list[StreamJob]] = {}
            for job in self._arrived(wait=not busy):
                if job is None:
                    ending = True
                elif isinstance(job, Job):
                    self._jobs.append(job)
                else:
                    new.setdefault(job.key, []).append(job)
            for jobs in new.values():
                self._on_batch(sum(len(job.items) for job in jobs))
                self._streams.append(_Running(jobs))
            self._answer_batch()
            self._streams = [stream for stream in self._streams if stream.advance()]

    def _arrived(self, *, wait: bool) -> Iterator[Job | StreamJob | None]:
        try:
            yield self._queue.get(block=wait)
            while True:
                yield self._queue.get_nowait()
        except queue.Empty:
            return

    def _answer_batch(self) -> None:
        """Answer one batch: the oldest job, and what goes with it."""
        self._jobs = [job for job in self._jobs if not job.listener.abandoned]
        if not self._jobs:
            return
        key = self._jobs[0].key
        batch = [job for job in self._jobs if job.key == key]
        taken = _portion(batch)
        self._on_batch(sum(taken))
        _answer([(job, count) for job, count in zip(batch, taken, strict=True) if count])
        rest = [job for job in self._jobs if job.left and not job.listener.abandoned]
        first = self._jobs[0]
        # Who has had a turn and needs another one stands at the end of the line.
        self._jobs = [job for job in rest if job is not first] + [job for job in rest if job is first]


def _portion(jobs: Sequence[Job]) -> list[int]:
    """How many items of each job are in the next batch: all have one before any has two."""
    taken = [0] * len(jobs)
    items, characters = 0, 0
    waiting = list(range(len(jobs)))
    while waiting:
        for place in list(waiting):
            job = jobs[place]
            if taken[place] == job.left:
                waiting.remove(place)
                continue
            size = job.size(job.items[len(job.results) + taken[place]])
            if items and (items == ITEMS or characters + size > CHARACTERS):
                return taken
            taken[place] += 1
            items, characters = items + 1, characters + size
    return taken


def _answer(parts: Sequence[tuple[Job, int]]) -> None:
    """Answer some items of each job; if that fails, each job by itself, so that one cannot spoil the others."""
    items = [item for job, count in parts for item in job.items[len(job.results) : len(job.results) + count]]
    try:
        found = parts[0][0].answer(items)
    except BaseException as error:
        if len(parts) > 1:
            for part in parts:
                _answer([part])
            return
        parts[0][0].listener.abandoned = True
        parts[0][0].listener.failed(error)
        return
    start = 0
    for job, count in parts:
        job.results += found[start : start + count]
        start += count
        if not job.left:
            job.listener.done(job.results)


class _Running:
    """Streams of one batch."""

    def __init__(self, jobs: Sequence[StreamJob]) -> None:
        self._jobs = jobs
        self._owners = [(job, place) for job in jobs for place in range(len(job.items))]
        self._events = jobs[0].events([item for job in jobs for item in job.items])
        self._left = {id(job): len(job.items) * job.per_item for job in jobs}

    def advance(self) -> bool:
        """Pass on about one token of each text.  Returns: whether there is more to do."""
        try:
            for _ in self._owners:
                place, event = next(self._events)
                job, own = self._owners[place]
                if job.listener.abandoned:
                    continue
                job.listener.event((own, event))
                if job.is_result(event):
                    job.results.append((own, event))
                    self._left[id(job)] -= 1
                    if not self._left[id(job)]:
                        job.listener.done(job.results)
                        job.listener.abandoned = True
        except StopIteration:
            return False
        except BaseException as error:
            for job in self._jobs:
                if not job.listener.abandoned:
                    job.listener.abandoned = True
                    job.listener.failed(error)
            return False
        return not all(job.listener.abandoned for job in self._jobs)
