"""Ctrl-C, SIGTERM and a closed terminal during a training run: the first asks, the second ends."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

HANGUP: int | None = getattr(signal, "SIGHUP", None)
"""The terminal has gone; Windows knows no such signal."""


class Stop:
    """While ``with`` lasts, a signal sets a flag that the training loop reads; a second one raises.

    As long as ``gentle`` is false there is nothing to keep yet, and the first signal raises too.  A terminal that goes
    says so more than once, through the kernel and the shell: that asks, however often.

    A signal that is ignored already stays ignored, as POSIX has it: under ``nohup`` that is the terminal's, and in a
    job that a script starts with ``&`` it is Ctrl-C, which there is meant for another program.
    """

    SIGNALS = tuple(number for number in (signal.SIGINT, signal.SIGTERM, HANGUP) if number is not None)

    def __init__(self) -> None:
        self.signal: int | None = None
        self.gentle = False
        self._before: dict[int, Any] = {}

    def asked(self) -> bool:
        return self.signal is not None

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in self.SIGNALS:
                if signal.getsignal(number) != signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        again = self.signal is not None and number != HANGUP
        self.signal = self.signal or number
        if again or not self.gentle:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise SystemExit(128 + number)
