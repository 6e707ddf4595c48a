"""The errors that users see, with their exit codes.

::

    LstmError (1)             any other error
    ├── UsageError (2)        options that are invalid or contradict each other
    ├── DataError (3)         a source that cannot be read as asked
    │   └── NoDataError (3)   a source without any data to train on or to answer
    ├── ModelError (4)        a model directory that is missing, broken or of the wrong kind
    ├── DivergedError (1)     a training that diverged before it had weights to keep
    └── OutputError (1)       a target that cannot be written

``Interrupted`` (130) is not a failure: the user pressed Ctrl-C, and what was saved before is kept.

Only ``cli/app.py`` catches these.  A message names the file and line and what was found there; ``hint`` says what
to do.
"""

from __future__ import annotations

from pathlib import Path

IN_MEMORY = "the data"
"""The path of data in memory; errors there count rows, not lines."""


class LstmError(Exception):
    """Base of all errors shown to the user without a traceback."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        path: str | Path | None = None,
        line: int | None = None,
        row: int | None = None,
        hint: str | None = None,
    ) -> None:
        """``line``, ``row``: where in the file, from 1; 0 and None: not known."""
        self.message = message
        self.path = None if path is None else str(path)
        self.line = line or None
        self.row = row or None
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        where = self.path or ""
        if place := self.line or self.row:
            unit = "line" if self.line and self.path != IN_MEMORY else "row"
            where += f", {unit} {place}" if where else f"{unit} {place}"
        return f"{where}: {self.message}" if where else self.message


class UsageError(LstmError):
    """Options that are invalid or contradict each other."""

    exit_code = 2


class DataError(LstmError):
    """A source that cannot be read as asked: file, line, what was found."""

    exit_code = 3


class NoDataError(DataError):
    """A source without any data to train on or to answer."""


class ModelError(LstmError):
    """A model directory that is missing, damaged, too new, or of another task."""

    exit_code = 4


class DivergedError(LstmError):
    """A training that diverged before it had weights to keep."""


class OutputError(LstmError):
    """A target that cannot be written, or that exists and must not be replaced."""


class Interrupted(LstmError):
    """The user stopped the run; what was saved before is kept."""

    exit_code = 130
