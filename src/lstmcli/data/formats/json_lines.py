"""JSON Lines: one JSON value per line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.objects import find_objects
from lstmcli.data.table import SAMPLE_ROWS, Row, Table
from lstmcli.errors import DataError, NoDataError
from lstmcli.plural import are, count, have

SHAPES = 'give [{"text": …, "label": …}, …], or {"text": […], "label": […]}, or JSON Lines'
_PYTHON = re.compile(r"[\[({\s]*['(]|[\[\s]*\{\s*'")
NONE_LABELLED = "no row has a label that people gave or accepted"


def open_jsonl(file: Opening) -> Table:
    """A file or stream of JSON Lines.

    If labels are required, empty lines are left out; else each is an empty text, so that answers match lines.
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


def describe_fault(error: json.JSONDecodeError) -> str:
    """The fault and its column; the line is not in it."""
    if not error.doc[error.pos :].strip():
        return "it ends too early"
    what = "more follows after the first value" if error.msg == "Extra data" else error.msg.removesuffix(" at")
    return f"{what}, at column {error.colno}"


def not_json(error: json.JSONDecodeError, path: str, line: int | None, hint: str | None = None) -> DataError:
    """The error of a file that is not JSON, and what it is instead where that can be told.

    Args:
        line: where the text begins that was read; None: it is the whole file.
    """
    start = error.doc.lstrip()[:200]
    at_end = not error.doc[error.pos :].strip()
    line = line or error.doc.rstrip().count("\n") + 1 if at_end else line or error.lineno
    if _PYTHON.match(start):
        message = "this is how Python prints its values, with single quotation marks, and not JSON"
        return DataError(message, path=path, line=line, hint="write it with json.dumps")
    if error.msg == "Extra data" and error.doc[error.pos :].lstrip().startswith(","):
        hint = "take the commas between the objects out, or write all of them into one array: [{…}, {…}]"
    elif start[:1] not in ("{", "[", '"'):
        hint = "if it is a table, say so: --input-format csv"
    elif at_end and hint is None:
        hint = "was the file cut short? Fetch or write it again"
    return DataError(f"not valid JSON: {describe_fault(error)}", path=path, line=line, hint=hint)


JSONL = Format("jsonl", "JSON Lines", open_jsonl, suffixes=(".jsonl", ".ndjson", ".jsonlines"), strict_labels=True)
