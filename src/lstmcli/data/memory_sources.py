"""Sources in memory: columns, tables, and objects of ``datasets``.

They become the tables that files become, so columns are chosen, labels read and rows checked by the same rules.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from lstmcli.data.columns.choice import listed
from lstmcli.data.columns.names import SPLIT_ALIASES
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.data.formats.format import Format
from lstmcli.data.formats.open import Opener
from lstmcli.data.hub import dataset_table
from lstmcli.data.locate import WHOLE, Located
from lstmcli.data.memory import column, is_dataset, is_table, to_builtin
from lstmcli.data.sources import Source, open_source
from lstmcli.data.table import SAMPLE_ROWS, Row, Table
from lstmcli.errors import IN_MEMORY, DataError
from lstmcli.options import by_name, read_config, reading_options
from lstmcli.plural import count
from lstmcli.python_names import LOG

MEMORY = Format("memory", "a table")
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
        parts = {SPLIT_ALIASES.get(str(name), str(name)): [_opener(part)] for name, part in source.items()}
        return Located(IN_MEMORY, parts, f"{listed(map(str, source))} of the data set")
    return Located(IN_MEMORY, {WHOLE: [_opener(source)]})


def sources(source: Any, *paths: type) -> list[str | Located]:
    """A source, or those of a list of paths, which are of these types: a list of strings may be texts."""
    several = isinstance(source, (list, tuple)) and source and all(isinstance(each, paths) for each in source)
    return [located(each) for each in (source if several else [source])]


def _opener(source: Any) -> Opener:
    if is_dataset(source):
        return lambda *options: _dataset(source)
    table = _table(source)
    return lambda *options: table


def open_like_training(
    source: Any, options: Mapping[str, Any], trained: ReadConfig, *, labelled: bool | None, what: str
) -> Source:
    """A source of a function, read like the training data unless the options say otherwise.

    Args:
        what: name of the function, for errors.

    Raises:
        DataError: it cannot be read as asked.
        UsageError: an unknown option.
    """
    read = with_training_defaults(read_config(by_name(options, reading_options(), what)), trained)
    return opened(source, read, labelled=labelled, prefer=trained)


def opened(source: Any, read: ReadConfig, *, labelled: bool | None, prefer: ReadConfig, paired: bool = False) -> Source:
    """``open_source`` for the source of a function; logs the notes.  ``log_warnings`` logs the warnings.

    Raises:
        DataError: it cannot be read as asked.
    """
    found = open_source(located(source), read, labelled=labelled, prefer=prefer, paired=paired)
    for note in found.notes:
        LOG.info(note)
    return found


def log_warnings(source: Source) -> None:
    """Logs the warnings about a source that has been read."""
    for warning in source.warnings:
        LOG.warning(warning)


def _dataset(data: Any) -> Table:
    table = dataset_table(IN_MEMORY, data, [type(data).__name__], format=MEMORY)
    if not hasattr(data, "__len__"):
        table.spread = None
    return table


def _table(source: Any) -> Table:
    """The table of a source that is not a file and not a data set."""
    if isinstance(source, tuple) and len(source) == 2 and not any(isinstance(part, (str, Mapping)) for part in source):
        texts, labels = column(source[0], "texts"), column(source[1], "labels")
        table = _columns({"text": texts, "label": labels}, "give a label for each text")
        # The roles are known, so a string is one label, whatever is in it.
        table.text_columns, table.label_column, table.stated = ("text",), "label", True
        return table
    if isinstance(source, Mapping) or is_table(source):
        names = list(source.keys() if isinstance(source, Mapping) else source.columns)
        columns = {str(name): column(source[name], f"column {str(name)!r}") for name in names}
        return _columns(columns, "give each column a value for every row")
    values = column(source, "the source")
    if values and all(isinstance(value, Mapping) for value in values):
        names = list(dict.fromkeys(str(name) for value in values for name in value))
        return _rows([{str(name): to_builtin(cell) for name, cell in value.items()} for value in values], tuple(names))
    if values and all(isinstance(value, tuple) for value in values):
        return _tuples(values)
    for row, value in enumerate(values, 1):
        if value is not None and not isinstance(value, str):
            hint = "join its tokens with spaces" if isinstance(value, list) else SOURCES
            message = f"a text should be a string, not {type(value).__name__}"
            raise DataError(message, path=IN_MEMORY, line=row, hint=hint)
    return _rows([{"text": value} for value in values], ("text",), text_columns=("text",))


def _columns(columns: Mapping[str, list[Any]], hint: str) -> Table:
    """Raises ``DataError`` for columns of different lengths."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name!r} has {length:,}" for name, length in lengths.items())
        raise DataError(f"the columns differ in length: {counts}", path=IN_MEMORY, hint=hint)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return _rows(rows, tuple(columns))


def _tuples(values: Sequence[tuple[Any, ...]]) -> Table:
    """Rows without names: their columns are called 1, 2, …"""
    width = len(values[0])
    for row, value in enumerate(values, 1):
        if len(value) != width:
            message = f"has {count(len(value), 'value')}, and the first row {width}"
            raise DataError(message, path=IN_MEMORY, line=row, hint=SOURCES)
    names = tuple(str(n) for n in range(1, width + 1))
    return _rows([dict(zip(names, map(to_builtin, value), strict=True)) for value in values], names, headed=False)


def _rows(cells: Sequence[Mapping[str, Any]], names: tuple[str, ...], **more: Any) -> Table:
    table = Table(MEMORY, names, lambda: (Row(n, IN_MEMORY, row) for n, row in enumerate(cells, 1)), **more)
    table.sample = cells[:SAMPLE_ROWS]
    if len(cells) > SAMPLE_ROWS:
        table.spread = lambda: cells[SAMPLE_ROWS :: len(cells) // SAMPLE_ROWS]
    return table
