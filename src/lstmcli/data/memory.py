"""Columns in memory: lists, tuples, and columns of pandas, polars, NumPy, pyarrow and ``datasets``.

Libraries are recognized by what their objects can do; none of them is imported.  Rows are counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.records import Record
from lstmcli.errors import IN_MEMORY, DataError

COLUMN = "give a list of strings"
_CONVERSIONS = ("to_list", "tolist", "to_pylist")  # of polars, of pandas and NumPy, of pyarrow
_MISSING = frozenset({"NAType", "NaTType"})


def records(texts: Any) -> Iterator[Record]:
    """Texts without labels, one record each, with the number of its row; records stay as they are.

    Args:
        texts: a list, a tuple, a column of pandas, polars, NumPy, pyarrow or ``datasets``, or any iterable of strings,
            which is read as it is needed.

    Raises:
        DataError: one string, or a table; and, once it is its turn, a row that is no text.  None and NaN are empty
            texts.
    """
    values = texts if isinstance(texts, Iterator) else column(texts, "texts")

    def found() -> Iterator[Record]:
        for number, value in enumerate(values, 1):
            yield value if isinstance(value, Record) else Record(_text(to_builtin(value), number), line=number)

    return found()


def column(values: Any, what: str) -> list[Any]:
    """A column as a list of built-in objects.

    Raises:
        DataError: not a column.
    """
    if isinstance(values, (str, bytes)):
        hint = f"put it in a list: [{values[:20]!r}]" if len(values) <= 20 else "put it in a list: [text]"
        raise DataError(f"{what} should be a list, and this is one string", path=IN_MEMORY, hint=hint)
    if isinstance(values, Mapping) or is_table(values) or is_dataset(values) or getattr(values, "ndim", 1) != 1:
        kind = type(values).__name__
        if hasattr(values, "ndim"):
            kind += f" of {values.ndim} dimensions"
        hint = "give one column of it"
        raise DataError(f"{what} should be one column, and this is a {kind}", path=IN_MEMORY, hint=hint)
    try:
        items = iter(_converted(values))
    except TypeError as error:
        found = type(values).__name__
        raise DataError(f"{what} should be a list, not {found}", path=IN_MEMORY, hint=COLUMN) from error
    return [to_builtin(value) for value in items]


def to_builtin(value: Any) -> Any:
    """A value as a built-in type: NumPy numbers, arrays and sets are converted, missing values become None."""
    if value is None or isinstance(value, (str, int, float)):
        return str(value) if type(value).__name__ == "str_" else value
    if type(value).__name__ in _MISSING:
        return None
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    return _converted(value)


def _converted(value: Any) -> Any:
    convert = next((getattr(value, name) for name in _CONVERSIONS if callable(getattr(value, name, None))), None)
    return convert() if convert else value


def _text(value: Any, row: int) -> str:
    from lstmcli.data.table import cell_text  # not needed where records come from a file, which should start at once

    try:
        return cell_text(value)
    except TypeError as error:
        message, hint = f"a text should be a string, not {error}", "give strings; None is an empty text"
        raise DataError(message, path=IN_MEMORY, line=row, hint=hint) from error


def is_dataset(value: Any) -> bool:
    return hasattr(value, "column_names") and hasattr(value, "features")


def is_table(value: Any) -> bool:
    return hasattr(value, "columns") and hasattr(value, "__getitem__")
