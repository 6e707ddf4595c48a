"""Which format a file is in: its name first, then what it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, normal
from lstmcli.data.config import ReadConfig
from lstmcli.data.files import PARQUET, Input
from lstmcli.data.formats.dialect import DELIMITERS, read_sample
from lstmcli.data.formats.header import has_header
from lstmcli.data.formats.lines import LabelSplitter
from lstmcli.data.formats.shapes import find_rows
from lstmcli.errors import UsageError

FORMATS = ("text", "csv", "tsv", "json", "jsonl", "parquet", "fasttext", "folder")

_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".ft": "fasttext",
    ".fasttext": "fasttext",
}


def check_format(name: str | None) -> str | None:
    """A format the user asked for; ``UsageError`` when there is none of that name."""
    if name is not None and name not in FORMATS:
        raise UsageError(f"unknown input format {name!r}", hint=f"one of {', '.join(FORMATS)}")
    return name


def format_by_name(source: Input) -> str | None:
    return next((_BY_SUFFIX[suffix] for suffix in source.suffixes if suffix in _BY_SUFFIX), None)


def format_by_content(start: bytes, head: Sequence[str], read: ReadConfig, *, complete: bool) -> str:
    """A format for the first lines of a file whose name does not tell."""
    if start[:4] == PARQUET:
        return "parquet"
    lines = [line for line in head if line.strip()]
    if not lines:
        return "text"
    split = LabelSplitter(read.label_prefix)
    if sum(bool(split(line)[1]) for line in lines) > 0.5 * len(lines):
        return "fasttext"
    shape = json_or_lines(head, complete=complete)
    if shape:
        return shape
    return _delimited(head, read, complete) or "text"


def json_or_lines(head: Sequence[str], *, complete: bool) -> str | None:
    """json, jsonl, or None for neither."""
    first = next((line for line in head if line.strip()), "").strip()
    if not first.startswith(("{", "[")):
        return None
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        rest = "".join(head).lstrip()[1:].lstrip()
        return "json" if rest.startswith(('"', "{", "[", "}", "]")) and not (complete and len(head) == 1) else None
    more = sum(bool(line.strip()) for line in head) > 1
    if isinstance(value, list) and more and head[0].strip().startswith("[") and head[1].strip().startswith("["):
        return "jsonl"
    if isinstance(value, dict) and not more and complete and _holds_rows(value):
        return "json"
    return "jsonl" if isinstance(value, dict) and (more or not _holds_columns(value)) else "json"


def _holds_rows(value: dict[str, object]) -> bool:
    """An object with rows somewhere inside, and no text of its own."""
    own = any(isinstance(part, str) and normal(name) in TEXT_NAMES for name, part in value.items())
    shape = None if own else find_rows(value)
    return shape is not None and len(shape.rows) >= 4


def _holds_columns(value: dict[str, object]) -> bool:
    """An object that is a whole table: columns, or a list of rows beside other things."""
    parts = value.values()
    rows = any(isinstance(part, list) and part and isinstance(part[0], dict) for part in parts)
    return rows or (bool(value) and all(isinstance(part, (list, dict)) for part in parts))


def _delimited(head: Sequence[str], read: ReadConfig, complete: bool) -> str | None:
    """csv or tsv, where that is beyond doubt: prose has commas too.

    A table has a header with a name that is usual or was asked for; or one and the same number of tabs in every
    line, and a column of short values that recur.  Under a header that names both a text and a label it may be
    damaged, which is better said than taken for prose.
    """
    for delimiter in [read.delimiter] if read.delimiter and len(read.delimiter) == 1 else DELIMITERS:
        rows = read_sample(delimiter, head, complete)
        if rows is None or len(rows[0]) < 2:
            continue
        labels = any(_recur([row[i] for row in rows]) for i in range(len(rows[0])))
        asked = bool(read.text_columns or read.label_column or read.delimiter)
        known = len(rows) > 1 and has_header(rows, read)
        if known or asked or (delimiter == "\t" and labels):
            return "tsv" if delimiter == "\t" else "csv"
    first = next((line for line in head if line.strip()), "")
    for delimiter in DELIMITERS:
        names = {normal(cell.strip().strip('"')) for cell in first.split(delimiter)}
        if not names.isdisjoint(TEXT_NAMES) and not names.isdisjoint(LABEL_NAMES) and len(names) > 1:
            return "tsv" if delimiter == "\t" else "csv"
    return None


def _recur(values: Sequence[str]) -> bool:
    return len(values) >= 2 and max(map(len, values)) <= 40 and len(set(values)) <= max(1, len(values) // 2)
