"""How a delimited file is written, told from its first lines: delimiter, quoting, header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lstmcli.data.columns import LABEL_NAMES, TEXT_NAMES, find_column, normal
from lstmcli.data.config import ReadConfig

DELIMITERS = ("\t", ",", ";", "|")
"""The least likely to stand in a text first."""
DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "space"}
FIELD_LIMIT = 1 << 27
"""Characters of one field; the csv module by itself allows 131,072."""
_CUT_LINES = 100
"""Lines that a quoted field at the end of the sample may have before it looks unclosed."""


class CsvReader(Protocol):
    """What ``csv.reader`` returns; its type has no public name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    quoted: bool = True
    """False: a quotation mark is a character like any other."""
    escaped: bool = False
    """A quotation mark inside a quoted field is written with a backslash, not doubled."""

    def reader(self, lines: Iterable[str]) -> CsvReader:
        csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            doublequote=not self.escaped,
            escapechar="\\" if self.escaped else None,
            strict=True,
        )

    @property
    def name(self) -> str:
        return DELIMITER_NAMES.get(self.delimiter, repr(self.delimiter))


@dataclass(frozen=True)
class _Trial:
    dialect: Dialect
    rows: list[list[str]]
    sound: bool
    """It could be read to the end of the sample."""

    @property
    def even(self) -> bool:
        """Every row has the same number of columns."""
        return self.sound and len({len(row) for row in self.rows}) == 1


def detect_dialect(lines: Sequence[str], *, delimiter: str | None, first: str = ",", complete: bool) -> Dialect:
    """The dialect in which the lines make an even table.

    Args:
        lines: the first lines of the file, each with its line end.
        delimiter: given by the user; None detects.
        first: the delimiter that the file's name suggests.
        complete: the lines are the whole file, so a quote must be closed in them.
    """
    candidates = [delimiter] if delimiter else DELIMITERS
    trials = [_quoting(mark, lines, complete) for mark in candidates]
    even = [trial for trial in trials if trial.even and len(trial.rows[0]) > 1]
    if even:
        return min(even, key=_spaced).dialect
    # A damaged table, or a single column: the delimiter that its first line is full of.
    widest = max(trials, key=lambda trial: len(trial.rows[0]) if trial.rows else 0)
    if widest.rows and len(widest.rows[0]) > 1:
        return widest.dialect
    return next((trial for trial in trials if trial.dialect.delimiter == first), trials[0]).dialect


def _spaced(trial: _Trial) -> bool:
    """Whether most cells but the first begin with a space, as the parts of a sentence do."""
    cells = [cell for row in trial.rows for cell in row[1:] if cell]
    return sum(cell.startswith(" ") for cell in cells) > 0.5 * len(cells)


def _quoting(delimiter: str, lines: Sequence[str], complete: bool) -> _Trial:
    """The way of quoting that the lines can be read in; doubled marks if there is none."""
    ways = [Dialect(delimiter)]
    if any('\\"' in line for line in lines):
        ways.append(Dialect(delimiter, escaped=True))
    plain = Dialect(delimiter, quoted=False)
    if delimiter == "\t":
        # Tabs seldom stand in a text, so many write TSV without quoting and keep quotation marks as they are.
        opened = any(cell.startswith('"') for line in lines for cell in line.split("\t"))
        ways = [ways[0], plain] if opened else [plain]
    trials = [_read(way, lines, complete) for way in ways]
    return next((trial for trial in trials if trial.even), next((t for t in trials if t.sound), trials[0]))


def read_sample(delimiter: str, lines: Sequence[str], complete: bool) -> list[list[str]] | None:
    """The rows, if the lines make an even table with this delimiter."""
    trial = _quoting(delimiter, lines, complete)
    return trial.rows if trial.even else None


def _read(dialect: Dialect, lines: Sequence[str], complete: bool) -> _Trial:
    rows: list[list[str]] = []
    reader = dialect.reader(lines)
    ended = 0
    try:
        for row in reader:
            ended = reader.line_num
            if row:
                rows.append(row)
    except csv.Error:
        # Where the sample is cut, the last row may be open: no fault of the dialect.
        cut = not complete and reader.line_num == len(lines) and len(lines) - ended < _CUT_LINES
        return _Trial(dialect, rows, sound=cut and bool(rows))
    return _Trial(dialect, rows, sound=True)


_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


def has_header(rows: Sequence[Sequence[str]], read: ReadConfig, prefer: ReadConfig | None = None) -> bool:
    """Whether the first row names the columns."""
    first, rest = rows[0], rows[1:]
    for config in (read, prefer):
        wanted = [*config.text_columns, config.label_column] if config else []
        if any(name and find_column(name, first) for name in wanted):
            return True
    asked = [name for name in (*read.text_columns, read.label_column) if name]
    numbers = {str(i) for i in range(1, len(first) + 1)}
    if asked and numbers.issuperset(asked):
        return False  # columns of a file without a header are called by number
    names = [cell for cell in first if cell.strip()]
    if not names or len(set(names)) < len(names) or not all(map(_is_name, names)):
        return False
    if asked:
        return True
    below = [[row[i] for row in rest if i < len(row)] for i in range(len(first))]
    return any(
        cell not in column and (normal(cell) in _KNOWN or _stands_out(cell, column))
        for cell, column in zip(first, below, strict=True)
        if cell.strip()
    )


_KNOWN = frozenset((*TEXT_NAMES, *LABEL_NAMES))


def _is_name(cell: str) -> bool:
    """Short, no number, no sentence."""
    cell = cell.strip("\ufeff \t\r\n")
    short = 0 < len(cell) <= 40 and len(cell.split()) <= 3
    return short and not _NUMBER.fullmatch(cell) and cell[-1] not in ".!?。！？"


def _stands_out(cell: str, column: Sequence[str]) -> bool:
    """A first cell unlike those below: a word over numbers, a new value over recurring ones."""
    if not column:
        return False
    if all(_NUMBER.fullmatch(value.strip()) for value in column):
        return True
    counts = Counter(column)
    return len(column) >= 10 and len(counts) <= len(column) // 2 and min(counts.values()) > 1
