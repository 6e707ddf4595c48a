"""Detect the delimiter and the quoting of a delimited file, and read rows from parts of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lstmcli.data.formats.format import Opening
from lstmcli.data.formats.labelled import find_fields
from lstmcli.errors import DataError
from lstmcli.plural import count

DELIMITERS = ("\t", ",", ";", "|")  # the least common in texts first
RARE = ("\x01", "\x1f", "^", "~", "¦", "§")  # control characters; marks that count only in files named as tables
DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "space"}
_UNIT = "\x1f"  # replaces a delimiter of several characters
FIELD_LIMIT = 1 << 27  # characters of one field; the csv module by itself allows 131,072
MOSTLY = 0.9  # minimum share of rows of the same width in a table
_CUT_LINES = 100  # lines that a quoted field at the end of the sample may have before it looks unclosed
_ROWS_ABOVE = 10  # rows of one width above a longer one that show that it is a long text
_MAX_FAULTS = 0.2  # share of rows of another width above which a block seems to start inside a quoted field


class CsvReader(Protocol):
    """What ``csv.reader`` returns; its type has no public name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class Fault(NamedTuple):
    """A row that cannot be parsed: the number of lines before it, and up to where the parser gave up."""

    start: int
    stop: int


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    quoted: bool = True  # False: a quotation mark is a character like any other
    escaped: bool = False  # a quotation mark inside a quoted field is written with a backslash, not doubled
    quote: str = '"'

    def reader(self, lines: Iterable[str]) -> CsvReader:
        csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
        delimiter = self.delimiter
        if len(delimiter) > 1:
            mark = re.compile(f" *{re.escape(delimiter)} *")
            lines, delimiter = (mark.sub(_UNIT, line) for line in lines), _UNIT
        return csv.reader(
            lines,
            delimiter=delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            doublequote=not self.escaped,
            escapechar="\\" if self.escaped else None,
            strict=True,
        )

    def read(self, lines: Sequence[str], most: int | None = None) -> tuple[list[list[str]], Fault | None]:
        """The rows that are not empty, at most ``most``, up to the first fault."""
        rows: list[list[str]] = []
        reader, start = self.reader(lines), 0
        try:
            for row in reader:
                start = reader.line_num
                if row:
                    rows.append(row)
                if len(rows) == most:
                    break
        except csv.Error:
            return rows, Fault(start, reader.line_num)
        return rows, None

    @property
    def name(self) -> str:
        return DELIMITER_NAMES.get(self.delimiter, repr(self.delimiter))


class _Trial(NamedTuple):
    dialect: Dialect
    rows: list[list[str]]
    sound: bool  # it could be read to the end of the sample
    even: bool  # it is sound, and every row has the same number of columns
    cut: bool = False  # so have the rows, of several columns, above a field with many lines that the sample's end cuts

    @property
    def mostly_even(self) -> bool:
        return self.sound and _alike(self.rows) > MOSTLY * len(self.rows)


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
    best = min(even, key=_spaced) if even else None
    fields = None if delimiter else find_fields(lines)
    if fields and (best is None or fields[1] > len(best.rows[0])):
        return Dialect(fields[0], quoted=False)
    if best:
        return best.dialect
    if delimiter is None and (rare := rare_mark(lines, complete)):
        return Dialect(rare)
    # a damaged table, or a single column: the delimiter that its first line is full of.
    widest = max(trials, key=lambda trial: len(trial.rows[0]) if trial.rows else 0)
    if widest.rows and len(widest.rows[0]) > 1:
        return widest.dialect
    return next((trial for trial in trials if trial.dialect.delimiter == first), trials[0]).dialect


def rare_mark(lines: Sequence[str], complete: bool, marks: Sequence[str] = RARE) -> str | None:
    """A mark that is seldom used and cuts every line alike; or a blank between quoted fields, as R writes them."""
    first = next((line for line in lines if line.strip()), "")
    for mark in marks:
        if mark in first and read_sample(mark, lines, complete):
            return mark
    quoted = len(lines) > 1 and all(line.startswith('"') and '" "' in line for line in lines[:20] if line.strip())
    return " " if quoted else None


def _spaced(trial: _Trial) -> bool:
    """Whether most cells but the first begin with a space, like parts of a sentence."""
    cells = [cell for row in trial.rows for cell in row[1:] if cell]
    return sum(cell.startswith(" ") for cell in cells) > 0.5 * len(cells)


def _quoting(delimiter: str, lines: Sequence[str], complete: bool) -> _Trial:
    """The way of quoting in which the lines can be parsed; doubled marks if there is none."""
    if len(delimiter) > 1:
        return _read(Dialect(delimiter, quoted=False), lines, complete)
    ways = [Dialect(delimiter)]
    if any('\\"' in line for line in lines):
        ways.append(Dialect(delimiter, escaped=True))
    plain = Dialect(delimiter, quoted=False)
    if delimiter == "\t":
        # Tabs seldom stand in a text, so many write TSV without quoting and keep quotation marks as they are.
        opened = any(cell.startswith('"') for line in lines for cell in line.split("\t"))
        ways = [ways[0], plain] if opened else [plain]
    trials = [_read(way, lines, complete) for way in ways]
    if trials[0].cut:  # the csv module lets text follow the closing quotation mark of a field with backslashes
        text = "".join([*lines, "\n"])
        trials = [trial for trial in trials if not (trial.dialect.escaped and _faulty_quote(text, trial.dialect)[1])]
    best = max(trials, key=lambda trial: (trial.even, trial.mostly_even, trial.cut, trial.sound))
    return best._replace(even=True) if best.cut and len(best.rows) >= _ROWS_ABOVE else best


