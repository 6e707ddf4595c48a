"""Which columns hold a text and its translation: by their names, or by the shape of a table without a header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lstmcli.data.columns.choice import find_column, listed, require_column
from lstmcli.data.columns.names import USUAL, label_rank, normal
from lstmcli.data.columns.pair_names import LICENCE, SIDES, language
from lstmcli.data.columns.profile import ColumnProfile, Profiles
from lstmcli.data.config import ReadConfig
from lstmcli.data.table import Table
from lstmcli.errors import DataError

VARIED = 0.3
"""Share of different texts below which a column holds classes rather than translations."""


@dataclass(frozen=True)
class Sides:
    source: str
    target: str
    others: tuple[str, ...] = ()
    """Other columns that could be the target."""


def find_sides(
    table: Table, read: ReadConfig, path: str, *, wanted: bool | None, prefer: ReadConfig | None
) -> Sides | None:
    """The columns of texts and of their translations; None if the table has no pairs, or has labels too.

    Args:
        wanted: True fails without pairs; None takes them where names, or the shape of the table, say so.
        prefer: the columns of the training data, taken where they exist.

    Raises:
        DataError: a column that was asked for is missing, or no pairs are found and ``wanted`` is true.
    """
    columns = table.columns
    asked = _asked(read, columns, path) or (_asked_before(prefer, columns) if prefer else None)
    if asked:
        return asked
    if read.label_column or read.label_columns or (read.text_columns and not wanted):
        return None
    found = Profiles(table)
    sides = None if table.label_column else _by_name(columns, found) or _by_shape(table, found, bool(wanted))
    if sides and not wanted and _labelled(columns, sides):
        return None
    if sides is None and wanted:
        if without := line_without_tab(table):
            hint = "put a tab between the text and its translation in every line"
            raise DataError("no tab, which other lines have", path=path, line=without, hint=hint)
        raise DataError(
            f"no pairs of texts found; the columns are {listed(columns)}",
            path=path,
            hint="name the columns with --text-column and --target-column, or give a second file with --target-file",
        )
    return sides


def has_tabs(table: Table) -> bool:
    """Whether lines of plain text are rows with tabs: then they can be pairs."""
    if table.format.name != "text":
        return False
    lines = _tabs(table)
    return bool(lines) and all(lines.values())


def line_without_tab(table: Table) -> int | None:
    """The first line of plain text without a tab, if others have one."""
    lines = _tabs(table) if table.format.name == "text" else {}
    return next((line for line, tab in lines.items() if not tab), None) if any(lines.values()) else None


def _tabs(table: Table) -> dict[int, bool]:
    """Whether each of the first lines, by number, has a tab."""
    return {row.line: "\t" in str(row.cells.get("text", "")) for row in islice(table.rows(), 20)}


def _asked(read: ReadConfig, columns: Sequence[str], path: str) -> Sides | None:
    if read.target_column is None:
        return None
    target = require_column(read.target_column, columns, path)
    if read.text_columns:
        return Sides(require_column(read.text_columns[0], columns, path), target)
    rest = [column for column in columns if column != target]
    if not rest:
        raise DataError(f"there is no column beside {target!r}", path=path, hint="a pair needs two columns")
    return Sides(rest[0], target)


def _asked_before(read: ReadConfig, columns: Sequence[str]) -> Sides | None:
    if read.target_column is None or not read.text_columns:
        return None
    source, target = (find_column(name, columns) for name in (read.text_columns[0], read.target_column))
    return Sides(source, target) if source and target else None


def _by_name(columns: Sequence[str], found: Profiles) -> Sides | None:
    keys = {normal(column): column for column in reversed(columns)}
    for first, second in SIDES:
        source, target = keys.get(normal(first)), keys.get(normal(second))
        if source and target and _are_texts(found[source], found[target]):
            return Sides(source, target)
    named = [column for column in columns if language(column) and found[column].text_like]
    if len(named) < 2 or not _are_texts(found[named[0]], found[named[1]]):
        return None
    return Sides(named[0], named[1], tuple(named[2:]))


def _by_shape(table: Table, found: Profiles, wanted: bool) -> Sides | None:
    """Of a table without a header: the exports of Tatoeba and ManyThings, or two columns of running text."""
    columns = table.columns
    if table.headed and not wanted:
        return None
    if len(columns) == 4 and all(found[columns[n]].numeric for n in (0, 2)):
        columns = (columns[1], columns[3])
    elif len(columns) == 3 and all(LICENCE.match(text) for text in found[columns[2]].texts[:20]):
        columns = columns[:2]
    elif len(columns) != 2 or not (wanted or (table.format.name == "tsv" and _both_running(columns, found))):
        return None
    return Sides(*columns) if _are_texts(found[columns[0]], found[columns[1]]) else None


def _both_running(columns: Sequence[str], found: Profiles) -> bool:
    return all(found[column].prose for column in columns)


def _are_texts(source: ColumnProfile, target: ColumnProfile) -> bool:
    return all(side.readable and (side.varied > VARIED or side.count < 10) for side in (source, target)) and not (
        target.numeric and not source.numeric
    )


def _labelled(columns: Sequence[str], sides: Sides) -> bool:
    """Whether another column is called a label: then the two texts are compared, not translated."""
    return any(
        label_rank(column) >= USUAL for column in columns if column not in (sides.source, sides.target, *sides.others)
    )
