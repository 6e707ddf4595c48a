"""Whether the first row of a table names its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lstmcli.data.columns.choice import find_column
from lstmcli.data.columns.missing import may_be_empty
from lstmcli.data.columns.names import is_known, normal
from lstmcli.data.columns.pair_names import are_pair_names
from lstmcli.data.columns.profile import is_date, is_number
from lstmcli.data.config import ReadConfig
from lstmcli.data.words import word_count

MANY = 10
"""Cells of a column from which on it counts that values recur."""


def has_header(rows: Sequence[Sequence[str]], read: ReadConfig, prefer: ReadConfig | None = None) -> bool:
    """What the user says, else what the columns that were asked for tell, else as in training, else the evidence."""
    if read.header is not None:
        return read.header
    first = rows[0]
    asked = _columns(read)
    if any(not name.isdigit() and find_column(name, first) for name in asked):
        return True
    if asked and {str(i) for i in range(1, len(first) + 1)}.issuperset(asked) and not _all_found(asked, first):
        return False  # columns of a file without a header are called by number
    if prefer is not None:
        trained = [name for name in _columns(prefer) if not name.isdigit()]
        if any(find_column(name, first) for name in trained):
            return True
        if prefer.header is False or (prefer.header is None and _columns(prefer) and not trained):
            return _names_only(first) and evidence(rows) > 0
    return evidence(rows) > 0 or (bool(asked) and _names_only(first))


def _columns(read: ReadConfig) -> list[str]:
    return [name for name in (*read.text_columns, read.label_column, *read.label_columns) if name]


def _all_found(asked: Sequence[str], first: Sequence[str]) -> bool:
    """Whether the first row holds these numbers as names, and nothing but names."""
    return all(find_column(name, first) for name in asked) and all(not is_number(c) or c in asked for c in first)


def _names_only(first: Sequence[str]) -> bool:
    """Whether every cell could be a name and one is what columns are called."""
    cells = [cell for cell in first if cell.strip()]
    return all(map(_is_name, cells)) and any(map(is_known, cells))


def evidence(rows: Sequence[Sequence[str]]) -> float:
    """Above 0: the first row is unlike the rows below it.  0: nothing tells.  Below: it is a row like the others."""
    first = rows[0]
    named = [normal(cell) for cell in first]
    again = all(map(_is_name, first))  # the header again, where tables were put one behind the other
    rest = [row for row in rows[1:] if not (again and [normal(cell) for cell in row] == named)]
    if not any(cell.strip() for cell in first):
        return -1.0
    if _counts_up(first) and rest and not any(is_number(row[-1]) for row in rest if row):
        return 1.0  # pandas wrote columns without names
    if are_pair_names(first):
        return 1.0
    below = [[row[i].strip() for row in rest if i < len(row)] for i in range(len(first))]
    return sum(_cell_evidence(cell.strip("\ufeff \t\r\n"), column) for cell, column in zip(first, below, strict=True))


def more_headers(rows: Sequence[Sequence[str]]) -> int:
    """Further lines of a header, as pandas and survey sites write them: names and nothing else above other cells."""
    for count in (2, 1):
        lines, below = rows[1 : 1 + count], rows[1 + count :]
        if len(below) < MANY or len(lines) < count:
            continue
        if all(all(not cell.strip() or _is_name(cell) for cell in line) for line in lines) and all(
            _unlike(line, below) >= 3
            or (n and sum(map(bool, map(str.strip, line))) == 1 and evidence([line, *below]) > 1)
            for n, line in enumerate(lines)
        ):
            return count
    return 0


def _unlike(line: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """The evidence that this line is none of the rows below; a blank above a full column is some."""
    blank = [i for i, cell in enumerate(line) if not cell.strip()]
    return evidence([line, *below]) + sum(all(row[i].strip() for row in below if i < len(row)) for i in blank)


def _counts_up(first: Sequence[str]) -> bool:
    """``,0,1`` or ``0,1,2``."""
    cells = first[1:] if not first[0].strip() else first
    return len(cells) > 1 and [cell.strip() for cell in cells] == [str(i) for i in range(len(cells))]


def _cell_evidence(cell: str, below: Sequence[str]) -> float:
    """What one cell of the first row says, by the cells below it."""
    if may_be_empty(cell):
        return 0.0
    filled = [value for value in below if not may_be_empty(value)]
    named = _is_name(cell)
    known = named and is_known(cell)
    if not filled:
        return 1.5 if known else 0.0
    for test in (is_number, is_date):
        if sum(map(test, filled)) >= 0.9 * len(filled):
            return -2.0 if test(cell) else 2.0
    if is_number(cell) or is_date(cell):
        return -2.0
    counts = Counter(filled)
    if len(filled) >= MANY * len(counts) and word_count(cell) > 2 * max(map(word_count, counts)):
        return 2.5  # long above short values that recur
    if cell in counts:
        return -2.0 if len(counts) <= max(2, len(filled) // 2) else -1.0
    if len(filled) >= MANY and len(counts) <= len(filled) // 2 and min(counts.values()) > 1:
        return 1.5
    if known:
        return 1.5
    mean = sum(map(word_count, filled)) / len(filled)
    if mean >= 3 and (cell[-1] in ".!?。！？" or word_count(cell) >= max(3, 0.5 * mean)):
        return -1.5
    single = len(filled) >= MANY and named and len(cell.split()) == 1 and min(map(word_count, filled)) >= 2
    return 0.5 if single else 0.0


def _is_name(cell: str) -> bool:
    """Short, no number, no sentence."""
    cell = cell.strip("\ufeff \t\r\n")
    short = 0 < len(cell) <= 40 and len(cell.split()) <= 3
    return short and not is_number(cell) and cell[-1] not in ".!。！" and normal(cell) != ""
