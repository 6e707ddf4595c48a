"""Files of HTML and XML: no tables, and no plain text either."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstmcli.data.encoding import Encoding
from lstmcli.data.files import Input
from lstmcli.data.formats.lines import open_text
from lstmcli.data.table import Table
from lstmcli.errors import DataError

_START = re.compile(r"\s*<(?:(\?xml)\b|!doctype\s+(html)|(html|head|body|table|meta)\b)", re.IGNORECASE)


def markup_of(head: Sequence[str]) -> str | None:
    """HTML or XML, where the first line that is not empty opens such a document."""
    first = next((line for line in head if line.strip()), "")
    found = _START.match(first)
    if not found:
        return None
    return "HTML" if found[2] or found[3] or any("<html" in line.lower() for line in head[:20]) else "XML"


def open_markup(source: Input, encoding: Encoding, kind: str) -> Table:
    """A web page as plain text, which is said.

    Raises:
        DataError: XML, or a table that a web system calls a spreadsheet.
    """
    if kind == "XML" or any(suffix.lower().startswith(".xls") for suffix in source.suffixes):
        raise DataError(
            f"this is {kind}, which is not read",
            path=source.path,
            hint="save it as CSV, TSV or JSON; --input-format text reads it as plain text, its tags too",
        )
    table = open_text(source, encoding)
    table.remarks.append("this is HTML: its tags are read as text; save the page as plain text to leave them out")
    return table
