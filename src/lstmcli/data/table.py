"""The common form of all formats: named columns, and rows that are read on demand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from lstmcli.data.columns.cells import split_cell

if TYPE_CHECKING:
    from lstmcli.data.formats.format import Format


SAMPLE_ROWS, SPREAD_ROWS = 1000, 5000  # rows that columns are chosen by: from the start, and spread over a source
_UNSEEN = re.compile(
    r"^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+|[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+$"
)


class Row(NamedTuple):
    line: int  # where it starts, from 1; 0 when the format has no lines
    path: str
    cells: Mapping[str, Any]


@dataclass
class Table:
    """One file, or one split, as a table."""

    format: Format
    columns: tuple[str, ...]  # empty: known only as the rows come (JSON Lines from a pipe)
    rows: Callable[[], Iterator[Row]]
    sample: Sequence[Mapping[str, Any]] = ()  # the first rows, for choosing columns
    spread: Callable[[], Sequence[Mapping[str, Any]]] | None = None
    """Further rows from all over the table; None: ``sample`` is all of it, or there is no way to look ahead."""
    headed: bool = True  # False: the columns have no names and are called 1, 2, 3, …
    text_columns: tuple[str, ...] = ()  # set by formats that fix the columns
    label_column: str | None = None
    stated: bool = False  # the caller named the columns; a string in a label cell is one label
    line_form: str | None = None  # as `ReadConfig.line_form`, where lines hold a text and a label
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """Clauses that follow the notes: what else the file might be, and the option that says so."""
    warnings: list[str] = field(default_factory=list)  # filled while the rows are read


def cell_text(value: Any) -> str:
    """A cell as text.  A list of tokens is joined by spaces; nothing is empty text.

    Raises:
        TypeError: an object, or a list that holds more than strings and numbers.
    """
    if isinstance(value, str):
        return _sound(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (list, tuple)):
        return " ".join(cell_text(part) for part in value)
    return _scalar(value)


def cell_labels(value: Any, separator: str | None) -> tuple[str, ...]:
    """The labels in a cell, each once, in order.

    Raises:
        TypeError: an object, or a list of lists.
    """
    if isinstance(value, (list, tuple)):
        parts = ["" if part is None else _scalar(part) for part in value]
    elif value is None or (isinstance(value, float) and math.isnan(value)):
        return ()
    else:
        text = _scalar(value)
        parts = split_cell(text, separator)
    return tuple(dict.fromkeys(label for part in parts if (label := bare(part))))


def bare(text: str) -> str:
    """Strip white space and invisible characters: byte order marks, direction marks, zero-width characters."""
    text = text.strip()
    return text if text.isascii() else _UNSEEN.sub("", text)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _sound(value)
    if isinstance(value, bool):
        return "true" if value else "false"  # as JSON has them
    if isinstance(value, (dict, list, tuple, bytes)):
        raise TypeError(type(value).__name__)
    return str(value)


def _sound(text: str) -> str:
    """JSON can spell half a surrogate pair, which no encoding can write: it becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names: header cells, stripped; the column number if empty; duplicates get a suffix."""
    names: dict[str, None] = {}  # a list would be searched anew for each of 100,000 columns
    for i, name in enumerate(header, 1):
        name = bare(name) or str(i)
        while name in names:
            name = f"{name}.{i}"
        names[name] = None
    return tuple(names)
