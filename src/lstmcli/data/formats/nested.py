"""Objects inside objects: a row becomes flat, each value under its path (``data.text``, ``annotations.result.value``).

A path walks through lists too: what is found in each element is one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, normal

MAX_PATHS = 300
DEEPEST = 12
SHOWN = 12  # maximum paths in an error message
_LABEL_ENDS = (
    *("choices", "intent", "label", "labels", "rating", "answer.title", "answer.value", "answer.name"),
    *("label.value", "taxonomy", "displayname", "classname", "class_name", "tag", "category", "category.name"),
    *("class", "sentiment", "topic", "emotion", "stars"),
)
"""Endings of label paths, the most certain first."""
_TEXT_ENDS = ("text", "content", "body", "sentence", "review", "comment", "message", "query", "utterance", "tweet")
_NOT_LABELS = ("predictions", "suggestions", "drafts", "spans", "entities", "entity", "meta", "metadata", "options")
"""Model outputs and positions in a text."""


def is_nested(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(isinstance(value, dict) or _holds_objects(value) for row in rows for value in row.values())


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row by their paths; a value that has a path of its own keeps its name."""
    found: dict[str, list[Any]] = {}
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value.keys() == {"choices"}:
            plain[name] = value["choices"]  # JSON-MIN of Label Studio, which writes a single one as a string
        elif isinstance(value, dict) or _holds_objects(value):
            for path, leaf in _leaves(value, name, 1):
                if len(found) < MAX_PATHS or path in found:
                    found.setdefault(path, []).append(leaf)
        else:
            plain[name] = value
    return {**{path: leaves[0] if len(leaves) == 1 else leaves for path, leaves in found.items()}, **plain}


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) or _holds_objects(part) for part in value[:5])


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}", depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, path, depth + 1)
    else:
        yield path, value


def guess_text(rows: Sequence[Mapping[str, Any]], paths: Sequence[str]) -> str | None:
    """The path of the text: by the end of its name, else the longest; never a list of names or addresses."""
    mean = {path: _length(rows, path) for path in paths if not _aside(path)}
    prose = [path for path, length in mean.items() if length >= 10]
    named = [path for end in _TEXT_ENDS for path in prose if _last(path) == end]
    if plain := [path for path in prose if "." not in path and normal(path) in TEXT_NAMES]:
        return min(plain, key=lambda path: TEXT_NAMES.index(normal(path)))
    spaced = [path for path in prose if _is_prose(rows, path)]
    return named[0] if named else max(spaced, key=mean.__getitem__, default=None)


def guess_label(rows: Sequence[Mapping[str, Any]], paths: Sequence[str], text: str | None) -> str | None:
    """The path of the label: by the end of its name, where the values are short and recur."""
    usual = [path for path in paths if "." not in path and normal(path) in LABEL_NAMES[:18]]
    ends = [path for end in _LABEL_ENDS for path in paths if f".{normal(path)}".endswith(f".{end}")]
    inner = [path for name in LABEL_NAMES for path in paths if "." in path and _last(path) == name]
    for path in (*usual, *ends, *inner):
        if path != text and not _aside(path) and not _is_place(path, paths) and _recurs(rows, path):
            return path
    return None


def _aside(path: str) -> bool:
    """Whether the path is not an annotation of the text."""
    return any(normal(part) in _NOT_LABELS for part in path.split("."))


def _is_place(path: str, paths: Sequence[str]) -> bool:
    """A label of some words of the text: it has a start and an end."""
    above = path.rpartition(".")[0]
    return bool(above) and any(f"{above}.{name}" in paths for name in ("start", "start_offset", "begin"))


def _last(path: str) -> str:
    return normal(path.rpartition(".")[2])


def _values(rows: Sequence[Mapping[str, Any]], path: str) -> list[str]:
    values = (row.get(path) for row in rows)
    return [
        str(part) for value in values for part in (value if isinstance(value, list) else [value]) if part is not None
    ]


def _recurs(rows: Sequence[Mapping[str, Any]], path: str) -> bool:
    values = _values(rows, path)
    return bool(values) and max(map(len, values)) <= 60 and len(set(values)) <= max(2, len(values) // 2)


def _length(rows: Sequence[Mapping[str, Any]], path: str) -> float:
    values = [value for row in rows if isinstance(value := row.get(path), str)]
    return sum(map(len, values)) / len(values) if len(values) > len(rows) / 2 else 0


def _is_prose(rows: Sequence[Mapping[str, Any]], path: str) -> bool:
    """Values of several words that hardly recur: no name of a file, no date, no address."""
    values = _values(rows, path)[:500]
    spaced = sum(" " in value.strip() or any(c > "\u2e80" for c in value) for value in values)
    return spaced > len(values) / 2 and len(set(values)) > len(values) / 2


def shown_paths(rows: Sequence[Mapping[str, Any]], paths: Sequence[str]) -> str:
    """'data.text' ("The room was …"), 'annotations.result.value.choices' ("good")."""
    shown = [f"{path!r}{_example(rows, path)}" for path in paths[:SHOWN]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _example(rows: Sequence[Mapping[str, Any]], path: str) -> str:
    value = next(iter(_values(rows, path)), None)
    return "" if value is None else f" ({value[:24] + '…' if len(value) > 25 else value})"
