"""Lines of records, and the size of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lstmcli.data.records import Record

_LONG = 100_000
_WORD = re.compile(r"\S+")


class Line(NamedTuple):
    """A line of a record."""

    record: Record
    text: str
    words: list[tuple[int, int]] | None = None
    """For segmented text: the words given by spaces that are not part of ``text``, as spans of ``text``."""


def lines_of(record: Record, segments: bool) -> Iterator[Line]:
    """The lines of a record; a cell of a table may have several."""
    for part in record.text.split("\n"):
        if not segments:
            yield Line(record, part.removesuffix("\r"))
            continue
        given, words, end = part.split(), [], 0
        for word in given:
            words.append((end, end + len(word)))
            end += len(word)
        yield Line(record, "".join(given), words)


@dataclass
class Counts:
    """The size of a text."""

    lines: int = 0
    characters: int = 0
    bytes: int = 0
    words: int = 0

    def add(self, line: str) -> int:
        """Count a line and its line end; returns the length of the line in bytes."""
        size = len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
        self.lines += 1
        self.characters += len(line) + 1
        self.bytes += size + 1
        self.words += len(line.split()) if len(line) < _LONG else sum(1 for _ in _WORD.finditer(line))
        return size