def read_sample(delimiter: str, lines: Sequence[str], complete: bool) -> list[list[str]] | None:
    """The rows, if the lines make an even table with this delimiter."""
    trial = _quoting(delimiter, lines, complete)
    return trial.rows if trial.even else None


def read_uneven(delimiter: str, lines: Sequence[str]) -> list[list[str]] | None:
    """The rows, if the first and nearly all others have the same number of columns: a table, damaged or not."""
    rows = _quoting(delimiter, lines, complete=False).rows
    return rows if rows and _alike(rows) > MOSTLY * (len(rows) - 1) else None


def _alike(rows: Sequence[Sequence[str]]) -> int:
    """How many rows have as many columns as the first."""
    return sum(len(row) == len(rows[0]) for row in rows)


def _read(dialect: Dialect, lines: Sequence[str], complete: bool) -> _Trial:
    rows, fault = dialect.read(lines)
    sound, alike = fault is None, bool(rows) and _alike(rows) == len(rows)
    opened = bool(fault and not complete and fault.stop == len(lines) and rows)  # where the sample is cut
    if fault and opened and len(lines) - fault.start < _CUT_LINES:
        sound, opened = True, False
    return _Trial(dialect, rows, sound, sound and alike, cut=opened and alike and len(rows[0]) > 1)


def spread_rows(file: Opening, dialect: Dialect, width: int) -> list[list[str]]:
    """Rows of the right width from places spread over a large file; a place that cannot be parsed gives none."""
    multiline = dialect.quoted and any("\n" in cell for row in dialect.read(file.head)[0] for cell in row)
    return [row for lines in file.spread_lines() for row in _block_rows(lines, dialect, width, multiline=multiline)]


def _block_rows(lines: list[str], dialect: Dialect, width: int, *, multiline: bool) -> list[list[str]]:
    """The rows of a block whose first line may be inside a quoted field.

    Args:
        multiline: some fields of the table have several lines.
    """
    tries = min(len(lines), 50)
    if dialect.quoted and lines:
        inside, fault = dialect.read([dialect.quote + lines[0], *lines[1:]])
        if fault is None or fault.stop == len(lines):  # the last field may be cut
            if len(inside) > 1:  # with an open quotation mark before it, the block can be parsed
                return [row for row in inside[1:] if len(row) == width]
            tries = 0 if multiline else 1  # there is no quotation mark: none is used, or all of it is one field
    for start in range(tries):
        rows, _ = dialect.read(lines[start:])
        even = [row for row in rows if len(row) == width]
        if len(even) >= (1 - _MAX_FAULTS) * len(rows) and even and rows[0] in even:
            return even
    return []


# Errors


def fault(error: csv.Error, text: str, start: int, dialect: Dialect, path: str) -> DataError:
    """The error for a failure of the csv module, with the line where the fault begins."""
    if str(error).startswith("new-line"):
        hint = "put the field in quotation marks, or turn the line ends of the file into \\n"
        return DataError("a carriage return in the middle of a field", path=path, line=start, hint=hint)
    offset, closed = _faulty_quote(text, dialect)
    line = start + text.count("\n", 0, offset)
    mark = dialect.quote
    way = f"with a backslash: \\{mark}" if dialect.escaped else f"twice: {mark * 2}"
    inside = f"inside a quoted field, write a quotation mark {way}"
    if closed:
        after = text[closed : closed + 20].split("\n")[0].rstrip("\r")
        message = f"text follows the closing quotation mark of the field that starts here: {after!r}"
        return DataError(message, path=path, line=line, hint=inside)
    message = "a quotation mark opens a field here and is never closed"
    return DataError(message, path=path, line=line, hint=f"close it; {inside}")


def _faulty_quote(text: str, dialect: Dialect) -> tuple[int, int]:
    """Where the field that cannot be parsed opens, and where it closes (0: nowhere)."""
    mark = dialect.quote
    inside = rf"(?:[^{mark}\\]|\\.)*" if dialect.escaped else f"[^{mark}]*(?:{mark}{mark}[^{mark}]*)*"
    doubled = "" if dialect.escaped else f"(?!{mark})"
    field = re.compile(f"{mark}{inside}{mark}{doubled}", re.DOTALL)
    after = re.compile(f"[{re.escape(dialect.delimiter)}\n\r]")
    position = 0
    while position < len(text):
        end = position
        if text[position] == mark:
            quoted = field.match(text, position)
            if not quoted:
                return position, 0
            end = quoted.end()
            if not after.match(text, end):
                return position, end
        separator = after.search(text, end)
        if not separator:
            break
        position = separator.end()
    return 0, 0


def odd_header(expected: int, usual: int, path: str, line: int) -> DataError:
    """The rows have another number of columns than the header."""
    message = f"{count(expected, 'column')} here, and {usual} in the rows below"
    hint = "give every column a name in the first row, or none to any; or give another --delimiter"
    return DataError(message, path=path, line=line, hint=hint)


def odd_width(dialect: Dialect, expected: int, found: int, path: str, line: int) -> DataError:
    """A row has too few or too many columns."""
    if found < expected:
        hint = f"put a {dialect.name} between the columns of every row, or give another --delimiter"
    elif len(dialect.delimiter) > 1:
        hint = "give a --delimiter that is in no text"
    elif expected == 1:
        hint = f"put texts with a {dialect.name} in quotation marks; or, if each line is a text, --input-format text"
    else:
        hint = f"put texts that hold a {dialect.name} in quotation marks, or give another --delimiter"
    return DataError(f"expected {count(expected, 'column')}, found {found:,}", path=path, line=line, hint=hint)
