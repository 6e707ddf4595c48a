"""CSV, TSV and their relatives, through the csv module, strict about what cannot be meant."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, TextLines
from lstmcli.data.files import Input
from lstmcli.data.formats.dialect import Dialect, detect_dialect, has_header
from lstmcli.data.table import Row, Table, column_names
from lstmcli.errors import DataError, NoDataError, UsageError

_SAMPLE_ROWS = 1000


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
    delimiter = {"tab": "\t", "\\t": "\t"}.get(read.delimiter or "", read.delimiter)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UsageError(f"the delimiter must be one character, not {delimiter!r}", hint="a tab: --delimiter tab")
    lines = TextLines(source, encoding)
    stream = iter(lines)
    if source.pipe:
        head = list(itertools.islice(stream, 1))
        if not head:
            raise NoDataError("there is nothing in it", path=source.path, hint="give text, or leave --input-format out")
    dialect = detect_dialect(head, delimiter=delimiter, first="\t" if format == "tsv" else ",", complete=complete)
    start = _start(dialect, head)
    headed = bool(start) and has_header(start, read, prefer)
    width = len(start[0]) if start else 0
    columns = column_names(start[0] if headed else [""] * width)

    def rows() -> Iterator[Row]:
        if source.pipe:
            yield from read_rows(dialect, itertools.chain(head, stream), columns, source.path, skip_first=headed)
        else:
            yield from read_rows(dialect, lines, columns, source.path, skip_first=headed)
        table.warnings[:] = lines.warnings()

    even = [row for row in start[headed:] if len(row) == width]
    table = Table(
        format="tsv" if dialect.delimiter == "\t" else "csv",
        columns=columns,
        rows=rows,
        sample=[dict(zip(columns, row, strict=True)) for row in even],
        headed=headed,
        encoding=lines.encoding.label,
        delimiter=dialect.delimiter,
        notes=[dialect.name, lines.encoding.label, *([] if headed or not start else ["no header"])],
    )
    return table


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
    dialect: Dialect, lines: Iterable[str], columns: Sequence[str], path: str, *, skip_first: bool
) -> Iterator[Row]:
    """The rows of a table.  An empty line is a row only where there is a single column.

    Raises:
        DataError: a row with too few or too many columns, or a quote that is not closed.
    """
    pending: list[str] = []  # the physical lines of the row that is being read

    def feed() -> Iterator[str]:
        for line in lines:
            pending.append(line)
            yield line

    reader = dialect.reader(feed())
    width = len(columns)
    skip = skip_first
    while True:
        start = reader.line_num + 1
        pending.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _fault(error, "".join(pending), start, dialect, path) from error
        if skip:
            skip = not row
            continue
        if len(row) != width:
            if width > 1 and not "".join(row).strip() and len(row) <= 1:
                continue
            if row:
                raise DataError(
                    f"expected {_columns(width)}, found {len(row)}",
                    path=path,
                    line=start,
                    hint=f"put texts that hold a {dialect.name} in quotation marks, or give another --delimiter",
                )
            row = [""]
        yield Row(start, path, dict(zip(columns, row, strict=True)))


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
