"""Lines above a table that are no part of it: ``sep=;``, comments, a title."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lstmcli.data.columns.names import is_known

MAX_LINES = 20
"""Maximum lines above a table."""
LOOK = 200
"""Maximum lines that are parsed as a table."""

_SEP = re.compile(r'\ufeff?"?sep=(?P<mark>[^"\r\n]|\\t|tab)"?[,;|\t]*\s*', re.IGNORECASE)
_ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s", re.IGNORECASE)
_COMMENT = re.compile(r'\ufeff?"?\s*(#|//|%|--|;)')

ReadSample = Callable[[Sequence[str]], "tuple[str, list[list[str]]] | None"]
"""The delimiter and the rows, if the lines make a table of several columns."""


@dataclass(frozen=True)
class Preamble:
    lines: int = 0
    """Number of lines to skip."""
    delimiter: str | None = None
    """Named by the file."""
    note: str = ""
    names: tuple[str, ...] = ()
    """Of the columns, where the lines name them otherwise than a header does."""


def separator_line(line: str) -> str | None:
    """The delimiter that a first line of a spreadsheet program states."""
    found = _SEP.fullmatch(line)
    return {"\\t": "\t", "tab": "\t"}.get(found["mark"], found["mark"]) if found else None


def find_preamble(
    lines: Sequence[str], read_sample: ReadSample, has_header: Callable[[Sequence[Sequence[str]]], bool]
) -> Preamble:
    """What stands above the table.

    Comments are left out where a table begins below them; a title only where a header follows.
    """
    start = next((i for i, line in enumerate(lines[:MAX_LINES]) if line.strip()), 0)
    if start < len(lines) and (mark := separator_line(lines[start])):
        return Preamble(start + 1, mark, f"line {start + 1}, {lines[start].strip()!r}, names the delimiter")
    if start < len(lines) and lines[start].lower().startswith(("@relation", "% ")) and (arff := _arff(lines)):
        return arff
    lines = lines[: LOOK + MAX_LINES]
    if head := _report_head(lines, start, read_sample, has_header):
        return head
    for count in range(start, min(MAX_LINES + 1, len(lines) - 1)):
        if not lines[count].strip():
            continue
        found = read_sample(lines[count : count + LOOK])
        if found is None or _is_title_row(found[1], has_header):
            continue
        above = [(i, line) for i, line in enumerate(lines[:count], 1) if line.strip()]
        if not above and _COMMENT.match(lines[count]):
            below = read_sample(lines[count + 1 : count + LOOK])
            if below is not None and has_header(below[1]) and not has_header(found[1]):
                continue  # a comment that has as many commas as the table
        return _preamble(above, found, has_header, count)
    return Preamble()


def _report_head(
    lines: Sequence[str], start: int, read_sample: ReadSample, has_header: Callable[[Sequence[Sequence[str]]], bool]
) -> Preamble | None:
    """What a report says of itself in lines that look like rows, up to an empty line with the header below it."""
    bare = [line.strip(" \r\n\t,;|") for line in lines[:MAX_LINES]]
    gap = next((i for i in range(start + 1, len(bare)) if not bare[i]), None)
    if gap is None or any(is_known(cell.strip(' "')) for cell in re.split(r"[\t,;|]", bare[start])):
        return None
    found = read_sample(lines[gap + 1 : gap + 1 + LOOK])
    if found is None or len(found[1]) < gap or not any(map(is_known, found[1][0])) or not has_header(found[1]):
        return None
    where = f"line {start + 1}" if gap == start + 1 else f"lines {start + 1} to {gap}"
    return Preamble(gap + 1, None, f"{where} left out as a title: {_shown(lines[start])}")


def _shown(line: str) -> str:
    text = line.strip().strip('"')
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def _arff(lines: Sequence[str]) -> Preamble | None:
    """The lines above the rows of Weka's ARFF format: ``@attribute text string``, …, ``@data``."""
    names = []
    for count, line in enumerate(lines[:2000], 1):
        if found := _ATTRIBUTE.match(line):
            names.append(found[1].strip("'\""))
        if line.strip().lower() == "@data" and names:
            return Preamble(count, ",", "Weka's ARFF", tuple(names))
    return None


def _is_title_row(rows: Sequence[Sequence[str]], has_header: Callable[[Sequence[Sequence[str]]], bool]) -> bool:
    """One cell at most that is filled, above rows that are full; of two columns, above a header."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    below = [row for row, count in zip(rows[1:], filled[1:], strict=True) if count]
    if filled[0] > 1 or len(below) < 2 or len(rows[0]) < 2:
        return False
    if len(rows[0]) == 2 and filled[0] and (any(map(is_known, rows[0])) or not has_header(below)):
        return False
    return sum(count > 1 for count in filled[1:] if count) > 0.9 * len(below)


def _preamble(
    above: Sequence[tuple[int, str]],
    found: tuple[str, list[list[str]]],
    has_header: Callable[[Sequence[Sequence[str]]], bool],
    count: int,
) -> Preamble:
    if not above:
        return Preamble()
    delimiter, rows = found
    comments = all(_COMMENT.match(line) for _, line in above)
    if len(rows) < 2 or not (comments or has_header(rows)):
        return Preamble()
    if not comments:
        for _, line in above:
            cells = [cell.strip(' "\r\n') for cell in line.split(delimiter)]
            filled = [cell for cell in cells if cell]
            full = len(cells) == len(rows[0]) and len(filled) > 1
            if full or (len(filled) > 1 and any(map(is_known, filled))):
                return Preamble()  # a damaged table
    first = above[0]
    what = "comment" if comments else "title"
    where = f"line {first[0]}" if len(above) == 1 else f"lines {first[0]} to {above[-1][0]}"
    return Preamble(count, None, f"{where} left out as a {what}: {_shown(first[1])}")
