"""Faults of delimited files, with the line where each begins."""

from __future__ import annotations

import csv
import re

from lstmcli.data.formats.dialect import Dialect
from lstmcli.errors import DataError
from lstmcli.plural import count


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
    field = re.compile(f"{mark}{inside}{mark}(?!{mark})", re.DOTALL)
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
