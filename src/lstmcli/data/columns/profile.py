"""Profile the columns of a table from rows spread over all of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lstmcli.data.columns.missing import is_empty
from lstmcli.data.columns.names import USUAL, label_rank
from lstmcli.data.table import Table, cell_labels, cell_text
from lstmcli.data.words import word_count

MAX_ROWS = 6000  # maximum rows of a profile
FEW_ROWS = 10  # with fewer rows, repeated values say nothing
LONGEST_LABEL = 60
MAX_NUMBERS, MAX_FRACTIONS, MAX_CLASSES = (
    50,
    10,
    1000,
)  # distinct integers, fractions, ids without gaps

NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|\.\d+)([eE][+-]?\d+)?\s?[%€$£¥]?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"""\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}.* | \d{{1,2}}[-/.]\d{{1,2}}[-/.](\d{{2}}|\d{{4}})\b.*
    | (19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]) | 1\d{{9}}(\d{{3}})?(\.\d+)?
    | (mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s.*\d.* | {_MONTH}\.?\s\d{{1,2}}.* | \d{{1,2}}[\s-]{_MONTH}.*""",
    re.IGNORECASE | re.VERBOSE,
)
_URL = re.compile(r"(https?://|www\.)\S+")
_TICKS = frozenset({"x", "✓", "✔", "✗"})
_ON, _OFF = frozenset({"1", "1.0", "true"}), frozenset({"0", "0.0", "false", ""})


def is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell.strip()) is not None


def is_date(cell: str) -> bool:
    return _DATE.fullmatch(cell.strip()) is not None


def is_on(value: Any) -> bool:
    """Whether a cell of a 0/1 column says yes."""
    return str(value).strip().casefold() in _ON | _TICKS


@dataclass(frozen=True)
class ColumnProfile:
    """The profile of one column.  Shares are of the filled cells."""

    name: str
    rows: int  # number of rows in the profile
    texts: Sequence[str] = field(repr=False)  # the cells that are filled, as text
    counts: Counter[str] = field(repr=False)  # the cells as labels: each with how often it occurs
    on: Sequence[bool] = field(default=(), repr=False)  # for every row, whether the cell is 1 or true
    readable: bool = True  # False: some cell is an object, which can be neither text nor label
    labels_readable: bool = True

    @property
    def count(self) -> int:
        return len(self.texts)

    @cached_property
    def filled(self) -> float:
        return self.count / self.rows if self.rows else 0.0

    @property
    def distinct(self) -> int:
        return len(self.counts)

    @cached_property
    def length(self) -> float:
        """Mean, in characters."""
        return sum(map(len, self.texts)) / self.count if self.texts else 0.0

    @cached_property
    def words(self) -> float:
        return sum(map(word_count, self.texts)) / self.count if self.texts else 0.0

    @cached_property
    def varied(self) -> float:
        """Share of distinct cells."""
        return len(self._cells) / self.count if self.texts else 0.0

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.counts), default=0)

    @cached_property
    def numeric(self) -> bool:
        return self._nearly_all(is_number)

    @cached_property
    def dated(self) -> bool:
        return self._nearly_all(is_date)

    @cached_property
    def linked(self) -> bool:
        return self._nearly_all(lambda cell: _URL.fullmatch(cell.strip()) is not None)

    @cached_property
    def _cells(self) -> Counter[str]:
        return Counter(self.texts)

    def _nearly_all(self, test: Any) -> bool:
        return bool(self.texts) and sum(n for cell, n in self._cells.items() if test(cell)) >= 0.95 * self.count

    @cached_property
    def numbers(self) -> list[float]:
        """The different values of a column of numbers."""
        values = []
        for cell in self.counts:
            try:
                values.append(float(cell.strip().rstrip("%€$£¥ ").replace(",", ".")))
            except ValueError:
                continue
        return [value for value in values if math.isfinite(value)]

    @cached_property
    def binary(self) -> bool:
        """0 and 1 and nothing else (or true and false; or a cross and nothing)."""
        found = {value.casefold() for value in self.counts}
        if found and found <= _TICKS:
            return self.filled < 1
        return bool(found) and self.filled > 0.5 and found <= _ON | _OFF

    @property
    def prose(self) -> bool:
        """Several words (or ten Chinese characters) on average, and hardly ever the same."""
        return self.words >= 3 and self.varied > 0.8

    @property
    def constant(self) -> bool:
        return self.distinct == 1

    @property
    def recurring(self) -> bool:
        """Whether the number of distinct values is small for the number of rows."""
        few = self.count < 2 * FEW_ROWS and self.distinct < min(6, self.count)
        return self.count < 4 or few or self.distinct <= max(2, self.count // 2)

    @cached_property
    def rank(self) -> float:
        """The rank of its name as a label."""
        return label_rank(self.name)

    @cached_property
    def coded(self) -> bool:
        """Numbers of several classes in a cell, ``2,14``: each of them stands alone in other cells."""
        alone = {cell for cell in self.counts if "," not in cell}
        several = [cell for cell in self.counts if "," in cell]
        return bool(several) and all(part.strip() in alone for cell in several for part in cell.split(","))

    @cached_property
    def quantity(self) -> bool:
        """Numbers that measure something, rather than classes that are numbered."""
        if not self.numeric or self.distinct <= MAX_FRACTIONS or not self.numbers or self.coded:
            return False
        if any(value != int(value) for value in self.numbers):
            return True
        if self.distinct > MAX_NUMBERS:
            span = max(self.numbers) - min(self.numbers) + 1
            return self.rank < USUAL - 0.5 or span > 1.5 * self.distinct or self.distinct > MAX_CLASSES
        return self.count >= 2 * FEW_ROWS and not self.recurring

    @property
    def label_like(self) -> bool:
        """Whether its cells can be classes, whatever it is called."""
        return (
            self.labels_readable
            and self.distinct > 0
            and self.longest <= LONGEST_LABEL
            and not (self.dated or self.linked or self.quantity)
            and self.recurring
        )

    @property
    def text_like(self) -> bool:
        """Whether its cells can be texts."""
        if not self.readable or not self.texts:
            return False
        if self.numeric or self.dated or self.linked:
            return False
        return self.count < FEW_ROWS or self.words >= 3 or (self.varied > 0.3 and not self.constant)


class Profiles:
    """The profiles of a table's columns; each is made on first use."""

    def __init__(self, table: Table) -> None:
        self._table, self._columns, self._made = table, frozenset(table.columns), dict[str, ColumnProfile]()

    @cached_property
    def _rows(self) -> Sequence[Mapping[str, Any]]:
        """Rows from all over the table: one that is sorted has a single class at its start."""
        spread = self._table.spread() if self._table.spread else ()
        rows = [*self._table.sample, *spread]
        return rows[:: -(-len(rows) // MAX_ROWS) or 1]

    def __getitem__(self, name: str) -> ColumnProfile:
        if name not in self:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _profile(name, [row.get(name) for row in self._rows])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns


def _profile(name: str, values: Sequence[Any]) -> ColumnProfile:
    texts, counts = list[str](), Counter[str]()
    readable = labels_readable = True
    for value in values:
        try:
            text = cell_text(value)
        except (TypeError, RecursionError):
            readable, text = False, ""
        if not is_empty(text):
            texts.append(text)
    for label in _labels(values):
        if label is None:
            labels_readable = False
        elif not is_empty(label):
            counts[label] += 1
    return ColumnProfile(name, len(values), texts, counts, [is_on(v) for v in values], readable, labels_readable)


def _labels(values: Sequence[Any]) -> Iterator[str | None]:
    """Every label in the cells; None for a cell that can hold none."""
    for value in values:
        try:
            yield from cell_labels(value, None)
        except (TypeError, RecursionError):
            yield None
