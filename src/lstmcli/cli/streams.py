"""stdin, stdout and stderr: encodings that never fail, pipes that close early, messages."""

from __future__ import annotations

import os
import sys


def prepare() -> None:
    """Makes the streams safe: what the terminal's encoding cannot hold is written as ``\\uXXXX``."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def complain(message: str, hint: str | None = None) -> None:
    """An error and what to do about it, on stderr, readable without colour."""
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)


def abandon_stdout() -> None:
    """The reader of our output has gone: the flush at exit must have nowhere to fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stream without a file behind it, as in tests
        pass
