"""A file's records in pieces, each known by a digest of what its answers depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lstmcli.data.records import Record
from lstmcli.errors import LstmError

PIECE_ROWS, PIECE_CHARACTERS = 5_000, 1_000_000
"""The most records, and about the most characters, of a piece."""


@dataclass(frozen=True, slots=True)
class Head:
    """A piece without its records."""

    number: int
    """From 0."""
    digest: str
    """Of the records and the key: the same answers for the same digest."""
    rows: int
    lines: int
    """Lines of the file from the first record to the last; 0: not known."""
    characters: int
    path: str
    """Of the first record."""
    line: int


@dataclass(frozen=True, slots=True)
class Piece:
    head: Head
    records: tuple[Record, ...]


def pieces(
    records: Iterable[Record],
    key: str,
    *,
    chained: bool = False,
    rows: int = PIECE_ROWS,
    characters: int = PIECE_CHARACTERS,
) -> Iterator[Piece]:
    """The records in pieces that end at the same places in every run.

    Args:
        key: stands for the model and the options.
        chained: the answers to a piece depend on the pieces before it, too, and so does its digest.

    Raises:
        LstmError: any of ``records``, after the piece of what came before.
    """
    number, gathered, size = 0, list[Record](), 0

    def piece() -> Piece:
        nonlocal key
        first, last = gathered[0], gathered[-1].line
        lines = last - first.line + 1 if last else 0
        head = Head(number, _digest(number, gathered, key), len(gathered), lines, size, first.path, first.line)
        key = head.digest if chained else key
        return Piece(head, tuple(gathered))

    try:
        for record in records:
            gathered.append(record)
            size += len(record.text)
            if len(gathered) >= rows or size >= characters:
                yield piece()
                number, gathered, size = number + 1, [], 0
    except LstmError:
        if gathered:
            yield piece()
        raise
    if gathered:
        yield piece()


def _digest(number: int, records: list[Record], key: str) -> str:
    digest = hashlib.sha256(f"{key} {number}\n".encode())
    for each in records:
        parts = (each.text, each.labels, each.line, each.path, each.columns, each.target)
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
