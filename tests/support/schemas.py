"""The JSON Schemas of the package, and what conforms to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import lstmcli

FOLDER = Path(lstmcli.__file__).parent / "schemas"


def schema(command: str) -> Any:
    return json.loads((FOLDER / f"{command}.json").read_text(encoding="utf-8"))


def closed(part: Any) -> Any:
    """The same for objects that have no fields but those that are named."""
    if isinstance(part, list):
        return list(map(closed, part))
    if not isinstance(part, dict):
        return part
    found = {name: closed(value) for name, value in part.items()}
    if isinstance(part.get("properties"), dict) and part.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


def conforms(command: str, output: str, *, lines: bool = False, kept: bool = False) -> list[Any]:
    """The documents of an output, once all of them are what the command's schema says.

    Args:
        lines: there is a document a line.
        kept: objects hold columns of the input, too.
    """
    found = schema(command)
    Draft202012Validator.check_schema(found)
    validator = Draft202012Validator(found if kept else closed(found))
    documents = [json.loads(text, parse_constant=_refuse) for text in (output.splitlines() if lines else [output])]
    assert documents
    for document in documents:
        errors = [error for each in validator.iter_errors(document) for error in (each.context or [each])]
        assert not errors, "\n".join(f"{error.json_path}: {error.message[:300]}" for error in errors)
        assert all(each["version"] == 1 for each in (document if isinstance(document, list) else [document]))
    return documents


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
