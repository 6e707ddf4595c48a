"""Writes results in every ``--format``, as declared by a ``Layout`` per type of result.

A ``Layout`` declares the JSON object, the rows for tsv and csv, and the table for people.  tools/schemas.py generates
the JSON Schemas of the package from it.
"""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TextIO, TypeVar

from lstmcli.cli.output.console import CONTROLS, console, safe, show

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
Row = Mapping[str, Any]

COLUMNS: Callable[[Any], Mapping[str, Any]] = attrgetter("columns")
LEFT_OUT: Any = object()
"""Value of an optional field that is left out of an object."""
_JSON_CONTROLS = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """A field of a JSON object, computed from the result by ``get``."""

    name: str
    get: Callable[[Any], Any]
    type: Any = None
    """Its type; None: that of the attribute.  A ``Shape``, ``[Shape]`` or ``{str: Shape}`` for objects."""
    about: str = ""
    """Its description; empty: the docstring of the attribute."""
    optional: bool = False
    """Whether ``get`` may return ``LEFT_OUT``."""


class Shape:
    """A result as a JSON object.

    Args:
        of: the type of the result.
        declared: its fields in order.  A name stands for an attribute; with ``?`` it is left out if None or empty.  By
            default, all fields of the dataclass.
        more: the type of further fields, whose names depend on the model.
    """

    def __init__(self, result_type: type[Any], *declared: Field | str, more: Any = None) -> None:
        self.result_type, self.more = result_type, more
        names = declared or tuple(field.name for field in fields(result_type))
        self.fields = [each if isinstance(each, Field) else _attribute(each) for each in names]

    def __call__(self, result: Any) -> dict[str, Any]:
        pairs = [(field.name, field.get(result)) for field in self.fields]
        return {name: value for name, value in pairs if value is not LEFT_OUT}


def _attribute(name: str) -> Field:
    if not name.endswith("?"):
        return Field(name, attrgetter(name))
    get = attrgetter(name := name.removesuffix("?"))

    def there(result: Any) -> Any:
        value = get(result)
        return LEFT_OUT if value is None or value == "" else value

    return Field(name, there, optional=True)


def inside(name: str, shape: Shape | list[Shape]) -> Field:
    """An attribute that is an object of another shape, or a list of them; with ``?`` it is left out if None."""
    attribute = _attribute(name)

    def get(result: Any) -> Any:
        value = attribute.get(result)
        if isinstance(shape, list):
            return list(map(shape[0], value))
        return value if value is LEFT_OUT else shape(value)

    return Field(attribute.name, get, shape, optional=attribute.optional)


@dataclass(frozen=True)
class Layout(Generic[T]):
    """How results of one type are written."""

    shape: Callable[[T], dict[str, Any]]
    """The JSON object; a ``Shape`` also has a schema."""
    rows: Callable[[T], Iterable[Row]] | None = None
    """The rows for tsv and csv, as values by column name; None: the JSON object is the only row."""
    table: Callable[[T, Console], Iterable[RenderableType]] | None = None
    """The table for people."""
    numbers: str = ".6f"
    """Format of floating-point numbers in tsv and csv."""
    upright: bool = False
    """Write tsv as one name and value per line, without header."""
    indent: int | None = 2
    """Indent of json with a single object."""
    columns_without_rows: Sequence[str] = ()
    """The header if there are no rows."""
    input_columns: Callable[[T], Mapping[str, Any]] = COLUMNS
    """The columns of the input, for --keep-columns in JSON."""
    version: int = 1
    """Version of the JSON object.  It rises when a field is removed or changes its meaning, not for a new field."""


class Writer(Protocol[T_contra]):
    """Writes results as they come."""

    def write(self, result: T_contra, /) -> None: ...

    def close(self) -> None:
        """Finish the output."""
        return


def write(result: T, layout: Layout[T], format: str, out: TextIO | None = None) -> None:
    """Write the single result of a command on stdout as ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``."""
    out = out or sys.stdout
    if format in ("json", "jsonl"):
        out.write(as_json(result, layout, indent=layout.indent if format == "json" else None) + "\n")
    elif format in ("tsv", "csv"):
        rows = RowWriter(layout, format, out, headed=not (layout.upright and format == "tsv"))
        rows.write(result)
    elif layout.table is not None:
        screen = console()
        show(screen, *layout.table(result, screen))


