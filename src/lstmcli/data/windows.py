"""Records in windows: read ahead so that a batch holds texts of like length, answered in order, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from lstmcli.errors import LstmError
from lstmcli.threads import startable

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from lstmcli.data.records import Record

T = TypeVar("T")
U = TypeVar("U")

FIRST, WINDOW = 256, 2048
"""Texts read ahead, to be sorted by length; the answers are put back in order.  The first windows are shorter, each
twice as long as the one before: until there is one that has been tokenized, all but one core have nothing to do."""
WINDOW_CHARACTERS = 1_000_000  # maximum of a window: the tokenizer takes about 100 bytes for a character


@cache
def pool(workers: int) -> ThreadPoolExecutor:
    """A pool of threads that is kept: each new thread costs allocator memory that is not all returned."""
    from concurrent.futures import ThreadPoolExecutor

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=pool.cache_clear)  # a process that forks leaves its threads behind
    return ThreadPoolExecutor(workers)


def each(work: Callable[[U], object], items: Sequence[U], workers: int) -> None:
    """Call ``work`` for every item, in parallel if there are several workers."""
    left = iter(items)

    def some() -> None:
        for item in left:
            work(item)

    if workers == 1 or len(items) < 2:
        some()
    else:
        for done in [pool(workers).submit(some) for _ in range(workers)]:
            done.result()


def windows(
    records: Iterable[Record], waiting: Callable[[], bool], most: int = WINDOW, most_characters: int = WINDOW_CHARACTERS
) -> Iterator[list[Record]]:
    """Records in runs, each ending when it is full or when no more is waiting."""
    window: list[Record] = []
    characters, full = 0, min(FIRST, most)
    try:
        for record in records:
            window.append(record)
            characters += len(record.text)
            if len(window) >= full or characters >= most_characters or not waiting():
                yield window
                window, characters, full = [], 0, min(2 * full, most)
    except LstmError:
        if window:
            yield window  # what came before the bad line gets its answer
        raise
    if window:
        yield window


def one_by_one(work: Callable[[U], T], items: Iterable[U]) -> Iterator[tuple[U, T]]:
    """Each item and its result of ``work``."""
    return ((item, work(item)) for item in items)


def one_ahead(work: Callable[[U], T], items: Iterable[U]) -> Iterator[tuple[U, T]]:
    """Each item and its result of ``work``, in order; the next is computed while this one is used."""
    from concurrent.futures import ThreadPoolExecutor

    if not startable(1):
        yield from one_by_one(work, items)
        return
    before: tuple[U, Future[T]] | None = None
    with ThreadPoolExecutor(1) as beside:
        try:
            for item in items:
                now = item, beside.submit(work, item)
                if before:
                    yield before[0], before[1].result()
                before = now
        except LstmError:
            if before:
                yield before[0], before[1].result()
            raise
        if before:
            yield before[0], before[1].result()
