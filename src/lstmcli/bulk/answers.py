"""What is asked of a worker, what it answers, and how the answers of a file are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from lstmcli.data.records import Record
from lstmcli.errors import LstmError


@dataclass(frozen=True, slots=True)
class Asked:
    """A piece for a worker."""

    records: Sequence[Record]
    first: bool
    """Whether they are the first of their file."""
    chained: bool = False
    """Whether the answers depend on what comes before in the file."""
    state: bytes = b""
    """What the piece before left, if it is chained and not the first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a piece."""

    data: bytes
    counts: Mapping[str, int]
    """What is added up over pieces."""
    state: bytes = b""
    """What the next piece needs to know of this one, if they are chained."""


Answer = Callable[[Asked], Answered]


class Opening(Protocol):
    """What a worker is started with; it is pickled."""

    def open(self) -> Answer:
        """Open the model.  Raises: LstmError."""


@dataclass(frozen=True)
class Failure:
    """A piece without answers."""

    error: LstmError


class Parts(Protocol):
    """The answers to the pieces of a file, in order; they can be read again."""

    def __call__(self) -> Iterable[bytes]: ...


Join = Callable[[Parts, BinaryIO], None]
"""Writes a file of answers."""


def concatenate(parts: Parts, out: BinaryIO) -> None:
    """The answers one after the other."""
    for data in parts():
        out.write(data)
