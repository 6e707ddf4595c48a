"""CSV, TSV and other delimited files, parsed strictly with the csv module."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lstmcli.data.bounds import MAX_LINE, too_long
from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, is_known, normal
from lstmcli.data.columns.pair_names import are_licensed_pairs
from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.dialect import (
    DELIMITERS,
    MOSTLY,
    RARE,
    Dialect,
    detect_dialect,
    fault,
    odd_header,
    odd_width,
    rare_mark,
    read_sample,
    spread_rows,
)
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.header import MANY, find_preamble, has_header, more_headers, separator_line
from lstmcli.data.table import Row, Table, column_names
from lstmcli.errors import NoDataError, UsageError

_RULE = re.compile(r"[-+=]{3,}|\(\d+ rows?\)")  # rules and row counts, printed by databases
_MAX_HEADER = 100  # lines of a pipe that are read to find its first row
_SAMPLE_ROWS = 10_000  # maximum rows that are parsed from the head of a file


def open_delimited(file: Opening, suffix: str = ",") -> Table:
    """A delimited file or stream as a table.

    Args:
        suffix: the delimiter that the name of the file suggests.

    Raises:
        NoDataError: a header with nothing under it.
    """
    source, path = file.source, file.source.path
    lines = TextLines(source, file.encoding)
    stream = iter(lines)
    head = _first_lines(stream, path) if source.pipe else file.head
    asked = _asked_delimiter(file)
    above = find_preamble(head, asked, file.read, file.prefer)
    head = head[above.lines :]
    dialect = detect_dialect(head, delimiter=asked or above.delimiter, first=suffix, complete=file.complete)
    if above.names:
        dialect = Dialect(",", escaped=True, quote="'" if any(line.startswith("'") for line in head) else '"')
    start, _ = dialect.read(head, _SAMPLE_ROWS)  # faults are reported when their rows are read
    if source.pipe and not start:
        head, start = _to_first_row(dialect, head, stream)
    if start and _usual_width(start) == len(start[0]) + 1 and _are_numbers([row[0] for row in start[1:]]):
        start[0] = ["", *start[0]]  # R writes row names, and no name over them
    header = bool(start) and not above.names and has_header(start, file.read, file.prefer)
    headed, more = header or bool(above.names), more_headers(start) if header else 0
    width = len(start[0]) if start else 0
    names = max(start[: more + 1], key=lambda line: sum(map(is_known, line))) if header else [""] * width
    columns = column_names(above.names or names)
    layout = Layout(dialect, columns, header + more, above=above.lines, usual=_usual_width(start))

    def rows() -> Iterator[Row]:
        below = itertools.chain(head, stream) if source.pipe else itertools.islice(lines, above.lines, None)
        yield from read_rows(layout, below, path)
        table.warnings[:] = [*lines.warnings(), *layout.warnings]

    def named(rows: Iterable[Sequence[str]]) -> list[dict[str, str]]:
        return [dict(zip(columns, row, strict=True)) for row in rows if len(row) == width]

    table = Table(
        format=TSV if dialect.delimiter == "\t" else CSV,
        columns=columns,
        rows=rows,
        sample=named(start[header + more :]),
        spread=None if source.pipe or file.complete else lambda: named(spread_rows(file, dialect, width)),
        headed=headed,
        notes=[dialect.name, lines.encoding.label, *([above.note] if above.note else [])],
    )
    if start and not headed:
        table.notes.append("no header")
    if more:
        table.notes.append(f"a header of {more + 1} lines")
    if not start or (file.complete and not table.sample):
        _refuse_empty(table, path)
    return table


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether the cells are different whole numbers."""
    return len(set(cells)) == len(cells) and all(cell.isdigit() for cell in cells)


def _refuse_empty(table: Table, path: str) -> None:
    """Raises NoDataError if there are no rows, or the error of the first row."""
    first = next(table.rows(), None)
    if not table.columns:
        raise NoDataError("there are only empty lines", path=path, hint="give some text")
    if first is None:
        header = ", ".join(table.columns)
        raise NoDataError(f"there is a header ({header}) and no rows", path=path, hint="give a file with rows in it")


def _asked_delimiter(file: Opening) -> str | None:
    delimiter = file.delimiter
    if delimiter is not None and (not delimiter or any(c in '"\r\n' for c in delimiter) or delimiter.isalnum()):
        raise UsageError(f"{delimiter!r} cannot be a delimiter", hint="a tab: --delimiter tab")
    return delimiter


def _first_lines(stream: Iterator[str], path: str) -> list[str]:
    """The first line of a pipe; where it names the delimiter, the second as well."""
    first = next(stream, None)
    if first is None:
        raise NoDataError("there is nothing in it", path=path, hint="give text, or leave --input-format out")
    return [first, *(itertools.islice(stream, 1) if separator_line(first) else ())]


