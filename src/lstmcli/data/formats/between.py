"""Rows from places spread over a large delimited file, so that one that is sorted is told as what it is."""

from __future__ import annotations

import csv

from lstmcli.data.encoding import Encoding, split_lines
from lstmcli.data.files import Input
from lstmcli.data.formats.dialect import Dialect

MAX_FAULTS = 0.2
"""Of the rows of a block: with more it was entered inside a quoted field, and what is read there is no row."""


def rows_between(source: Input, encoding: Encoding, dialect: Dialect, width: int) -> list[list[str]]:
    """Rows of the right width; a place that can't be read as rows gives none, and nothing raises here."""
    if encoding.wide or encoding.shifting:
        return []
    found: list[list[str]] = []
    for block in source.samples(source.head())[1:]:
        text = block.decode(encoding.codec, "replace")
        found += _rows(split_lines(text), dialect, width)
    return found


def _rows(lines: list[str], dialect: Dialect, width: int) -> list[list[str]]:
    """The rows of a block whose first line may be the middle of a quoted field."""
    for start in range(min(len(lines), 50)):
        rows = _read(lines[start:], dialect)
        even = [row for row in rows if len(row) == width]
        if len(even) >= (1 - MAX_FAULTS) * len(rows) and even and rows[0] in even:
            return even
    return []


def _read(lines: list[str], dialect: Dialect) -> list[list[str]]:
    """As far as they can be read: the last field may be cut."""
    rows: list[list[str]] = []
    try:
        for row in dialect.reader(lines):
            if row:
                rows.append(row)
    except csv.Error:
        pass
    return rows
