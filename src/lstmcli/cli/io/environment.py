"""What a command needs of the system before it starts, found out before a library fails on it."""

from __future__ import annotations

from pathlib import Path

from lstmcli import threads
from lstmcli.cli.io import streams
from lstmcli.errors import LstmError


def prepared() -> None:
    """Checks the working directory, and makes do with one thread where there are no more.

    Raises:
        LstmError: the working directory was deleted; PyTorch would end the process.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise LstmError("the working directory is no longer there", hint="change to another: cd") from error
    if threads.make_do():
        lack = "the system lets the program start too few threads"
        if threads.address_room() is not None:
            lack = "the limit on memory (ulimit -v) leaves little room for threads"
        streams.note(f"warning: {lack}: one is used")
