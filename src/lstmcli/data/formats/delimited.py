"""CSV, TSV and their relatives, through the csv module, strict about what cannot be meant."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lstmcli.data.bounds import MAX_LINE, too_long
from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, TextLines
from lstmcli.data.files import Input
from lstmcli.data.formats.between import rows_between
from lstmcli.data.formats.dialect import DELIMITERS, MOSTLY, Dialect, detect_dialect, read_uneven
from lstmcli.data.formats.header import has_header
from lstmcli.data.formats.preamble import Preamble, find_preamble, separator_line
from lstmcli.data.table import Row, Table, column_names
from lstmcli.errors import DataError, NoDataError, UsageError

_SAMPLE_ROWS = 10_000
"""Of the head of a file."""


def open_delimited(
    source: Input,
    encoding: Encoding | None,
    head: Sequence[str],
    read: ReadConfig,
    *,
    format: str,
    complete: bool,
    prefer: ReadConfig | None,
) -> Table:
    """A delimited file or stream as a table.

    Args:
        head: the first lines, each with its line end; of a stream the first is read here, no more.
        format: csv or tsv.
        complete: ``head`` is the whole file.
        prefer: how the training data was read; its column names tell a header.
    """
    delimiter = _asked_delimiter(read)
    lines = TextLines(source, encoding)
    stream = iter(lines)
    if source.pipe:
        head = _first_lines(stream, source.path)
    above = find_above(head, delimiter, read, prefer)
    head, delimiter = head[above.lines :], delimiter or above.delimiter
    dialect = detect_dialect(head, delimiter=delimiter, first="\t" if format == "tsv" else ",", complete=complete)
    start = _start(dialect, head)
    headed = bool(start) and has_header(start, read, prefer)
    width = len(start[0]) if start else 0
    columns = column_names(start[0] if headed else [""] * width)

    def rows() -> Iterator[Row]:
        below = itertools.chain(head, stream) if source.pipe else itertools.islice(lines, above.lines, None)
        yield from read_rows(dialect, below, columns, source.path, skip_first=headed, above=above.lines, usual=usual)
        table.warnings[:] = lines.warnings()

    def spread() -> list[dict[str, str]]:
        return [dict(zip(columns, row, strict=True)) for row in rows_between(source, lines.encoding, dialect, width)]

    usual = _usual_width(start)
    even = [row for row in start[headed:] if len(row) == width]
    table = Table(
        format="tsv" if dialect.delimiter == "\t" else "csv",
        columns=columns,
        rows=rows,
        sample=[dict(zip(columns, row, strict=True)) for row in even],
        spread=None if source.pipe or complete else spread,
        headed=headed,
        encoding=lines.encoding.label,
        delimiter=dialect.delimiter,
        notes=[
            dialect.name,
            lines.encoding.label,
            *([above.note] if above.note else []),
            *([] if headed or not start else ["no header"]),
        ],
    )
    return table


def _asked_delimiter(read: ReadConfig) -> str | None:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(read.delimiter or "", read.delimiter)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UsageError(f"the delimiter must be one character, not {delimiter!r}", hint="a tab: --delimiter tab")
    return delimiter


def _first_lines(stream: Iterator[str], path: str) -> list[str]:
    """The first line of a pipe; where it names the delimiter, the second as well."""
    first = next(stream, None)
    if first is None:
        raise NoDataError("there is nothing in it", path=path, hint="give text, or leave --input-format out")
    return [first, *(itertools.islice(stream, 1) if separator_line(first) else ())]


def find_above(head: Sequence[str], delimiter: str | None, read: ReadConfig, prefer: ReadConfig | None) -> Preamble:
    """The lines above the table."""

    def sample(lines: Sequence[str]) -> tuple[str, list[list[str]]] | None:
        for mark in [delimiter] if delimiter else DELIMITERS:
            rows = read_uneven(mark, lines)
            if rows and len(rows[0]) > 1:
                return mark, rows
        return None

    return find_preamble(head, sample, lambda rows: has_header(rows, read, prefer))


def _start(dialect: Dialect, head: Sequence[str]) -> list[list[str]]:
    """The first rows, as far as they can be read: faults are reported when their turn comes."""
    rows: list[list[str]] = []
    try:
        for row in dialect.reader(head):
            if row:
                rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def read_rows(
    dialect: Dialect,
    lines: Iterable[str],
    columns: Sequence[str],
    path: str,
    *,
    skip_first: bool,
    above: int = 0,
    usual: int = 0,
) -> Iterator[Row]:
    """The rows of a table.  An empty line is a row only where there is a single column.

    Args:
        above: lines of the file above these.
        usual: columns that nearly all rows have; 0: they differ.

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

    reader = dialect.reader(feed())
    width = len(columns)
    skip, first = skip_first, 0
    while True:
        start = above + reader.line_num + 1
        pending.clear()
        size = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _fault(error, "".join(pending), start, dialect, path) from error
        if row and not first:
            first = start
        if skip:
            skip = not row
            continue
        if len(row) != width:
            if width > 1 and not "".join(row).strip() and len(row) <= 1:
                continue
            if row and len(row) == usual:
                raise DataError(
                    f"{_columns(width)} here, and {usual} in the rows below",
                    path=path,
                    line=first,
                    hint="give every column a name in the first row, or none to any; or give another --delimiter",
                )
            if row:
                raise DataError(
                    f"expected {_columns(width)}, found {len(row)}",
                    path=path,
                    line=start,
                    hint=f"put texts that hold a {dialect.name} in quotation marks, or give another --delimiter",
                )
            row = [""]
        yield Row(start, path, dict(zip(columns, row, strict=True)))


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """What nearly all rows have; 0 where there are too few rows, or they differ."""
    widths = Counter(len(row) for row in rows[1:])
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if count >= 3 and count > MOSTLY * (len(rows) - 1) else 0


def _columns(count: int) -> str:
    return f"{count} column" if count == 1 else f"{count} columns"


def _fault(error: csv.Error, text: str, start: int, dialect: Dialect, path: str) -> DataError:
    """What the csv module stumbled over, in words, with the line where the trouble begins."""
    if str(error).startswith("new-line"):
        return DataError(
            "a carriage return in the middle of a field",
            path=path,
            line=start,
            hint="put the field in quotation marks, or turn the line ends of the file into \\n",
        )
    offset, closed = _faulty_quote(text, dialect)
    line = start + text.count("\n", 0, offset)
    if closed:
        return DataError(
            f"text follows the quoted field that starts here: {text[closed - 1 : closed + 20]!r}",
            path=path,
            line=line,
            hint='inside a quoted field, write a quotation mark twice: ""',
        )
    return DataError(
        "a quotation mark opens a field here and is never closed",
        path=path,
        line=line,
        hint='close it; inside a quoted field, write a quotation mark twice: ""',
    )


_DOUBLED = re.compile(r'"[^"]*(?:""[^"]*)*"(?!")')
_ESCAPED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def _faulty_quote(text: str, dialect: Dialect) -> tuple[int, int]:
    """Where the field that cannot be read opens, and where it closes (0: nowhere)."""
    field = _ESCAPED if dialect.escaped else _DOUBLED
    after = re.compile(f"[{re.escape(dialect.delimiter)}\n\r]")
    position = 0
    while position < len(text):
        end = position
        if text[position] == '"':
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
