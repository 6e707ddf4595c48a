"""Ctrl-C and SIGTERM during a training run: the first asks, the second ends."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Stop:
    """While ``with`` lasts, a signal sets a flag that the training loop reads; a second one raises.

    As long as ``gentle`` is false there is nothing to keep yet, and the first signal raises too.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.signal: int | None = None
        self.gentle = False
        self._before: dict[signal.Signals, Any] = {}

    def asked(self) -> bool:
        return self.signal is not None

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._receive) for number in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        again = self.signal is not None
        self.signal = number
        if again or not self.gentle:
            if number == signal.SIGTERM:
                raise SystemExit(128 + number)
            raise KeyboardInterrupt
