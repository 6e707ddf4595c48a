"""JSON: an array of objects, an object of columns, or what label tools and programs make of it; splits inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from lstmcli.data.columns.names import TEXT_NAMES, normal
from lstmcli.data.encoding import Encoding, read_text
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.json_lines import (
    NONE_LABELLED,
    SHAPES,
    as_row,
    keys_of,
    kind_of,
    left_out_warnings,
    not_json,
    open_jsonl,
)
from lstmcli.data.formats.objects import Objects, find_objects
from lstmcli.data.formats.shapes import Shape, as_pairs, find_rows, find_splits
from lstmcli.data.table import SAMPLE_ROWS, Row, Table
from lstmcli.errors import DataError, NoDataError


def open_json(file: Opening) -> Table:
    """A JSON file, read into memory; or JSON Lines in a file named ``.json``.

    Raises:
        DataError: no JSON, or of a shape that is no table.
    """
    if file.read.input_format is None and json_or_lines(file) == "jsonl":
        return open_jsonl(file)
    data, warnings = _load(file)
    return _as_table(file, _shape(data, file.source.path), warnings)


def splits_inside(file: Opening) -> tuple[dict[str, Callable[[Opening], Table]], str]:
    """A function that opens each split of an object of splits, and a note; empty for other files."""
    if json_or_lines(file) != "json":
        return {}, ""
    try:
        data, warnings = _load(file)
    except DataError:
        return {}, ""  # reported when it is opened
    found = find_splits(data)
    if found is None:
        return {}, ""

    def open_split(parts: Mapping[str, Any], file: Opening) -> Table:
        shapes = [as_pairs(part) or _shape(part, file.source.path) for part in parts.values()]
        rows = [row for shape in shapes for row in shape.rows]
        return _as_table(file, Shape(rows, labelled=all(shape.labelled for shape in shapes)), warnings)

    made_of = "; ".join(f"{split} from {' and '.join(map(repr, parts))}" for split, parts in found.splits.items())
    left = f"; {', '.join(map(repr, found.others))} left out" if found.others else ""
    return {split: partial(open_split, parts) for split, parts in found.splits.items()}, made_of + left


def json_or_lines(file: Opening) -> str | None:
    """json, jsonl, or None for neither."""
    head = file.head
    first = next((line for line in head if line.strip()), "").strip()
    if not first.startswith(("{", "[")):
        return None
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        rest = "".join(head).lstrip()[1:].lstrip()
        whole = rest.startswith(('"', "{", "[", "}", "]")) and not (file.complete and len(head) == 1)
        return "json" if whole else None
    more = sum(bool(line.strip()) for line in head) > 1
    if isinstance(value, list) and more and head[0].strip().startswith("[") and head[1].strip().startswith("["):
        return "jsonl"
    if isinstance(value, dict) and not more and file.complete and _holds_rows(value, file):
        return "json"
    return "jsonl" if isinstance(value, dict) and (more or not _holds_columns(value)) else "json"


def _holds_rows(value: dict[str, object], file: Opening) -> bool:
    """An object with rows somewhere inside, and no text of its own; or one in .json that is no row."""
    if any(isinstance(part, str) and normal(name) in TEXT_NAMES and name != "message" for name, part in value.items()):
        return False
    shape = find_rows(value)
    return find_splits(value) is not None or (shape is not None and len(shape.rows) >= 4) or _is_answer(value, file)


def _is_answer(value: dict[str, object], file: Opening) -> bool:
    """``{"message": "Not Found"}``: what an interface says of a fault, saved in place of the data."""
    plain = all(isinstance(part, (str, int, bool, type(None))) for part in value.values())
    return plain and ".json" in file.source.suffixes and not {"message", "error", "detail"}.isdisjoint(value)


def _holds_columns(value: dict[str, object]) -> bool:
    """An object that is a whole table: columns, or a list of rows beside other things."""
    parts = value.values()
    rows = any(isinstance(part, list) and part and isinstance(part[0], dict) for part in parts)
    return rows or (bool(value) and all(isinstance(part, (list, dict)) for part in parts))


def _load(file: Opening) -> tuple[Any, list[str]]:
    """The value in a file, and warnings on its text."""
    text, warnings = read_text(file.source, file.encoding or Encoding())
    try:
        return json.loads(text), warnings
    except json.JSONDecodeError as error:
        more = error.msg == "Extra data"
        hint = "if it is JSON Lines, say so: --input-format jsonl" if more else None
        raise not_json(error, file.source.path, None, hint) from error
    except RecursionError as error:
        raise DataError("the JSON is nested too deep", path=file.source.path, hint=SHAPES) from error


def _shape(data: Any, path: str) -> Shape:
    shape = find_rows(data)
    if shape is None:
        return Shape(_from_columns(data, path))
    return shape._replace(rows=[as_row(item, path, None, i) for i, item in enumerate(shape.rows, 1)])


def _as_table(file: Opening, shape: Shape, warnings: Sequence[str]) -> Table:
    items, path, encoding = shape.rows, file.source.path, (file.encoding or Encoding()).label
    if not items:
        raise NoDataError("there are no rows in it", path=path)
    objects = Objects(text="text", label="label")
    if not shape.labelled:
        spread = items[:: -(-len(items) // SAMPLE_ROWS)]
        objects = find_objects(spread, file)
    rows = [row for item in items if (row := objects.row(item)) is not None]
    if not rows:
        raise NoDataError(NONE_LABELLED, path=path)
    return Table(
        JSON,
        keys_of(rows[:SAMPLE_ROWS] + rows[:: -(-len(rows) // SAMPLE_ROWS)]),
        lambda: (Row(0, path, row) for row in rows),
        rows[:SAMPLE_ROWS],
        lambda: rows[SAMPLE_ROWS:],
        headed=not all(name.isdigit() for name in rows[0]),
        text_columns=(objects.text,) if objects.text else (),
        label_column=objects.label,
        notes=[encoding, *([shape.note] if shape.note else []), *objects.notes],
        warnings=[*warnings, *left_out_warnings(path, len(items) - len(rows))],
    )


def _from_columns(data: Any, path: str) -> list[dict[str, Any]]:
    """Columns to rows; pandas writes a column as an object, from row number to value."""
    if not isinstance(data, dict):
        raise DataError(f"the JSON is {kind_of(data)}, not a table", path=path, hint=SHAPES)
    columns = {name: list(c.values()) if isinstance(c, dict) else c for name, c in data.items()}
    for name, column in columns.items():
        if not isinstance(column, list):
            what = f"{kind_of(column)} ({column[:80]!r})" if isinstance(column, str) else kind_of(column)
            raise DataError(f"{name!r} is {what}, not a column of values", path=path, hint=SHAPES)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name!r} has {length:,}" for name, length in lengths.items())
        raise DataError(f"the columns differ in length: {counts}", path=path)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


JSON = Format(
    "json",
    "JSON",
    open_json,
    lambda file: json_or_lines(file) is not None,
    suffixes=(".json",),
    whole=True,
    splits=splits_inside,
)
