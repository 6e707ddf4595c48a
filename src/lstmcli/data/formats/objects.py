"""How the objects of a JSON file are read: as rows of a label tool, flat where they are nested, or as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lstmcli.data.columns.names import TEXT_NAMES, normal
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.label_tools import Tool, disagreement, find_tool
from lstmcli.data.formats.nested import flat, guess_label, guess_text, is_nested, shown_paths
from lstmcli.data.formats.shapes import unwrap
from lstmcli.errors import DataError


@dataclass
class Objects:
    """How the objects of a file are read, detected from the first ones."""

    tool: Tool | None = None
    nested: bool = False
    keep: bool = False
    """Keep objects that people skipped or rejected: their texts are to be classified."""
    text: str | None = None
    label: str | None = None
    notes: list[str] = field(default_factory=list)

    def row(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """None for objects that people skipped or rejected."""
        row = unwrap(row)
        if self.tool:
            read = self.tool.read(row)
            if read is None and not self.keep:
                return None
            row = row if read is None else read
        return flat(row) if self.nested else dict(row)


def find_objects(
    rows: Sequence[Mapping[str, Any]], path: str, read: ReadConfig, *, labelled: bool | None, prefer: ReadConfig | None
) -> Objects:
    """Looks at the first rows.

    Raises:
        DataError: they are nested, and no text or no label can be found in them.
    """
    objects = Objects(keep=labelled is False)
    rows = [unwrap(row) for row in rows]
    objects.tool = find_tool(rows)
    if objects.tool:
        objects.notes = [
            part for part in (objects.tool.name, objects.tool.note, disagreement(objects.tool, rows)) if part
        ]
        objects.text, objects.label = objects.tool.text, objects.tool.label
        rows = [done for row in rows if (done := objects.tool.read(row)) is not None]
    objects.nested = is_nested(rows)
    if objects.nested and not objects.text:
        _guess(objects, [flat(row) for row in rows], path, read, labelled=labelled, prefer=prefer)
    return objects


def _guess(
    objects: Objects,
    rows: Sequence[Mapping[str, Any]],
    path: str,
    read: ReadConfig,
    *,
    labelled: bool | None,
    prefer: ReadConfig | None,
) -> None:
    paths = list(dict.fromkeys(name for row in rows for name in row))
    text = read.text_columns[0] if read.text_columns else guess_text(rows, paths)
    label = read.label_column or guess_label(rows, paths, text)
    named = bool(read.text_columns) or bool(prefer and prefer.text_columns) or (text and normal(text) in TEXT_NAMES)
    if text is None or (label is None and not named and labelled is not False):
        missing = "text" if text is None else "label"
        raise DataError(
            f"the objects are nested, and no {missing} can be told; the paths are {shown_paths(rows, paths)}",
            path=path,
            hint="name the paths with --text-column and --label-column",
        )
    objects.label = label
    if label is None or "." in text:
        objects.text = text  # else a title may stand beside it
