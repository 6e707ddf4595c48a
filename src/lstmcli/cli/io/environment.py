"""Checks of the environment before a command starts and a library fails on it."""

from __future__ import annotations

from pathlib import Path

from lstmcli import threads
from lstmcli.cli.io import streams
from lstmcli.errors import LstmError


def check_environment() -> None:
    """Check the working directory, and fall back to one thread if no more can be started.

    Raises:
        LstmError: the working directory was deleted; PyTorch would crash.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise LstmError("the working directory no longer exists", hint="change to another one with cd") from error
    if threads.limit_to_one():
        reason = "the system allows too few threads"
        if threads.address_room() is not None:
            reason = "the memory limit (ulimit -v) leaves little room for threads"
        streams.note(f"warning: {reason}; using one thread")
