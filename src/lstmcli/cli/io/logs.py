"""Messages of libraries and of our own rooms on stderr."""

from __future__ import annotations

import logging
import os

from lstmcli.cli.io import streams


class _OnStderr(logging.Handler):
    """Prints messages; with --debug also where an error comes from."""

    def emit(self, record: logging.LogRecord) -> None:
        from lstmcli.cli.output.console import safe

        message = safe(record.getMessage())
        cause = record.exc_info[1] if record.exc_info else None
        streams.say(message if cause is None else f"{message}: {safe(f'{type(cause).__name__}: {cause}')}")
        if cause is not None and os.environ.get("LSTM_DEBUG", "") not in ("", "0"):
            import traceback

            traceback.print_exception(cause)


def show(name: str, level: int = logging.WARNING) -> None:
    """Print the messages of a logger from a level up."""
    log = logging.getLogger(name)
    log.handlers, log.propagate = [_OnStderr(level)], False
    log.setLevel(level)
