"""Processes of our own that are spoken to in pickles: how they are started, and what they begin their life with."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any

from lstmcli.safe_path import child_environment, python_command

Child = subprocess.Popen[bytes]


def start_child(module: str, *messages: Any) -> Child:
    """A process that runs ``main`` of a module, which begins with ``begin_child``, and its first messages."""
    process = subprocess.Popen(
        python_command(f"from {module} import main; main()"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment(),
    )  # fmt: skip
    tell(process, sys.path, *messages)
    return process


def tell(process: Child, *messages: Any) -> None:
    """Send messages; that the process has died shows when it is listened to."""
    assert process.stdin is not None
    with suppress(OSError):
        for message in messages:
            pickle.dump(message, process.stdin)
        process.stdin.flush()


def begin_child() -> tuple[IO[bytes], IO[bytes]]:
    """In the process: where messages come from, and where answers go.  Raises: EOFError, OSError, without a parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    given, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    sys.path[:] = pickle.load(given)
    return given, out
