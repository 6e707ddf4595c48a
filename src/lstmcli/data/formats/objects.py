"""Rows from JSON objects: those of label tools, nested ones, and plain ones.

A nested object becomes flat: each value has its path as a name (``data.text``, ``annotations.result.value``).  A path
walks through lists, too: what is found in each element is one list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lstmcli.data.columns.names import LABEL_NAMES, TEXT_NAMES, normal
from lstmcli.data.formats.format import Opening
from lstmcli.data.formats.shapes import unwrap
from lstmcli.errors import DataError
from lstmcli.plural import count

Object = Mapping[str, Any]
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


class Tool(NamedTuple):
    """A label tool, whose objects also tell what people accepted, cancelled or chose."""

    name: str
    is_row: Callable[[Object], bool]
    read: Callable[[Object], dict[str, Any] | None]  # a row as it is used; None if people left it out
    text: str | None = None
    label: str | None = None
    note: str = ""

    def row(self, row: Object) -> dict[str, Any] | None:
        """The row as it is used; None for one that the tool did not write, too."""
        return self.read(row) if self.is_row(row) else None


@dataclass
class Objects:
    """How the objects of a file are read, detected from the first ones."""

    tool: Tool | None = None
    nested: bool = False
    keep: bool = False  # keep objects that people skipped or rejected: their texts are to be classified
    text: str | None = None
    label: str | None = None
    notes: list[str] = field(default_factory=list)

    def row(self, row: Object) -> dict[str, Any] | None:
        """None for objects that people skipped or rejected."""
        row = unwrap(row)
        if self.tool:
            read = self.tool.row(row)
            if read is None and not self.keep:
                return None
            row = row if read is None else read
        return flat(row) if self.nested else dict(row)


def find_objects(rows: Sequence[Object], file: Opening) -> Objects:
    """Detect how to read the objects of a file from some of them.

    Raises:
        DataError: they are nested, and no text or no label can be found in them.
    """
    objects = Objects(keep=file.labelled is False)
    rows = [unwrap(row) for row in rows]
    some = rows[:200]
    for tool in _TOOLS:
        if some and sum(tool.is_row(row) for row in some) >= 0.8 * len(some):
            tool = _of_one_label(tool, some)
            objects = Objects(tool, keep=objects.keep, text=tool.text, label=tool.label)
            objects.notes = [part for part in (tool.name, tool.note, _disagreement(tool, rows)) if part]
            rows = [done for row in rows if (done := tool.row(row)) is not None]
            break
    objects.nested = _is_nested(rows)
    if objects.nested and not objects.text:
        objects.text, objects.label = _find_paths([flat(row) for row in rows], file)
    return objects


def _find_paths(rows: Sequence[Object], file: Opening) -> tuple[str | None, str | None]:
    """The paths of the text and of the label; no text if columns are to be chosen by their names, as of a title."""
    read, prefer = file.read, file.prefer
    paths = list(dict.fromkeys(name for row in rows for name in row))
    text = read.text_columns[0] if read.text_columns else _guess_text(rows, paths)
    label = read.label_column or _guess_label(rows, paths, text)
    named = bool(read.text_columns) or bool(prefer and prefer.text_columns) or (text and normal(text) in TEXT_NAMES)
    if text is None or (label is None and not named and file.labelled is not False):
        missing = "text" if text is None else "label"
        message = f"the objects are nested, and no {missing} can be told; the paths are {_shown_paths(rows, paths)}"
        hint = "name the paths with --text-column and --label-column"
        raise DataError(message, path=file.source.path, hint=hint)
    return (text if label is None or "." in text else None), label


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


# The label tools


def _is_studio(row: Object) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations", row.get("completions")), list)


def _studio(row: Object) -> dict[str, Any] | None:
    """A task of Label Studio with what people have chosen; without that, it is not labelled yet."""
    name = "annotations" if "annotations" in row else "completions"
    done = [one for one in row[name] if isinstance(one, dict)]
    kept = [{"result": one["result"]} for one in done if not one.get("was_cancelled") and one.get("result")]
    return {"data": row["data"], name: kept} if kept else None


def _disagreement(tool: Tool, rows: Sequence[Object]) -> str:
    """What to say of tasks that several people answered differently."""
    tasks = [task for row in rows if (task := _studio(row))] if tool.read is _studio else []
    answers = [task.get("annotations") or task["completions"] for task in tasks]
    values = [[[part.get("value") for part in one["result"]] for one in own] for own in answers]
    differ = sum(any(value != own[0] for value in own) for own in values)
    return f"{count(differ, 'task')} with answers that differ, all of which are taken" if differ else ""


def _is_studio_min(row: Object) -> bool:
    return "annotation_id" in row and "lead_time" in row


def _studio_min(row: Object) -> dict[str, Any]:
    """A row of Label Studio's JSON-MIN, where one choice is a string and several are an object."""
    several = {name for name, value in row.items() if isinstance(value, dict) and set(value) == {"choices"}}
    return {name: value["choices"] if name in several else value for name, value in row.items()}


