"""Rows of label tools that are no plain rows: what people have accepted, cancelled or chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

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
    for tool, is_row in _TOOLS:
        if some and sum(is_row(row) for row in some) >= 0.8 * len(some):
            return tool
    return None


def _is_studio(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations", row.get("completions")), list)


def _studio(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A task of Label Studio with what people have chosen; without it, it is not labelled yet."""
    done = row.get("annotations", row.get("completions")) or []
    kept = [one for one in done if isinstance(one, dict) and not one.get("was_cancelled") and one.get("result")]
    name = "annotations" if "annotations" in row else "completions"
    return {"data": row["data"], name: [{"result": one["result"]} for one in kept]} if kept else None


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
