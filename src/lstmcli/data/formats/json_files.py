"""JSON (an array of objects, or an object of columns) and JSON Lines."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, TextLines, read_text
from lstmcli.data.files import Input
from lstmcli.data.formats.objects import Objects, find_objects
from lstmcli.data.formats.shapes import find_rows
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError, NoDataError

_SHAPES = 'give [{"text": …, "label": …}, …], or {"text": […], "label": […]}, or JSON Lines'


def open_json(
    source: Input,
    encoding: Encoding,
    read: ReadConfig | None = None,
    *,
    labelled: bool | None = None,
    prefer: ReadConfig | None = None,
) -> Table:
    """A JSON file, read whole.

    Args:
        labelled: False keeps what people have left out of an export: it is to be classified.

    Raises:
        DataError: no JSON, or of a shape that is no table.
    """
    text, warnings = read_text(source, encoding)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        lines = error.msg == "Extra data"
        raise DataError(
            "more follows after the first JSON value" if lines else _not_json(error),
            path=source.path,
            line=error.lineno,
            hint="JSON Lines? --input-format jsonl" if lines else None,
        ) from error
    except RecursionError as error:
        raise DataError("the JSON is nested too deep", path=source.path, hint=_SHAPES) from error
    shape = find_rows(data)
    items = [_as_row(item, source.path, None, i) for i, item in enumerate(shape.rows, 1)] if shape else None
    items = _from_columns(data, source.path) if items is None else items
    if not items:
        raise NoDataError("there are no rows in it", path=source.path)
    objects = Objects(text="text", label="label")
    if not (shape and shape.labelled):
        objects = find_objects(items[:1000], source.path, read or ReadConfig(), labelled=labelled, prefer=prefer)
    rows = [row for item in items if (row := objects.row(item)) is not None]
    if not rows:
        raise NoDataError(f"none of its {len(items):,} rows is labelled", path=source.path)
    return Table(
        format="json",
        columns=_keys(rows),
        rows=lambda: (Row(0, source.path, row) for row in rows),
        sample=rows[:1000],
        headed=not (isinstance(data, list) and not isinstance(data[0], dict)),
        text_columns=(objects.text,) if objects.text else (),
        label_column=objects.label,
        encoding=encoding.label,
        notes=[encoding.label, *([shape.note] if shape and shape.note else []), *objects.notes],
        warnings=[*warnings, *_say_left_out(source.path, len(items) - len(rows))],
    )


def _say_left_out(path: str, count: int) -> list[str]:
    """What people have rejected, skipped or not labelled yet."""
    if not count:
        return []
    rows, are = ("row has", "is") if count == 1 else ("rows have", "are")
    return [f"{path}: {count:,} {rows} no label that people gave or accepted and {are} left out"]


def _not_json(error: json.JSONDecodeError) -> str:
    return f"not valid JSON: {error.msg} at column {error.colno}"


def _from_columns(data: Any, path: str) -> list[dict[str, Any]]:
    """Columns to rows; pandas writes a column as an object, from row number to value."""
    if not isinstance(data, dict):
        raise DataError(f"the JSON is {_kind(data)}, not a table", path=path, hint=_SHAPES)
    columns = {name: list(c.values()) if isinstance(c, dict) else c for name, c in data.items()}
    for name, column in columns.items():
        if not isinstance(column, list):
            raise DataError(f"{name!r} is {_kind(column)}, not a column of values", path=path, hint=_SHAPES)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name!r} has {length:,}" for name, length in lengths.items())
        raise DataError(f"the columns differ in length: {counts}", path=path)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _as_row(item: Any, path: str, line: int | None, number: int) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, list):
        return {str(i): value for i, value in enumerate(item, 1)}
    which = "" if line else f"row {number} is "
    raise DataError(f"{which}{_kind(item)}, not an object", path=path, line=line, hint=_SHAPES)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _keys(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Every key of the first rows, in order of appearance."""
    return tuple(dict.fromkeys(key for row in rows[:1000] for key in row))


def open_jsonl(
    source: Input,
    encoding: Encoding | None,
    head: Sequence[str],
    read: ReadConfig | None = None,
    *,
    complete: bool,
    labelled: bool | None,
    prefer: ReadConfig | None = None,
) -> Table:
    """One JSON value a line.

    Args:
        labelled: True leaves empty lines out; else each is an empty text, so that answers and lines go together.
    """
    lines = TextLines(source, encoding)
    stream = iter(lines)
    if source.pipe:
        head = _to_first_value(stream)
    sample = [_parse(line, source.path, number) for number, line in enumerate(head, 1) if line.strip()][:1000]
    if not sample and (complete or source.pipe):
        hint = "give text, or leave --input-format out"
        raise NoDataError(
            "there is nothing but empty lines" if head else "there is nothing in it", path=source.path, hint=hint
        )
    objects = find_objects(sample, source.path, read or ReadConfig(), labelled=labelled, prefer=prefer)
    sample = [row for item in sample if (row := objects.row(item)) is not None]

    def rows() -> Iterator[Row]:
        everything = itertools.chain(head, stream) if source.pipe else lines
        left_out = 0
        for number, line in enumerate(everything, 1):
            if line.strip():
                row = objects.row(_parse(line, source.path, number))
                left_out += row is None
                if row is not None:
                    yield Row(number, source.path, row)
            elif not labelled:
                yield Row(number, source.path, {})
        table.warnings[:] = [*lines.warnings(), *_say_left_out(source.path, left_out)]

    table = Table(
        format="jsonl",
        columns=_keys(sample),
        rows=rows,
        sample=sample,
        text_columns=(objects.text,) if objects.text else (),
        label_column=objects.label,
        encoding=lines.encoding.label,
        notes=[lines.encoding.label, *objects.notes],
    )
    return table


def _to_first_value(stream: Iterator[str]) -> list[str]:
    """The lines up to the first that is not empty, and no more: a pipe is answered line by line."""
    head: list[str] = []
    for line in stream:
        head.append(line)
        if line.strip():
            break
    return head


def _parse(line: str, path: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line.rstrip())
    except json.JSONDecodeError as error:
        raise DataError(
            _not_json(error), path=path, line=number, hint="JSON Lines holds one whole object a line"
        ) from error
    except RecursionError as error:
        raise DataError("the JSON is nested too deep", path=path, line=number) from error
    return _as_row(value, path, number, number)
