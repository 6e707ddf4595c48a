"""Ctrl-C, SIGTERM and SIGHUP during training: the first asks the run to stop, the second ends it at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

HANGUP: int | None = getattr(signal, "SIGHUP", None)
"""The terminal was closed; None on Windows."""


class Stop:
    """Within ``with``, a signal sets a flag that the training loop reads; a second signal raises.

    While ``gentle`` is false there is nothing to save yet, and the first signal raises too.  SIGHUP may arrive twice,
    from the kernel and from the shell, so a repeated one never raises.

    A signal that is already ignored stays ignored, as POSIX asks: SIGHUP under ``nohup``, and SIGINT in a job that a
    script started with ``&``, where Ctrl-C is meant for another program.
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
