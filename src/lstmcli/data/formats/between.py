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
    first, *others = [split_lines(block.decode(encoding.codec, "replace")) for block in source.samples(source.head())]
    long = dialect.quoted and any("\n" in cell for row in _read(first, dialect)[0] for cell in row)
    return [row for lines in others for row in _rows(lines, dialect, width, long=long)]


def _rows(lines: list[str], dialect: Dialect, width: int, *, long: bool) -> list[list[str]]:
    """The rows of a block whose first line may be the middle of a quoted field.

    Args:
        long: there are fields of several lines.
    """
    tries = min(len(lines), 50)
    if dialect.quoted and lines:
        inside, ended = _read([dialect.quote + lines[0], *lines[1:]], dialect)
        if ended and len(inside) > 1:  # a quotation mark that was open makes sense of all that follows
            return [row for row in inside[1:] if len(row) == width]
        if ended:  # no quotation mark is near: either none is used here, or all of it is one text
            tries = 0 if long else 1
    for start in range(tries):
        rows, _ = _read(lines[start:], dialect)
        even = [row for row in rows if len(row) == width]
        if len(even) >= (1 - MAX_FAULTS) * len(rows) and even and rows[0] in even:
            return even
    return []


def _read(lines: list[str], dialect: Dialect) -> tuple[list[list[str]], bool]:
    """As far as they can be read, and whether that is to their end, where the last field may be cut."""
    rows: list[list[str]] = []
    reader = dialect.reader(lines)
    try:
        for row in reader:
            if row:
                rows.append(row)
    except csv.Error:
        return rows, reader.line_num == len(lines)
    return rows, True
