"""Find the rows inside a JSON value, whatever its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, normal, split_in

_LISTS = ("patterns", "examples", "utterances", "usersays", "user_says", "training_phrases", "phrases", "texts")
_TAGS = ("tag", "intent", "name", "label", "category", "class", "displayname", "display_name")
_UNLABELLED = re.compile(r"un_?(?:label|sup)")
_WRAPPERS = ("_source", "row", "record")


class Shape(NamedTuple):
    rows: list[Any]
    note: str = ""
    labelled: bool = False  # rows have `text` and `label`


def find_rows(data: Any) -> Shape | None:
    """Rows of a JSON object that is no object of columns; None where it may be one."""
    if isinstance(data, list):
        return _unwrapped(_exploded(data) or Shape(data))
    if not isinstance(data, dict) or not data:
        return None
    for read in (_split_orient, _snips, _texts_by_label, _labels_by_text, _index_orient):
        if shape := read(data):
            return shape
    if _are_columns(data):
        return None
    lists = sorted(_lists(data, "", 0), key=lambda found: _rank(found[1]))
    if not lists:
        return None
    path, rows = lists[-1]
    shape = _unwrapped(_exploded(rows) or Shape(rows))
    return shape._replace(note=f"rows below {path!r}" + (f"; {shape.note}" if shape.note else ""))


def _are_columns(data: Mapping[str, Any]) -> bool:
    values = list(data.values())
    lists = all(isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value[:5]) for value in values)
    by_number = all(isinstance(value, dict) and value and all(k.isdigit() for k in list(value)[:5]) for value in values)
    return lists or by_number


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects in an object, with its path."""
    if depth > 6 or not isinstance(value, dict):
        return
    for name, part in value.items():
        below = f"{path}.{name}" if path else name
        if isinstance(part, list) and part and isinstance(part[0], dict):
            yield below, part
        else:
            yield from _lists(part, below, depth + 1)


def _rank(rows: Sequence[Any]) -> tuple[bool, int]:
    """Rows that name a text and a label before others, then the most."""
    names = {normal(name) for row in rows[:20] if isinstance(row, dict) for name in row}
    both = not names.isdisjoint(TEXT_NAMES) and (not names.isdisjoint(LABEL_NAMES) or "intent" in names)
    return both or not names.isdisjoint(_LISTS), len(rows)


def _unwrapped(shape: Shape) -> Shape:
    """Rows of Elasticsearch and of servers, which lie in an object of their own."""
    for name in _WRAPPERS:
        if shape.rows and all(isinstance(row, dict) and isinstance(row.get(name), dict) for row in shape.rows):
            return shape._replace(rows=[row[name] for row in shape.rows])
    return shape


def unwrap(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """One row as ``find_rows`` unwraps all."""
    inner = row.get("_source")
    return inner if isinstance(inner, dict) and ("_index" in row or "_id" in row) else row


def _split_orient(data: Mapping[str, Any]) -> Shape | None:
    """pandas: {"columns": […], "index": […], "data": [[…], …]}."""
    names, rows = data.get("columns"), data.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not rows or len(data) > 4:
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return Shape([dict(zip(map(str, names), row, strict=True)) for row in rows])


def _index_orient(data: Mapping[str, Any]) -> Shape | None:
    """{"0": {"text": …, "label": …}, …}, and the same by any other id."""
    rows = list(data.values())
    if len(rows) < 2 or not all(isinstance(row, dict) and row for row in rows):
        return None
    names = set(rows[0])
    if all(name.isdigit() for name in names) or sum(set(row) == names for row in rows) < 0.8 * len(rows):
        return None
    ids = all(key.isdigit() for key in data) or len(rows) >= 10
    values = [value for row in rows[:50] for value in row.values()]
    return Shape(rows) if ids and not all(isinstance(value, (dict, list)) for value in values) else None


class Splits(NamedTuple):
    splits: dict[str, dict[str, Any]]  # split to its parts, each by its key
    others: list[str]  # keys beside them that hold lists


def find_splits(data: Any, depth: int = 0) -> Splits | None:
    """{"train": […], "test": […]}: at the top, or below a key; each a list of rows, or an object of columns."""
    if not isinstance(data, dict) or depth > 2:
        return None
    found: dict[str, dict[str, Any]] = {}
    others = []
    for name, value in data.items():
        split = split_in(name)
        if split and isinstance(value, (list, dict)) and value:
            found.setdefault(split, {})[name] = value
        elif isinstance(value, list) and len(value) > 1:
            others.append(name)
    if "train" in found and (len(found) > 1 or any(_UNLABELLED.match(name.lower()) for name in others)):
        return Splits({split: found[split] for split in ("train", "valid", "test") if split in found}, others)
    below = [inner for value in data.values() if (inner := find_splits(value, depth + 1))]
    return below[0] if len(below) == 1 else None


def as_pairs(rows: Any) -> Shape | None:
    """[["the text", "label"], …], as splits have them."""
    if not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(r, list) and len(r) == 2 and all(isinstance(x, str) for x in r) for r in rows):
        return None
    return Shape([{"text": text, "label": label} for text, label in rows], labelled=True)


