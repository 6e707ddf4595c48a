"""What the csv module stumbles over, in words, with the line where the trouble begins."""

from __future__ import annotations

import csv
import re

from lstmcli.data.formats.dialect import Dialect
from lstmcli.errors import DataError


def fault(error: csv.Error, text: str, start: int, dialect: Dialect, path: str) -> DataError:
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
