"""The objects that label tools write, which also tell what people accepted, cancelled or chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lstmcli.plural import count

Object = Mapping[str, Any]


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


def find_tool(rows: Sequence[Object]) -> Tool | None:
    """The tool that wrote most of the rows, with notes on them."""
    some = rows[:200]
    for tool in _TOOLS:
        if some and sum(tool.is_row(row) for row in some) >= 0.8 * len(some):
            tool = _of_one_label(tool, some)
            return tool._replace(note=", ".join(part for part in (tool.note, _disagreement(tool, rows)) if part))
    return None


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
