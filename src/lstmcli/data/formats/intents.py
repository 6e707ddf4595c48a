"""Intents with examples below them, as Rasa has them: YAML, and Markdown of its first versions.

Only this one shape of YAML is read, line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.table import Row, Table

_HEAD = re.compile(r"\s*-\s*intent:\s*(\S.*?)\s*$|##\s*intent:\s*(\S.*?)\s*$")
_OTHER = re.compile(r"\s*-?\s*(?:synonym|regex|lookup|story|rule|action|entity|slot):|##|[A-Za-z_]+:\s*\S*\s*$")
_ITEM = re.compile(r"\s*-\s+(\S.*?)\s*$")
_EXAMPLES = re.compile(r"\s+examples:")
_ENTITY = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\})")


def has_intents(file: Opening) -> bool:
    """Whether two intents or more have examples below."""
    return file.labelled is not False and len({label for _, _, label in _examples(file.head)}) >= 2


def _examples(lines: Iterator[str] | Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Line, text and intent; marks of entities are taken off."""
    intent, inside = "", False
    for number, line in enumerate(lines, 1):
        if head := _HEAD.match(line):
            intent, inside = (head[1] or head[2]).strip("\"'"), head[2] is not None
        elif _EXAMPLES.match(line):
            inside = bool(intent)
        elif _OTHER.match(line):
            intent, inside = "", False
        elif inside and (item := _ITEM.match(line)):
            yield number, _ENTITY.sub(r"\1", item[1]), intent


def open_intents(file: Opening) -> Table:
    """One row an example."""
    lines = TextLines(file.source, file.encoding)

    def rows() -> Iterator[Row]:
        for number, text, label in _examples(iter(lines)):
            yield Row(number, file.source.path, {"text": text, "label": label})
        table.warnings[:] = lines.warnings()

    table = Table(
        INTENTS,
        ("text", "label"),
        rows,
        text_columns=("text",),
        label_column="label",
        encoding=lines.encoding.label,
        notes=["texts below '- intent:' or '## intent:'", lines.encoding.label],
    )
    return table


INTENTS = Format("intents", "intents with examples", open_intents, has_intents, chosen_columns=False)
