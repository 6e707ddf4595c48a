"""Syntax errors of JSON in words, with the line and column where they are."""

from __future__ import annotations

import json
import re

from lstmcli.errors import DataError

_PYTHON = re.compile(r"[\[({\s]*['(]|[\[\s]*\{\s*'")


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