def _is_prodigy(row: Object) -> bool:
    tasks = not row.keys().isdisjoint(("_input_hash", "_task_hash", "label", "accept"))
    return row.get("answer") in ("accept", "reject", "ignore") and tasks and "spans" not in row


def _prodigy(row: Object) -> dict[str, Any] | None:
    label = row["accept"] if "accept" in row else row.get("label")
    return {"text": row.get("text"), "label": label} if row["answer"] == "accept" else None


def _prodigy_answer(row: Object) -> dict[str, Any] | None:
    return None if row["answer"] == "ignore" else {"text": row.get("text"), "label": row["answer"]}


def _of_one_label(tool: Tool, rows: Sequence[Object]) -> Tool:
    """The tool; of a Prodigy file that asks of every text for the same label, the answers are the classes."""
    answered = [row for row in rows if row.get("answer") in ("accept", "reject")]
    labels = {str(row.get("label")) for row in answered if "accept" not in row}
    if tool.read is not _prodigy or len(labels) != 1 or len({row["answer"] for row in answered}) < 2:
        return tool
    note = f"one label, {labels.pop()!r}: the answers, accept and reject, are the classes"
    return tool._replace(read=_prodigy_answer, note=note)


def _is_cats(row: Object) -> bool:
    return isinstance(row.get("cats"), dict) or (isinstance(row.get("2"), dict) and "cats" in row["2"])


def _cats(row: Object) -> dict[str, Any]:
    cats = row["cats"] if "cats" in row else row["2"]["cats"]
    on = [name for name, value in cats.items() if isinstance(value, (bool, int, float)) and value >= 0.5]
    return {"text": row.get("text", row.get("1")), "label": on}


def _is_chat(row: Object) -> bool:
    turns = row.get("messages")
    return isinstance(turns, list) and any(isinstance(t, dict) and t.get("role") == "assistant" for t in turns)


def _chat(row: Object) -> dict[str, Any]:
    """A conversation that asks for a label: what the user says, and the last answer."""
    said = [str(turn.get("content")) for turn in row["messages"] if turn.get("role") == "user"]
    answers = [turn.get("content") for turn in row["messages"] if turn.get("role") == "assistant"]
    return {"text": "\n".join(said), "label": answers[-1] if answers else None}


_TOOLS = (
    Tool("Label Studio", _is_studio, _studio),
    Tool("Label Studio", _is_studio_min, _studio_min),
    Tool("Prodigy", _is_prodigy, _prodigy, "text", "label", "rows whose answer is not accept are left out"),
    Tool("spaCy", _is_cats, _cats, "text", "label", "labels are the cats of 0.5 and more"),
    Tool("chat messages", _is_chat, _chat),
)
