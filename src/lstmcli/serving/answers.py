"""The asynchronous side of a request: waits for the worker, no longer than it may, and passes its answers on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from lstmcli.serving.errors import Refusal


class Waiting:
    """Takes the answers of a job in the event loop.

    Raises:
        Refusal: when it is waited for, and takes longer than ``seconds``.
    """

    def __init__(self, seconds: float) -> None:
        self.abandoned = False
        self._loop = asyncio.get_running_loop()
        self._seconds, self._deadline = seconds, time.perf_counter() + seconds
        self._events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def event(self, event: Any) -> None:
        """Pass on what was made in time; a job whose time is over is given up, however slow its reader is."""
        if time.perf_counter() > self._deadline:
            self.abandoned = True
        else:
            self._put("event", event)

    def done(self, results: list[Any]) -> None:
        self._put("done", results)

    def failed(self, error: BaseException) -> None:
        self._put("failed", error)

    def _put(self, kind: str, value: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._events.put_nowait, (kind, value))

    async def next(self) -> tuple[str, Any]:
        """``event`` with an event of the stream, or ``done`` with the results.  Raises what the job has raised."""
        try:
            kind, value = await asyncio.wait_for(self._events.get(), max(0.001, self._deadline - time.perf_counter()))
        except asyncio.TimeoutError:
            hint = "send less, or several requests"
            raise Refusal(504, f"the answer takes longer than {self._seconds:g} seconds", hint) from None
        if kind == "failed":
            raise value
        return kind, value

    async def events(self) -> AsyncIterator[tuple[str, Any]]:
        """All events; a job whose reader is gone is given up."""
        try:
            while True:
                kind, value = await self.next()
                yield kind, value
                if kind == "done":
                    return
        finally:
            self.abandoned = True

    async def results(self) -> list[Any]:
        async for kind, value in self.events():
            if kind == "done":
                found: list[Any] = value
        return found
