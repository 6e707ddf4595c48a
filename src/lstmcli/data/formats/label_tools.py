"""Rows of label tools that are no plain rows: what people have accepted, cancelled or chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lstmcli.plural import count

Read = Callable[[Mapping[str, Any]], "dict[str, Any] | None"]
"""A row as it is used; None where people have left it out."""


class Tool(NamedTuple):
    name: str
    read: Read
    text: str | None = None
    label: str | None = None
    note: str = ""


def find_tool(rows: Sequence[Mapping[str, Any]]) -> Tool | None:
    """The tool that has written these rows."""
    some = rows[:200]
    found = next((tool for tool, is_row in _TOOLS if some and sum(map(is_row, some)) >= 0.8 * len(some)), None)
    labels = {str(row.get("label")) for row in some if "accept" not in row and row.get("answer") != "ignore"}
    if found and found.read is _prodigy and len(labels) == 1 and {row.get("answer") for row in some} > {"accept"}:
        note = f"one label, {labels.pop()!r}: the answers, accept and reject, are the classes"
        return found._replace(read=_prodigy_binary, note=note)
    return found


def _is_studio(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations", row.get("completions")), list)


def _studio(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A task of Label Studio with what people have chosen; without it, it is not labelled yet."""
    done = row.get("annotations", row.get("completions")) or []
    kept = [one for one in done if isinstance(one, dict) and not one.get("was_cancelled") and one.get("result")]
    name = "annotations" if "annotations" in row else "completions"
    return {"data": row["data"], name: [{"result": one["result"]} for one in kept]} if kept else None


def disagreement(tool: Tool, rows: Sequence[Mapping[str, Any]]) -> str:
    """What to say of tasks that several people answered, and not in the same way."""
    if tool.read is not _studio:
        return ""
    tasks = [row for row in map(_studio, rows) if row]
    answers = [next(row[name] for name in ("annotations", "completions") if name in row) for row in tasks]
    values = [
        [[part.get("value") for part in one["result"] if isinstance(part, dict)] for one in own] for own in answers
    ]
    differ = sum(any(value != own[0] for value in own) for own in values)
    return f"{count(differ, 'task')} with answers that differ, all of which are taken" if differ else ""


def _is_studio_min(row: Mapping[str, Any]) -> bool:
    return "annotation_id" in row and "lead_time" in row


def _studio_min(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A row of Label Studio's JSON-MIN, where one choice is a string and several are an object."""
    return {name: _choices(value) for name, value in row.items()}


def _choices(value: Any) -> Any:
    return value["choices"] if isinstance(value, dict) and set(value) == {"choices"} else value


def _is_prodigy(row: Mapping[str, Any]) -> bool:
    tasks = "_input_hash" in row or "_task_hash" in row or "label" in row or "accept" in row
    return row.get("answer") in ("accept", "reject", "ignore") and tasks and "spans" not in row


def _prodigy(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["answer"] != "accept":
        return None
    label = row["accept"] if "accept" in row else row.get("label")
    return {"text": row.get("text"), "label": label}


def _prodigy_binary(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A row of a file that asks of every text whether it has one and the same label."""
    return None if row["answer"] == "ignore" else {"text": row.get("text"), "label": row["answer"]}


def _is_cats(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("cats"), dict) or (isinstance(row.get("2"), dict) and "cats" in row["2"])


def _cats(row: Mapping[str, Any]) -> dict[str, Any] | None:
    cats = row["cats"] if "cats" in row else row["2"]["cats"]
    text = row.get("text", row.get("1"))
    return {"text": text, "label": [name for name, value in cats.items() if _number(value) >= 0.5]}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (bool, int, float)) else 0.0


def _is_chat(row: Mapping[str, Any]) -> bool:
    turns = row.get("messages")
    return isinstance(turns, list) and any(isinstance(t, dict) and t.get("role") == "assistant" for t in turns)


def _chat(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A conversation that asks for a label: what the user says, and the last answer."""
    said = [str(turn.get("content")) for turn in row["messages"] if turn.get("role") == "user"]
    answers = [turn.get("content") for turn in row["messages"] if turn.get("role") == "assistant"]
    return {"text": "\n".join(said), "label": answers[-1] if answers else None}


_TOOLS: tuple[tuple[Tool, Callable[[Mapping[str, Any]], bool]], ...] = (
    (Tool("Label Studio", _studio), _is_studio),
    (Tool("Label Studio", _studio_min), _is_studio_min),
    (Tool("Prodigy", _prodigy, "text", "label", "rows whose answer is not accept are left out"), _is_prodigy),
    (Tool("spaCy", _cats, "text", "label", "labels are the cats of 0.5 and more"), _is_cats),
    (Tool("chat messages", _chat), _is_chat),
)
