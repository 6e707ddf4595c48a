"""Processes that tests start: none outlives its test, and none inherits what the tests were started with."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def started(command: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[Any]]:
    """``subprocess.Popen`` as a context manager that kills the process when the block fails, in place of waiting."""
    with subprocess.Popen(command, **more) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def forget_signals() -> None:
    """Undo what ``nohup``, or a shell that starts a job with ``&``, says about signals: children would inherit it.

    SIGINT gets the handler of Python.  Where SIGHUP was ignored it still does nothing here, but by a handler, and the
    children of a process that handles a signal start with the default.
    """
    if threading.current_thread() is not threading.main_thread():  # only that one may
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM})
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            signal.signal(signal.SIGHUP, lambda *_: None)
