"""Sources in memory: columns, tables, and objects of ``datasets``.

They become the tables that files become, so columns are chosen, labels read and rows checked by the same rules.
"""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lstmcli.data.columns.choice import listed
from lstmcli.data.columns.names import SPLIT_ALIASES
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.data.formats.format import Format
from lstmcli.data.hub import dataset_table
from lstmcli.data.locate import WHOLE, Located, Opener
from lstmcli.data.memory import column, is_dataset, is_table, to_builtin
from lstmcli.data.sources import Source, open_source
from lstmcli.data.table import Row, Table
from lstmcli.errors import IN_MEMORY, DataError
from lstmcli.options import by_name, read_config, reading_options
from lstmcli.plural import count

MEMORY = Format("memory", "a table")
_LOG = logging.getLogger("lstmcli")
SAMPLE = 1000
"""Rows from the start of a table that are looked at to tell what its columns are."""
SOURCES = "give the path of a file, (texts, labels), a list of texts, or a table"


def located(source: Any) -> str | Located:
    """A source of a function: the name of a file, or what lies in memory as a source with splits.

    Args:
        source: a path or a name (``sample:topics``); ``(texts, labels)``; a sequence of texts; a table: a DataFrame,
            a mapping of columns, a sequence of mappings or of tuples; a ``Dataset`` or ``DatasetDict``.

    Raises:
        DataError: anything else, or columns that do not fit together.
    """
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source)
    if isinstance(source, Located):
        return source
    if isinstance(source, Mapping) and source and all(is_dataset(part) for part in source.values()):
        parts = {SPLIT_ALIASES.get(str(name), str(name)): [_dataset(part)] for name, part in source.items()}
        return Located(IN_MEMORY, parts, f"{listed(map(str, source))} of the data set")
    if is_dataset(source):
        return Located(IN_MEMORY, {WHOLE: [_dataset(source)]})
    return Located(IN_MEMORY, {WHOLE: [_table(source)]})


def open_like_training(
    source: Any, options: Mapping[str, Any], trained: ReadConfig, *, labelled: bool | None, what: str
) -> Source:
    """A source of a function, read as the training data was where the options leave it open.

    Args:
        what: the function.

    Raises:
        DataError: it cannot be read as asked.
        UsageError: an option that there is not.
    """
    read = with_training_defaults(read_config(by_name(options, reading_options(), what)), trained)
    return opened(source, read, labelled=labelled, prefer=trained)


def opened(source: Any, read: ReadConfig, *, labelled: bool | None, prefer: ReadConfig) -> Source:
    """``open_source`` for a source of a function; what was found in it is logged, and by ``log_warnings`` what was odd.

    Raises:
        DataError: it cannot be read as asked.
    """
    found = open_source(located(source), read, labelled=labelled, prefer=prefer)
    for note in found.notes:
        _LOG.info(note)
    return found


def log_warnings(source: Source) -> None:
    """Logs what was odd about a source that has been read."""
    for warning in source.warnings:
        _LOG.warning(warning)


def _dataset(data: Any) -> Opener:
    def open_it(read: ReadConfig, labelled: bool | None, prefer: ReadConfig | None) -> Table:
        sample = list(itertools.islice(data, SAMPLE))
        features = data.features or {name: None for row in sample for name in row}

        def spread() -> Sequence[Mapping[str, Any]]:
            rows = data.select(range(SAMPLE, len(data), max(1, len(data) // SAMPLE)))
            return dataset_table(IN_MEMORY, data, features, list(rows), []).sample

        table = dataset_table(IN_MEMORY, data, features, sample, [type(data).__name__], format=MEMORY)
        table.spread = spread if hasattr(data, "__len__") and len(data) > SAMPLE else None
        return table

    return open_it


def _table(source: Any) -> Opener:
    """Opens a source that is no file and no data set."""
    if isinstance(source, tuple) and len(source) == 2 and not any(isinstance(part, (str, Mapping)) for part in source):
        return _pairs(*source)
    if isinstance(source, Mapping) or is_table(source):
        names = list(source.keys() if isinstance(source, Mapping) else source.columns)
        return _columns({str(name): column(source[name], f"column {str(name)!r}") for name in names})
    values = column(source, "the source")
    if not values:
        return _opener(lambda: iter(()), ("text",), text=("text",))
    if all(isinstance(value, Mapping) for value in values):
        names = list(dict.fromkeys(str(name) for value in values for name in value))
        return _rows([{str(name): to_builtin(cell) for name, cell in value.items()} for value in values], tuple(names))
    if all(isinstance(value, tuple) for value in values):
        return _tuples(values)
    for row, value in enumerate(values, 1):
        if value is not None and not isinstance(value, str):
            hint = "join its tokens with spaces" if isinstance(value, list) else SOURCES
            found = "list" if isinstance(value, list) else type(value).__name__
            raise DataError(f"a text should be a string, not {found}", path=IN_MEMORY, line=row, hint=hint)
    return _rows([{"text": value} for value in values], ("text",), text=("text",))


def _pairs(texts: Any, labels: Any) -> Opener:
    """Two columns whose roles are known: a string is one label, whatever is in it."""
    columns = {"text": column(texts, "texts"), "label": column(labels, "labels")}
    opener = _columns(columns, text=("text",))

    def open_it(read: ReadConfig, labelled: bool | None, prefer: ReadConfig | None) -> Table:
        table = opener(read, labelled, prefer)
        table.label_column, table.stated = "label", True
        return table

    return open_it


def _columns(columns: Mapping[str, list[Any]], text: tuple[str, ...] = ()) -> Opener:
    """Raises ``DataError`` for columns of different lengths."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name!r} has {length:,}" for name, length in lengths.items())
        hint = "give a label for each text" if text else "give each column a value for every row"
        raise DataError(f"the columns differ in length: {counts}", path=IN_MEMORY, hint=hint)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return _rows(rows, tuple(columns), text=text)


def _tuples(values: Sequence[tuple[Any, ...]]) -> Opener:
    """Rows without names: their columns are called 1, 2, …"""
    width = len(values[0])
    for row, value in enumerate(values, 1):
        if len(value) != width:
            what = f"has {count(len(value), 'value')}, and the first row {width}"
            raise DataError(what, path=IN_MEMORY, line=row, hint=SOURCES)
    names = tuple(str(n) for n in range(1, width + 1))
    return _rows([dict(zip(names, map(to_builtin, value), strict=True)) for value in values], names, headed=False)


def _rows(
    cells: Sequence[Mapping[str, Any]], names: tuple[str, ...], *, text: tuple[str, ...] = (), headed: bool = True
) -> Opener:
    def rows() -> Iterator[Row]:
        return (Row(n, IN_MEMORY, row) for n, row in enumerate(cells, 1))

    return _opener(rows, names, cells, text=text, headed=headed)


def _opener(
    rows: Callable[[], Iterator[Row]],
    names: tuple[str, ...],
    cells: Sequence[Mapping[str, Any]] = (),
    *,
    text: tuple[str, ...] = (),
    headed: bool = True,
) -> Opener:
    def open_it(read: ReadConfig, labelled: bool | None, prefer: ReadConfig | None) -> Table:
        spread = None if len(cells) <= SAMPLE else lambda: cells[SAMPLE :: max(1, len(cells) // SAMPLE)]
        return Table(MEMORY, names, rows, cells[:SAMPLE], spread, headed=headed, text_columns=text)

    return open_it