def stream(
    layout: Layout[T], format: str, out: TextIO, *, keep_columns: bool = False, header: bool | None = None
) -> Writer[T]:
    """A writer of results as ``tsv``, ``csv``, ``jsonl``, ``json`` or ``parquet``, whose rows are those of csv.

    Args:
        keep_columns: include the columns of the input; rows have those of the first row, before ours.
        header: whether to write a header; None: for csv, and for tsv with ``keep_columns``.
    """
    if format in ("tsv", "csv"):
        headed = (format == "csv" or keep_columns) if header is None else header
        return RowWriter(layout, format, out, headed=headed, keep_columns=keep_columns)
    if format == "parquet":
        from lstmcli.cli.output.arrow import ArrowWriter

        return ArrowWriter(layout, keep_columns=keep_columns)
    return JsonWriter(layout, out, array=format == "json", keep_columns=keep_columns)


class RowWriter(Generic[T]):
    """Writes tsv or csv; every row has the columns of the first."""

    def __init__(
        self, layout: Layout[T], format: str, out: TextIO, *, headed: bool, keep_columns: bool = False
    ) -> None:
        self._layout, self._out, self._headed, self._keep = layout, out, headed, keep_columns
        self._csv = csv.writer(out, lineterminator="\n") if format == "csv" else None
        self._clean = escape if self._csv is None else safe if out.isatty() else str
        self._names: list[str] | None = None

    def write(self, result: T) -> None:
        for row in [self._layout.shape(result)] if self._layout.rows is None else self._layout.rows(result):
            if self._keep:
                input_columns = kept(COLUMNS(result), row)
                row = {**{name: cell(value) for name, value in input_columns.items()}, **row}
            names = self._names or self._begin(list(row))
            texts = [self._text(row.get(name)) for name in names]
            if self._layout.upright and not self._headed:
                for pair in zip(names, texts, strict=True):
                    self._line(pair)
            else:
                self._line(texts)

    def _begin(self, names: list[str]) -> list[str]:
        self._names = names
        if self._headed and names:
            self._line([self._clean(name) for name in names])
        return names

    def _text(self, value: Any) -> str:
        """A value as text; of several, joined with ``|``, each has a backslash before its own ``|`` and backslashes."""
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, float):
            return format(value, self._layout.numbers)
        if isinstance(value, (tuple, list)):
            doubled = value if self._csv is None else [part.replace("\\", "\\\\") for part in value]
            return "|".join(self._clean(part).replace("|", "\\|") for part in doubled)
        return "" if value is None else str(value)

    def _line(self, texts: Sequence[str]) -> None:
        if self._csv is None:
            self._out.write("\t".join(texts) + "\n")
        else:
            self._csv.writerow(texts)

    def close(self) -> None:
        if self._names is None:
            self._begin(list(self._layout.columns_without_rows))


class JsonWriter(Generic[T]):
    """Writes an object per line, or a growing array of objects."""

    def __init__(self, layout: Layout[T], out: TextIO, *, array: bool, keep_columns: bool) -> None:
        self._layout, self._out, self._array, self._keep = layout, out, array, keep_columns
        self._first = True

    def write(self, result: T) -> None:
        before = ("[\n" if self._first else ",\n") if self._array else ""
        self._first = False
        self._out.write(before + as_json(result, self._layout, keep_columns=self._keep) + ("" if self._array else "\n"))

    def close(self) -> None:
        if self._array:
            self._out.write("[]\n" if self._first else "\n]\n")


def as_json(result: T, layout: Layout[T], *, indent: int | None = None, keep_columns: bool = False) -> str:
    """The JSON object of a result."""
    row = {"version": layout.version, **layout.shape(result)}
    if keep_columns:
        row |= kept(layout.input_columns(result), row)
    return to_json(row, indent=indent)


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON text; pure ASCII if the encoding of stdout is not UTF.

    A dataclass becomes an object of its fields.  Numbers that are not finite become null.
    """
    ascii_only = not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    encode = _encoder(ascii_only, indent).encode
    try:
        text = encode(value)
    except ValueError:
        text = encode(_finite(value))
    return text if ascii_only else _JSON_CONTROLS.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


@cache
def _encoder(ascii_only: bool, indent: int | None) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=ascii_only, indent=indent, default=_plain, allow_nan=False)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    if isinstance(value, dict):
        return {str(name) if isinstance(name, float) else name: _finite(part) for name, part in value.items()}
    return _finite(_plain(value))


def escape(text: str) -> str:
    """A TSV field, with control characters and backslashes escaped."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return CONTROLS.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def kept(columns: Mapping[str, Any], ours: Collection[str]) -> dict[str, Any]:
    """The columns of the input; one with the name of a field of ours is renamed to ``original_NAME``."""
    return {f"original_{name}" if name in ours else name: value for name, value in columns.items()}


def cell(value: Any) -> str:
    """A value of the input as a field."""
    if value is None:
        return ""
    if isinstance(value, float):
        return json.dumps(value)  # NaN too, since this is not JSON
    return value if isinstance(value, str) else to_json(value)
