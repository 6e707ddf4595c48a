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
class Piece:
    number: int
    """From 0."""
    records: tuple[Record, ...]
    digest: str
    """Of the records and the key: the same answers for the same digest."""


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
        found = Piece(number, tuple(gathered), _digest(number, gathered, key))
        key = found.digest if chained else key
        return found

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
