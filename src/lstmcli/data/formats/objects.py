"""Rows from JSON objects: those of label tools, nested ones, and plain ones.

A nested object becomes flat: each value has its path as a name (``data.text``, ``annotations.result.value``).  A path
walks through lists, too: what is found in each element is one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, normal
from lstmcli.data.columns.pair_names import language
from lstmcli.data.columns.soft import soft_objects
from lstmcli.data.formats.format import Opening
from lstmcli.data.formats.label_tools import Object, Tool, find_tool
from lstmcli.data.formats.shapes import unwrap
from lstmcli.errors import DataError

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


@dataclass
class Objects:
    """How the objects of a file are read, detected from the first ones."""

    tool: Tool | None = None
    nested: bool = False
    keep: bool = False  # keep objects that people skipped or rejected: their texts are to be classified
    text: str | None = None
    label: str | None = None
    soft: tuple[str, ...] = ()  # names of objects that hold probabilities of labels
    notes: list[str] = field(default_factory=list)

    def row(self, row: Object) -> dict[str, Any] | None:
        """None for objects that people skipped or rejected."""
        row = unwrap(row)
        if self.tool:
            read = self.tool.row(row)
            if read is None and not self.keep:
                return None
            row = row if read is None else read
        soft = {name: row[name] for name in self.soft if name in row}
        if soft:
            row = {name: value for name, value in row.items() if name not in soft}
        return {**flat(row), **soft} if self.nested else {**row, **soft}


def find_objects(rows: Sequence[Object], file: Opening) -> Objects:
    """Detect how to read the objects of a file from some of them.

    Raises:
        DataError: they are nested, and no text or no label can be found in them.
    """
    objects = Objects(keep=file.labelled is False)
    rows = [unwrap(row) for row in rows]
    if tool := find_tool(rows):
        objects = Objects(tool, keep=objects.keep, text=tool.text, label=tool.label)
        objects.notes = [part for part in (tool.name, tool.note) if part]
        rows = [done for row in rows if (done := tool.row(row)) is not None]
    if file.read.soft_labels and not tool:
        objects.soft = soft_objects(rows)
        rows = [{name: value for name, value in row.items() if name not in objects.soft} for row in rows]
    objects.nested = _is_nested(rows)
    if objects.nested and not objects.text:
        objects.text, objects.label = _find_paths([flat(row) for row in rows], file)
    return objects


def _find_paths(rows: Sequence[Object], file: Opening) -> tuple[str | None, str | None]:
    """The paths of the text and of the label; no text if columns are to be chosen by their names, as of a title."""
    read, prefer = file.read, file.prefer
    paths = list(dict.fromkeys(name for row in rows for name in row))
    if file.labelled is None and not (read.text_columns or read.label_column) and _are_sides(paths):
        return None, None
    text = read.text_columns[0] if read.text_columns else _guess_text(rows, paths)
    label = read.label_column or _guess_label(rows, paths, text)
    named = bool(read.text_columns) or bool(prefer and prefer.text_columns) or (text and normal(text) in TEXT_NAMES)
    if text is None or (label is None and not named and file.labelled is not False):
        missing = "text" if text is None else "label"
        message = f"the objects are nested, and no {missing} can be told; the paths are {_shown_paths(rows, paths)}"
        hint = "name the paths with --text-column and --label-column"
        raise DataError(message, path=file.source.path, hint=hint)
    return (text if label is None or "." in text else None), label


def _are_sides(paths: Sequence[str]) -> bool:
    """Whether one object holds a text in two languages, as ``{"translation": {"de": …, "en": …}}`` does."""
    above = [path.rpartition(".")[0] for path in paths if "." in path and language(path)]
    return len(above) > 1 and len(set(above)) == 1


# Nested objects


def _is_nested(rows: Iterable[Object]) -> bool:
    return any(isinstance(value, dict) or _holds_objects(value) for row in rows for value in row.values())


def flat(row: Object) -> dict[str, Any]:
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


def _guess_text(rows: Sequence[Object], paths: Sequence[str]) -> str | None:
    """The path of the text: by the end of its name, else the longest; never a list of names or addresses."""
    mean = {path: _length(rows, path) for path in paths if not _aside(path)}
    prose = [path for path, length in mean.items() if length >= 10]
    named = [path for end in _TEXT_ENDS for path in prose if _last(path) == end]
    if plain := [path for path in prose if "." not in path and normal(path) in TEXT_NAMES]:
        return min(plain, key=lambda path: TEXT_NAMES.index(normal(path)))
    spaced = [path for path in prose if _is_prose(rows, path)]
    return named[0] if named else max(spaced, key=mean.__getitem__, default=None)


def _guess_label(rows: Sequence[Object], paths: Sequence[str], text: str | None) -> str | None:
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


def _values(rows: Sequence[Object], path: str) -> list[str]:
    values = (row.get(path) for row in rows)
    return [
        str(part) for value in values for part in (value if isinstance(value, list) else [value]) if part is not None
    ]


def _recurs(rows: Sequence[Object], path: str) -> bool:
    values = _values(rows, path)
    return bool(values) and max(map(len, values)) <= 60 and len(set(values)) <= max(2, len(values) // 2)


def _length(rows: Sequence[Object], path: str) -> float:
    values = [value for row in rows if isinstance(value := row.get(path), str)]
    return sum(map(len, values)) / len(values) if len(values) > len(rows) / 2 else 0


def _is_prose(rows: Sequence[Object], path: str) -> bool:
    """Values of several words that hardly recur: no name of a file, no date, no address."""
    values = _values(rows, path)[:500]
    spaced = sum(" " in value.strip() or any(c > "\u2e80" for c in value) for value in values)
    return spaced > len(values) / 2 and len(set(values)) > len(values) / 2


def _shown_paths(rows: Sequence[Object], paths: Sequence[str]) -> str:
    """'data.text' ("The room was …"), 'annotations.result.value.choices' ("good")."""
    shown = [f"{path!r}{_example(rows, path)}" for path in paths[:SHOWN]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _example(rows: Sequence[Object], path: str) -> str:
    value = next(iter(_values(rows, path)), None)
    return "" if value is None else f" ({value[:24] + '…' if len(value) > 25 else value})"