def _to_first_row(
    dialect: Dialect, head: Sequence[str], stream: Iterator[str]
) -> tuple[Sequence[str], list[list[str]]]:
    """More lines of a pipe, where the first is empty or ends inside a quoted name, and the row that they make."""
    start: list[list[str]] = []
    for line in itertools.islice(stream, _MAX_HEADER):
        head = [*head, line]
        start, _ = dialect.read(head, _SAMPLE_ROWS)
        if start or sum(map(len, head)) > MAX_LINE:
            break
    return head, start


@dataclass
class Layout:
    """How the rows of a table lie in its lines."""

    dialect: Dialect
    columns: Sequence[str]
    header: int = 0  # rows that are the header
    above: int = 0  # lines of the file above these
    usual: int = 0  # columns that nearly all rows have; 0: they differ
    header_line: int = 0
    warnings: list[str] = field(default_factory=list)


def read_rows(layout: Layout, lines: Iterable[str], path: str) -> Iterator[Row]:
    """The rows of a table.  An empty line is a row only where there is a single column.

    Raises:
        DataError: a row with too few or too many columns or without an end, or a quote that is not closed.
    """
    pending: list[str] = []  # the physical lines of the row that is being read

    size = 0

    def feed() -> Iterator[str]:
        nonlocal size
        for line in lines:
            pending.append(line)
            size += len(line)
            if size > MAX_LINE:
                raise too_long("a row", path, start)
            yield line

    reader = layout.dialect.reader(feed())
    columns, skip = layout.columns, layout.header
    layout.header_line = 0
    layout.warnings.clear()
    while True:
        start = layout.above + reader.line_num + 1
        pending.clear()
        size = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise fault(error, "".join(pending), start, layout.dialect, path) from error
        if row and not layout.header_line:
            layout.header_line = start
        if skip:
            skip -= bool(row)
            continue
        if len(row) != len(columns):
            if not _is_row(row, layout, start, path):
                continue
            row = [""]
        elif layout.header and _is_header_again(row, columns):
            layout.warnings.append(f"{path}, line {start}: the header again, left out")
            continue
        yield Row(start, path, dict(zip(columns, row, strict=True)))


def _is_header_again(row: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a row is the header again, as in concatenated files."""
    if row[-1].strip() != columns[-1] or len(row) < 2:
        return False
    return [cell.strip("\ufeff \t\r\n") or str(i) for i, cell in enumerate(row, 1)] == list(columns)


def _is_row(row: Sequence[str], layout: Layout, start: int, path: str) -> bool:
    """Whether a row of another width is an empty text; False: it is skipped.

    Raises:
        DataError: it has too few columns or too many.
    """
    width = len(layout.columns)
    blank = len(row) <= 1 and (not "".join(row).strip(" \t\r\n\x1a") or _RULE.fullmatch("".join(row).strip()))
    if blank and (width > 1 or row):
        return False
    if row and len(row) == layout.usual:
        raise odd_header(width, layout.usual, path, layout.header_line)
    if row:
        raise odd_width(layout.dialect, width, len(row), path, start)
    return True


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """The number of columns of nearly all rows; 0 if there are too few rows, or they differ."""
    widths = Counter(len(row) for row in rows[1:])
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if count >= 3 and count > MOSTLY * (len(rows) - 1) else 0


def is_table(file: Opening) -> bool:
    """Whether this is a table beyond doubt: prose has commas too.

    A table has a header with a name that is usual or was asked for; or one and the same number of tabs in every
    line, and a column of short values that recur.  Under a header that names both a text and a label it may be
    damaged, which is better said than taken for prose.
    """
    read, head = file.read, file.head
    for delimiter in [file.delimiter] if file.delimiter else DELIMITERS:
        rows = read_sample(delimiter, head, file.complete)
        if rows is None or len(rows[0]) < 2:
            continue
        labels = any(_recur([row[i] for row in rows]) for i in range(len(rows[0])))
        asked = bool(read.text_columns or read.label_column or read.delimiter)
        if asked or (len(rows) > 1 and has_header(rows, read)) or (delimiter == "\t" and labels):
            return True
    first = next((line for line in head if line.strip()), "")
    rare = rare_mark(head, file.complete, RARE[:2])
    if rare == " " or first.lower().startswith("@relation"):
        return True
    if rare and (rows := read_sample(rare, head, file.complete)):
        return len(rows) >= MANY and any(map(_recur, zip(*rows, strict=True)))
    names = [{normal(cell.strip().strip('"')) for cell in first.split(delimiter)} for delimiter in DELIMITERS]
    return any(not found.isdisjoint(TEXT_NAMES) and not found.isdisjoint(LABEL_NAMES) for found in names)


def _recur(values: Sequence[str]) -> bool:
    return len(values) >= 2 and max(map(len, values)) <= 40 and len(set(values)) <= max(1, len(values) // 2)


CSV = Format("csv", "CSV", open_delimited, is_table, suffixes=(".csv",), headers=True)
TSV = Format(
    "tsv",
    "TSV",
    lambda file: open_delimited(file, "\t"),
    lambda file: are_licensed_pairs(file.head),
    suffixes=(".tsv", ".tab"),
    headers=True,
)
