"""Which process of a training is missing, and what it said last.

A process that fails writes its error into the store through which the processes found each other; one that loses the
others writes that it is still there, and asks the store who is not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from lstmcli.errors import LstmError

if TYPE_CHECKING:
    from torch._C._distributed_c10d import Store

T = TypeVar("T")
RESUME = "what was saved is kept: repeat the command with --resume, with as many processes as you like"
PATIENCE = 3.0
"""Seconds to find out who is missing after the connection was lost."""


class LostProcess(LstmError):
    """Another process of the training has ended, or does not answer."""


class LastWords:
    """What processes say of their end."""

    def __init__(self, rank: int, world: int, store: Store | None) -> None:
        """``store``: None for a training in one process."""
        self.rank, self.world, self._store = rank, world, store

    def say(self, error: BaseException) -> None:
        """Tell the other processes why this one ends."""
        if self._store is not None and not isinstance(error, LostProcess):
            store, message = self._store, str(error) or type(error).__name__
            _in_time(lambda: store.set(f"error/{self.rank}", message), None)

    def is_told(self, error: BaseException) -> bool:
        """Whether the main process reports the same error, or what comes of it, so that this one can be silent."""
        if self._store is None or self.rank == 0:
            return False
        end = time.monotonic() + PATIENCE
        while (said := self.of(0)) is None and time.monotonic() < end:
            time.sleep(0.05)
        return said is not None and (isinstance(error, LostProcess) or said == str(error))

    def of(self, rank: int) -> str | None:
        """Why that process ended, if it said so."""
        store, key = self._store, f"error/{rank}"
        assert store is not None
        return _in_time(lambda: store.get(key).decode() if store.check([key]) else None, None)

    def lost(self, what: str, waited: float, timeout: float) -> LostProcess:
        """The error for a process that waited for the others in vain.

        Args:
            what: it waited for.
            waited: so many seconds; fewer than ``timeout`` if another process has ended.
        """
        store, world = self._store, self.world
        assert store is not None
        _in_time(lambda: store.set(f"waiting/{self.rank}", ""), None)
        others = [rank for rank in range(world) if rank != self.rank]
        end, missing = time.monotonic() + PATIENCE, others
        while missing and time.monotonic() < end:
            reached = _in_time(lambda: [rank for rank in others if not store.check([f"waiting/{rank}"])], None)
            if reached is None:
                message = f"process {self.rank} of {world} has lost the network to the others, after {waited:,.0f}s"
                return LostProcess(message, hint=RESUME)
            missing = reached
            for rank in missing:
                if words := self.of(rank):
                    return LostProcess(f"process {rank} of {world} has ended: {words}", hint=RESUME)
            time.sleep(0.1)
        who = f"process {missing[0]} of {world}" if missing else f"one of {world} processes"
        if waited < timeout * 0.9:
            return LostProcess(f"{who} has ended without a word; it may have been killed", hint=RESUME)
        return LostProcess(f"{who} has not answered for {waited:,.0f}s: no {what} from it", hint=RESUME)


def _in_time(ask: Callable[[], T], default: T) -> T:
    """The answer of the store; ``default`` if there is none in time: one on a machine out of reach never answers."""
    found: list[T] = []

    def run() -> None:
        with suppress(RuntimeError, ValueError):
            found.append(ask())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found[0] if found else default
