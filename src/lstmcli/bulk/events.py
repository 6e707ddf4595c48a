"""What happens while files are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lstmcli.errors import LstmError


@dataclass(frozen=True)
class Opened:
    """A file was opened."""

    path: Path
    notes: tuple[str, ...]
    """How it is read."""


@dataclass(frozen=True)
class Answering:
    """A piece was answered, or had been."""

    path: Path
    rows: int
    """Of this piece."""
    bytes: int
    """About how many of the file were read for it."""
    before: bool
    """It had been answered by a run before."""


@dataclass(frozen=True)
class Noted:
    """A piece is given out again, or there are fewer workers."""

    message: str


@dataclass(frozen=True)
class Done:
    """The answers to a file are whole."""

    path: Path
    rows: int
    rows_before: int
    """Of these, answered by a run before."""
    counts: Mapping[str, int]
    warnings: tuple[str, ...]
    before: bool = False
    """All had been before this run; nothing else is known then."""


@dataclass(frozen=True)
class Failed:
    """A file could not be finished; the pieces that were answered are kept."""

    path: Path
    error: LstmError


Event = Opened | Answering | Noted | Done | Failed