def _snips(data: Mapping[str, Any]) -> Shape | None:
    """{"intents": {"Play": {"utterances": [{"data": [{"text": …}, …]}]}}}, and {"Play": [{"data": […]}, …]}."""
    inner = data.get("intents", data)
    if not isinstance(inner, dict):
        return None
    rows = []
    for name, items in inner.items():
        items = items["utterances"] if isinstance(items, dict) and "utterances" in items else items
        rows += [{"text": _pieces(item), "label": name} for item in items] if isinstance(items, list) else [{}]
    if not rows or any(row.get("text") is None for row in rows):
        return None
    return Shape(rows, "a label is the key above its texts", labelled=True)


def _pieces(item: Any) -> str | None:
    """A text that is cut into pieces."""
    parts = item.get("data") if isinstance(item, dict) else None
    if not isinstance(parts, list) or not parts or not all(isinstance(p, dict) and "text" in p for p in parts):
        return None
    return "".join(str(part["text"]) for part in parts)


def _texts_by_label(data: Mapping[str, Any]) -> Shape | None:
    """{"greet": ["hello there", …], "bye": […]}: the keys are labels, where the values are texts all through."""
    if len(data) < 2 or not all(isinstance(value, list) and value for value in data.values()):
        return None
    if not {normal(name) for name in data}.isdisjoint({*TEXT_NAMES, *LABEL_NAMES, "texts", "id"}):
        return None
    texts = [text for value in data.values() for text in value]
    if not all(isinstance(text, str) for text in texts) or not all(map(_are_texts, data.values())):
        return None
    rows = [{"text": text, "label": name} for name, value in data.items() for text in value]
    return Shape(rows, "a label is the key above its texts", labelled=True)


def _are_texts(values: Sequence[str]) -> bool:
    spaced = sum(" " in value.strip() or any(c > "\u2e80" for c in value) for value in values)
    return spaced >= 0.5 * len(values) and len(set(values)) > 0.5 * len(values)


def _labels_by_text(data: Mapping[str, Any]) -> Shape | None:
    """{"the text": "label", …}."""
    values = list(data.values())
    if len(values) < 10 or not all(isinstance(value, (str, int, float)) for value in values):
        return None
    if not _are_texts(list(data)) or len(set(values)) > len(values) / 2 or max(len(str(v)) for v in values) > 60:
        return None
    return Shape([{"text": text, "label": label} for text, label in data.items()], "keys are texts", labelled=True)


def _exploded(rows: Sequence[Any]) -> Shape | None:
    """[{"tag": "greet", "patterns": ["hello", …]}, …]: one row a text."""
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    for many in _LISTS:
        holding = [row for row in rows if isinstance(row.get(_named(row, many)), list)]
        tag = next((name for name in _TAGS if holding and all(_named(row, name) for row in holding)), None)
        if tag is None or len(holding) < 0.8 * len(rows):
            continue
        found = [
            {"text": text, "label": row[_named(row, tag) or tag]}
            for row in holding
            for item in row[_named(row, many) or many]
            if (text := _text_of(item)) is not None
        ]
        if found:
            return Shape(found, f"text from {many!r}, label from {tag!r}", labelled=True)
    return None


def _named(row: Mapping[str, Any], name: str) -> str | None:
    return next((key for key in row if normal(key).replace("_", "") == name.replace("_", "")), None)


def _text_of(item: Any) -> str | None:
    if isinstance(item, dict):
        return next((item[name] for name in ("text", "example", "utterance") if isinstance(item.get(name), str)), None)
    return item if isinstance(item, str) else None
