"""Writes the JSON Schemas of the package, and the tables of fields in docs/output.md, from what results declare.

    python tools/schemas.py

A schema holds for what a command prints with ``--format json`` and for each line of ``--format jsonl``.  Descriptions
are the docstrings of the fields.  A test compares the files with what this would write.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import json
import operator
import re
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import chinese_fields

from lstmcli.cli.output import (
    comparison,
    exports,
    generation,
    neighbours,
    predictions,
    surprisal,
    tables,
    training_log,
    translations,
    translator_comparison,
    tuning,
)
from lstmcli.cli.output.experiment import tables as experiment
from lstmcli.cli.output.inspection import writers as inspection
from lstmcli.cli.output.writer import Field, Layout, Shape

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "src" / "lstmcli" / "schemas", ROOT / "docs" / "output.md"
CHINESE_PAGE = ROOT / "docs" / "zh" / "output.md"
MADE = "<!-- From here on written by tools/schemas.py. -->\n"
RESULTS: dict[str, tuple[dict[str, Layout[Any]], dict[str, Layout[Any]]]] = {
    "classify": ({"prediction": predictions.PREDICTION}, {"report": tables.REPORT}),
    "compare": (
        {},
        {
            "classifiers": comparison.CLASSIFIERS,
            "language_models": comparison.LANGUAGE_MODELS,
            "translators": translator_comparison.TRANSLATORS,
            "cells": experiment.EXPERIMENT,
        },
    ),
    "generate": ({"text": generation.CONTINUATION}, {}),
    "export": ({}, {"export": exports.EXPORTED}),
    "info": ({}, {"model": tables.INFO}),
    "push": ({}, {"upload": exports.PUSHED}),
    "inspect": ({"inspection": inspection.INSPECTION}, {}),
    "neighbours": ({"word": neighbours.NEIGHBOURS}, {}),
    "perplexity": ({"row": surprisal.SURPRISAL}, {"figures": surprisal.FIGURES}),
    "train": ({}, {"training": training_log.TRAINING}),
    "translate": ({"translation": translations.TRANSLATION}, {}),
    "tune": ({}, {"search": tuning.TUNED}),
}
"""For each command the results of which it gives many, and those of which it gives one."""
SIMPLE = {str: "string", bool: "boolean", int: "integer", types.NoneType: "null"}


class Maker:
    """The schema of one command."""

    def __init__(self) -> None:
        self.defs: dict[str, Any] = {}
        self.names: dict[Any, str] = {}

    def result(self, name: str, layout: Layout[Any]) -> dict[str, Any]:
        assert isinstance(layout.shape, Shape)
        found = self.shape(layout.shape)
        version = {"const": layout.version, "description": "Of this object: it rises when a field goes or changes."}
        found["properties"] = {"version": version, **found["properties"]}
        found["required"] = ["version", *found["required"]]
        self.defs[name] = found
        return {"$ref": f"#/$defs/{name}"}

    def shape(self, shape: Shape) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "object"}
        if about := docstring(shape.result_type):
            found["description"] = about
        found["properties"] = {field.name: self.field(field, shape.result_type) for field in shape.fields}
        found["required"] = [field.name for field in shape.fields if not field.optional]
        if shape.more is not None:
            found["additionalProperties"] = self.type(shape.more)
        return found

    def field(self, field: Field, result_type: Any) -> dict[str, Any]:
        hint = type_of(result_type, field.name) if field.type is None else field.type
        if field.type is None and field.optional and typing.get_origin(hint) is not None:
            hint = functools.reduce(
                operator.or_, (part for part in typing.get_args(hint) if part is not types.NoneType)
            )
        found = self.type(hint)
        about = field.about or about_fields(result_type).get(field.name, "")
        about = re.sub(r"\bNone\b(?! of)", "absent" if field.optional else "null", about)
        return {**found, "description": about} if about else found

    def type(self, hint: Any) -> dict[str, Any]:
        if isinstance(hint, Shape):
            return self.shape(hint)
        if isinstance(hint, list):
            return {"type": "array", "items": self.type(hint[0])}
        if isinstance(hint, dict):
            return {"type": "object", "additionalProperties": self.type(next(iter(hint.values())))}
        if hint is Any:
            return {}
        if hint is float:
            return {"type": ["number", "null"]}
        if hint in SIMPLE:
            return {"type": SIMPLE[hint]}
        if dataclasses.is_dataclass(hint):
            return {"$ref": f"#/$defs/{self.define(hint)}"}
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin in (types.UnionType, typing.Union):
            return self.union([self.type(part) for part in inner])
        if origin is tuple and inner[-1] is not Ellipsis:
            items = [self.type(part) for part in inner]
            return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        if origin in (tuple, list):
            return {"type": "array", "items": self.type(inner[0])}
        assert origin in (dict, Mapping) or issubclass(origin, Mapping), hint
        return {"type": "object", "additionalProperties": self.type(inner[1])}

    def define(self, result_type: Any) -> str:
        """The name under which a dataclass is defined; two of one name are told apart by their room."""
        if result_type not in self.names:
            name = result_type.__name__
            name = name if name not in self.defs else f"{result_type.__module__.split('.')[1]}.{name}"
            self.names[result_type], self.defs[name] = name, {}  # it may hold itself
            self.defs[name] = self.shape(Shape(result_type))
        return self.names[result_type]

    def union(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        if all(set(part) == {"type"} for part in parts):
            flat = [
                each for part in parts for each in ([part["type"]] if isinstance(part["type"], str) else part["type"])
            ]
            return {"type": list(dict.fromkeys(flat))}
        return {"anyOf": parts}


def type_of(result_type: Any, name: str) -> Any:
    found = getattr(result_type, name, None)
    if isinstance(found, property):
        return typing.get_type_hints(found.fget)["return"]
    return typing.get_type_hints(result_type)[name]


def docstring(result_type: Any) -> str:
    """That of a class of ours; a dataclass without one gets its signature as one."""
    text = result_type.__doc__ if dataclasses.is_dataclass(result_type) else ""
    return "" if not text or text.startswith(f"{result_type.__name__}(") else plain(text)


@functools.cache
def about_fields(result_type: Any) -> dict[str, str]:
    """The docstrings of the attributes and properties of a class."""
    if not dataclasses.is_dataclass(result_type):
        return {}
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(result_type))).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for node, after in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[node.target.id] = plain(str(after.value.value))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
            found[node.name] = plain(text)
    return found


def plain(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


def schema(command: str) -> dict[str, Any]:
    """What ``lstm COMMAND --format json`` prints: an array of each of many, or one object; an object is a line, too."""
    maker = Maker()
    many, single = RESULTS[command]
    either = []
    for name, layout in many.items():
        reference = maker.result(name, layout)
        either += [reference, {"type": "array", "items": reference}]
    either += [maker.result(name, layout) for name, layout in single.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"lstm {command}",
        "description": f"What `lstm {command} --format json` prints, and a line of `--format jsonl` where there is "
        "one. A number that is not finite is null. With --keep-columns an object has the input's own columns, too.",
        "anyOf": either,
        "$defs": maker.defs,
    }


def text(command: str) -> str:
    return json.dumps(schema(command), indent=1, ensure_ascii=False) + "\n"


WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false"}


def page() -> str:
    """docs/output.md with its tables of fields written again."""
    return PAGE.read_text(encoding="utf-8").partition(MADE)[0] + tables()


def chinese_page() -> str:
    """docs/zh/output.md in the same way."""
    return CHINESE_PAGE.read_text(encoding="utf-8").partition(MADE)[0] + chinese_fields.translated(tables())


def tables() -> str:
    """The tables of fields of every command."""
    parts = [MADE]
    for command, (many, single) in RESULTS.items():
        parts.append(f"\n### `lstm {command}`\n")
        found = schema(command)
        for name in (*many, *single):
            about = found["$defs"][name].get("description", "")
            parts.append(
                f"\n**{name.replace('_', ' ')}**{': ' if about else ''}{about}\n\n| field | value | |\n|---|---|---|\n"
            )
            parts += table(found["$defs"][name], found["$defs"], "", ())
    return "".join(parts)


def table(part: dict[str, Any], defs: dict[str, Any], prefix: str, above: tuple[str, ...]) -> Iterator[str]:
    """A row for each field, those of objects inside under a dotted name."""
    for name, field in part["properties"].items():
        if name == "version":
            continue
        left_out = "" if name in part["required"] else "; may be absent"
        about = field.get("description", "").replace("|", "\\|")
        yield f"| `{prefix}{name}` | {in_words(field)}{left_out} | {about} |\n"
        path, inner = inside(field, f"{prefix}{name}")
        for place in inner:
            target = place.get("$ref", "").rpartition("/")[2]
            if target in above:
                continue
            if "properties" in (found := defs[target] if target else place):
                yield from table(found, defs, f"{path}.", (*above, target) if target else above)


def inside(part: dict[str, Any], path: str) -> tuple[str, list[dict[str, Any]]]:
    """The path of the objects in a field, and what they are."""
    if "items" in part:
        return inside(part["items"], f"{path}[]")
    if isinstance(part.get("additionalProperties"), dict) and "properties" not in part:
        return inside(part["additionalProperties"], f"{path}.NAME")
    return path, part.get("anyOf", [part])


def in_words(part: dict[str, Any]) -> str:
    """A type; that any number may be null goes without saying."""
    if "items" in part:
        return f"list of {in_words(part['items'])}"
    if "prefixItems" in part:
        return f"[{', '.join(map(in_words, part['prefixItems']))}]"
    if isinstance(part.get("additionalProperties"), dict) and "properties" not in part:
        return f"{in_words(part['additionalProperties'])} by name"
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(map(in_words, part["anyOf"])))
    types = part.get("type", "object" if "$ref" in part else "anything")
    if types == ["number", "null"]:
        return "number"
    return " or ".join(WORDS.get(each, each) for each in ([types] if isinstance(types, str) else types))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for command in RESULTS:
        (FOLDER / f"{command}.json").write_text(text(command), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    CHINESE_PAGE.write_text(chinese_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
