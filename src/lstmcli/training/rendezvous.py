"""A store that the processes of one start share, and no process of an earlier one.

torchrun starts the processes again after one has ended, and gives them the store of before: what the earlier ones wrote
is still in it, their addresses among it.  No variable tells the starts apart on all machines: a change of machines does
not count as a restart, and a restart counts on one machine only.

So each process asks the main one with a number that was never used, and the main process answers with a prefix for the
keys of this start.  A question of an earlier start is answered too, but nobody reads the answer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from torch._C._distributed_c10d import Store

PAUSE = 0.02
"""Seconds between two looks at the store."""


def fresh(store: Store, rank: int, world: int, timeout: float) -> Store:
    """The part of the store that belongs to this start.

    Args:
        store: shared by all processes, of earlier starts too.
        timeout: seconds.

    Raises:
        TimeoutError: not all processes came in time.
    """
    from torch._C._distributed_c10d import PrefixStore

    end = time.monotonic() + timeout
    prefix = _answered(store, world, end) if rank == 0 else _asked(store, rank, end)
    return PrefixStore(prefix, store)


def _answered(store: Store, world: int, end: float) -> str:
    """Give every other process the prefix; returns when all have it."""
    prefix, missing = uuid4().hex, set(range(1, world))
    while missing:
        for rank in sorted(missing):
            if store.check([_there(prefix, rank)]):
                missing.remove(rank)
            elif store.check([_question(rank)]):
                store.set(_answer(store.get(_question(rank)).decode()), prefix)
        if missing:
            _pause(end, f"process {min(missing)} of {world} did not come")
    return prefix


def _asked(store: Store, rank: int, end: float) -> str:
    """The prefix that the main process gives."""
    own = uuid4().hex
    store.set(_question(rank), own)
    while not store.check([_answer(own)]):
        _pause(end, "process 0 did not answer")
    prefix = store.get(_answer(own)).decode()
    store.set(_there(prefix, rank), "")
    return prefix


def _question(rank: int) -> str:
    return f"lstm/question/{rank}"


def _answer(question: str) -> str:
    return f"lstm/answer/{question}"


def _there(prefix: str, rank: int) -> str:
    return f"lstm/there/{prefix}/{rank}"


def _pause(end: float, late: str) -> None:
    if time.monotonic() > end:
        raise TimeoutError(late)
    time.sleep(PAUSE)
