"""Intents with examples below them, as Rasa has them: YAML, and Markdown of its first versions.

Only this one shape of YAML is read, line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.table import Table

_HEAD = re.compile(r"\s*-\s*intent:\s*(\S.*?)\s*$|##\s*intent:\s*(\S.*?)\s*$")
_OTHER = re.compile(r"\s*-?\s*(?:synonym|regex|lookup|story|rule|action|entity|slot):|##|[A-Za-z_]+:\s*\S*\s*$")
_ITEM = re.compile(r"\s*-\s+(\S.*?)\s*$")
_EXAMPLES = re.compile(r"\s+examples:")
_ENTITY = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\})")


def has_intents(file: Opening) -> bool:
    """Whether two intents or more have examples below."""
    return file.labelled is not False and len({cells["label"] for _, cells in _examples(file.head)}) >= 2


def _examples(lines: Iterable[str]) -> Iterator[Cells]:
    """The examples, without the marks of entities, and their intents."""
    intent, inside = "", False
    for number, line in enumerate(lines, 1):
        if head := _HEAD.match(line):
            intent, inside = (head[1] or head[2]).strip("\"'"), head[2] is not None
        elif _EXAMPLES.match(line):
            inside = bool(intent)
        elif _OTHER.match(line):
            intent, inside = "", False
        elif inside and (item := _ITEM.match(line)):
            yield number, {"text": _ENTITY.sub(r"\1", item[1]), "label": intent}


def open_intents(file: Opening) -> Table:
    """One row per example."""
    return file.table(INTENTS, ("text", "label"), _examples, notes=["texts below '- intent:' or '## intent:'"])


INTENTS = Format("intents", "intents with examples", open_intents, has_intents, chosen_columns=False)
