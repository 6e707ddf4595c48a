"""What stands above the rows of a table: ``sep=;``, comments or a title, and the header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lstmcli.data.columns.choice import find_column
from lstmcli.data.columns.missing import may_be_empty
from lstmcli.data.columns.names import is_known, normal
from lstmcli.data.columns.pair_names import are_pair_names
from lstmcli.data.columns.profile import is_date, is_number
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.dialect import DELIMITERS, read_uneven
from lstmcli.data.words import word_count

MAX_PREAMBLE = 20  # maximum lines above a table
_LOOK = 200  # maximum lines that are parsed as a table
MANY = 10  # minimum cells of a column for repeated values to count as evidence
_SEP = re.compile(r'\ufeff?"?sep=(?P<mark>[^"\r\n]|\\t|tab)"?[,;|\t]*\s*', re.IGNORECASE)
_ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s", re.IGNORECASE)
_COMMENT = re.compile(r'\ufeff?"?\s*(#|//|%|--|;)')


@dataclass(frozen=True)
class Preamble:
    lines: int = 0  # number of lines to skip
    delimiter: str | None = None  # stated by the file
    note: str = ""
    names: tuple[str, ...] = ()  # column names, if the preamble lists them (ARFF)


def separator_line(line: str) -> str | None:
    """The delimiter that a first line such as ``sep=;``, written by spreadsheet programs, states."""
    found = _SEP.fullmatch(line)
    return {"\\t": "\t", "tab": "\t"}.get(found["mark"], found["mark"]) if found else None


def find_preamble(
    lines: Sequence[str], delimiter: str | None, read: ReadConfig, prefer: ReadConfig | None = None
) -> Preamble:
    """The lines above the table.

    Comments are skipped if a table begins below them; a title only if a header follows.

    Args:
        delimiter: given by the user; None tries the usual ones.
    """
    start = next((i for i, line in enumerate(lines[:MAX_PREAMBLE]) if line.strip()), 0)
    if start < len(lines) and (mark := separator_line(lines[start])):
        return Preamble(start + 1, mark, f"line {start + 1}, {lines[start].strip()!r}, names the delimiter")
    if start < len(lines) and lines[start].lower().startswith(("@relation", "% ")) and (arff := _arff(lines)):
        return arff
    lines = lines[: _LOOK + MAX_PREAMBLE]
    if head := _report_head(lines, start, delimiter, read, prefer):
        return head
    for count in range(start, min(MAX_PREAMBLE + 1, len(lines) - 1)):
        if not lines[count].strip():
            continue
        mark, rows = _parse(lines[count : count + _LOOK], delimiter)
        if not rows or _is_title_row(rows, read, prefer):
            continue
        above = [(i, line) for i, line in enumerate(lines[:count], 1) if line.strip()]
        if not above and _COMMENT.match(lines[count]):
            _, below = _parse(lines[count + 1 : count + _LOOK], delimiter)
            if below and has_header(below, read, prefer) and not has_header(rows, read, prefer):
                continue  # a comment that has as many commas as the table
        comments = all(_COMMENT.match(line) for _, line in above)
        if not above or len(rows) < 2 or not (comments or has_header(rows, read, prefer)):
            return Preamble()
        if not comments and any(_is_row_of_table(line.split(mark), len(rows[0])) for _, line in above):
            return Preamble()  # a damaged table
        return Preamble(count, None, _note(above, "comment" if comments else "title"))
    return Preamble()


def _report_head(
    lines: Sequence[str], start: int, delimiter: str | None, read: ReadConfig, prefer: ReadConfig | None
) -> Preamble | None:
    """Lines of a report that look like rows, up to an empty line and the header below it."""
    bare = [line.strip(" \r\n\t,;|") for line in lines[:MAX_PREAMBLE]]
    gap = next((i for i in range(start + 1, len(bare)) if not bare[i]), None)
    if gap is None or any(is_known(cell.strip(' "')) for cell in re.split(r"[\t,;|]", bare[start])):
        return None
    _, rows = _parse(lines[gap + 1 : gap + 1 + _LOOK], delimiter)
    if len(rows) < gap or not rows or not any(map(is_known, rows[0])) or not has_header(rows, read, prefer):
        return None
    return Preamble(gap + 1, None, _note(list(enumerate(lines[start:gap], start + 1)), "title"))


def _parse(lines: Sequence[str], delimiter: str | None) -> tuple[str, list[list[str]]]:
    """The delimiter and the rows if the lines are a table of several columns; else no rows."""
    for mark in [delimiter] if delimiter else DELIMITERS:
        rows = read_uneven(mark, lines)
        if rows and len(rows[0]) > 1:
            return mark, rows
    return "", []


def _arff(lines: Sequence[str]) -> Preamble | None:
    """The lines above the rows of Weka's ARFF format: ``@attribute text string``, …, ``@data``."""
    names = []
    for count, line in enumerate(lines[:2000], 1):
        if found := _ATTRIBUTE.match(line):
            names.append(found[1].strip("'\""))
        if line.strip().lower() == "@data" and names:
            return Preamble(count, ",", "Weka's ARFF", tuple(names))
    return None


