"""What ``lstm export`` has written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lstmcli.cli.language import of_composed, of_display
from lstmcli.cli.output.console import facts, size
from lstmcli.cli.output.writer import Layout, Shape
from lstmcli.exporting.results import Exported, ExportedFile, Pushed

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

AS = "as {}"


def exported(result: Exported, out: Console) -> list[RenderableType]:
    """The files with their sizes."""
    return [
        of_composed(f"{result.output}: {result.model} {of_display(AS.format(result.to))}"),
        "",
        facts(_files(result.files), out),
    ]


def pushed(result: Pushed, out: Console) -> list[RenderableType]:
    """The files with their sizes, and how to use the model."""
    use = of_display(f"use it anywhere with -m hub:{result.repository}@{result.revision}")
    return [f"{result.url}: {result.model}", "", facts(_files(result.files), out), "", use]


def _files(files: Iterable[ExportedFile]) -> dict[str, str]:
    return {file.name: f"{of_display(file.about)}, {size(file.bytes)}" for file in files}


EXPORTED = Layout(Shape(Exported), table=exported)
PUSHED = Layout(Shape(Pushed), table=pushed)
