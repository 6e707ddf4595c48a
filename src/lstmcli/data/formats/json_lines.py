"""JSON Lines: one JSON value per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.json_faults import not_json
from lstmcli.data.formats.objects import find_objects
from lstmcli.data.table import SAMPLE_ROWS, Row, Table
from lstmcli.errors import DataError, NoDataError
from lstmcli.plural import are, count, have

SHAPES = 'give [{"text": …, "label": …}, …], or {"text": […], "label": […]}, or JSON Lines'
NONE_LABELLED = "no row has a label that people gave or accepted"


def open_jsonl(file: Opening) -> Table:
    """A file or stream of JSON Lines.

    Where labels are wanted, empty lines are left out; else each is an empty text, so that answers and lines go
    together.
    """
    path, head = file.source.path, file.head
    lines = TextLines(file.source, file.encoding)
    stream = iter(lines)
    if file.source.pipe:
        head = _to_first_value(stream)
    first = [parse_line(line, path, number) for number, line in enumerate(head, 1) if line.strip()][:SAMPLE_ROWS]
    if not first and (file.complete or file.source.pipe):
        message = "there is nothing but empty lines" if head else "there is nothing in it"
        raise NoDataError(message, path=path, hint="give text, or leave --input-format out")
    items = first + _spread_objects(file)
    objects = find_objects(items, file)
    sample = [row for item in items if (row := objects.row(item)) is not None]

    def rows() -> Iterator[Row]:
        left_out = found = 0
        for number, line in enumerate(chain(head, stream) if file.source.pipe else lines, 1):
            if line.strip():
                row = objects.row(parse_line(line, path, number))
                left_out += row is None
                if row is not None:
                    found += 1
                    yield Row(number, path, row)
            elif not file.labelled:
                yield Row(number, path, {})
        if left_out and not found and file.labelled:
            raise NoDataError(NONE_LABELLED, path=path)
        table.warnings[:] = [*lines.warnings(), *left_out_warnings(path, left_out)]

    table = Table(
        JSONL,
        keys_of(sample),
        rows,
        sample,
        text_columns=(objects.text,) if objects.text else (),
        label_column=objects.label,
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


def _spread_objects(file: Opening) -> list[dict[str, Any]]:
    """Objects from places spread over the file; lines that cannot be parsed are skipped here."""
    found = []
    for line in chain.from_iterable(file.spread_lines()):
        with suppress(ValueError, RecursionError):
            found.append(json.loads(line))
    return [value for value in found if isinstance(value, dict)]


def parse_line(line: str, path: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line.rstrip())
    except json.JSONDecodeError as error:
        raise not_json(error, path, number, "JSON Lines holds one whole object a line") from error
    except RecursionError as error:
        raise DataError("the JSON is nested too deep", path=path, line=number) from error
    return as_row(value, path, number, number)


def as_row(item: Any, path: str, line: int | None, number: int) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, list):
        return {str(i): value for i, value in enumerate(item, 1)}
    raise DataError(f"this is {kind_of(item)}, not an object", path=path, line=line, row=number, hint=SHAPES)


def kind_of(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def keys_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every key, in order of appearance."""
    return tuple(dict.fromkeys(key for row in rows for key in row))


def left_out_warnings(path: str, n: int) -> list[str]:
    """The warning about rows that were rejected, skipped or not labelled."""
    if not n:
        return []
    return [f"{path}: {count(n, 'row')} {have(n)} no label that people gave or accepted and {are(n)} left out"]


JSONL = Format("jsonl", "JSON Lines", open_jsonl, suffixes=(".jsonl", ".ndjson", ".jsonlines"), strict_labels=True)