def _is_title_row(rows: Sequence[Sequence[str]], read: ReadConfig, prefer: ReadConfig | None) -> bool:
    """Whether the first row has at most one filled cell, above rows that are full; of two columns, above a header."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    below = [row for row, count in zip(rows[1:], filled[1:], strict=True) if count]
    if filled[0] > 1 or len(below) < 2 or len(rows[0]) < 2:
        return False
    if len(rows[0]) == 2 and filled[0] and (any(map(is_known, rows[0])) or not has_header(below, read, prefer)):
        return False
    return sum(count > 1 for count in filled[1:] if count) > 0.9 * len(below)


def _is_row_of_table(cells: Sequence[str], width: int) -> bool:
    """Whether a line above the table is rather a row or header of it."""
    filled = [cell for cell in (cell.strip(' "\r\n') for cell in cells) if cell]
    return len(filled) > 1 and (len(cells) == width or any(map(is_known, filled)))


def _note(above: Sequence[tuple[int, str]], what: str) -> str:
    first, line = above[0]
    shown = line.strip().strip('"')
    shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
    where = f"line {first}" if len(above) == 1 else f"lines {first} to {above[-1][0]}"
    return f"{where} left out as a {what}: {shown!r}"


def has_header(rows: Sequence[Sequence[str]], read: ReadConfig, prefer: ReadConfig | None = None) -> bool:
    """Whether the first row is a header: by the options, the columns asked for, the training data, or the evidence."""
    if read.header is not None:
        return read.header
    first = rows[0]
    asked = _columns(read)
    if any(not name.isdigit() and find_column(name, first) for name in asked):
        return True
    if asked and {str(i) for i in range(1, len(first) + 1)}.issuperset(asked) and not _all_found(asked, first):
        return False  # columns of a file without a header are named by number
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
    """Whether the first row contains these numbers as names, and only names."""
    return all(find_column(name, first) for name in asked) and all(not is_number(c) or c in asked for c in first)


def _names_only(first: Sequence[str]) -> bool:
    """Whether every cell could be a name, and one is a usual column name."""
    cells = [cell for cell in first if cell.strip()]
    return all(map(_is_name, cells)) and any(map(is_known, cells))


def evidence(rows: Sequence[Sequence[str]]) -> float:
    """Above 0: the first row differs from the rows below it.  0: unknown.  Below 0: it is a row like the others."""
    first = rows[0]
    named = [normal(cell) for cell in first]
    again = all(map(_is_name, first))  # concatenated tables repeat the header
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
    """The number of further header lines, as pandas and survey sites write them: names above other cells."""
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
    """The evidence that this line is not like the rows below; a blank above a full column counts."""
    blank = [i for i, cell in enumerate(line) if not cell.strip()]
    return evidence([line, *below]) + sum(all(row[i].strip() for row in below if i < len(row)) for i in blank)


def _counts_up(first: Sequence[str]) -> bool:
    """``,0,1`` or ``0,1,2``."""
    cells = first[1:] if not first[0].strip() else first
    return len(cells) > 1 and [cell.strip() for cell in cells] == [str(i) for i in range(len(cells))]


def _cell_evidence(cell: str, below: Sequence[str]) -> float:
    """The evidence from one cell of the first row and the cells below it."""
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
        return 2.5  # long text above short values that recur
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
