"""What ``lstm export`` has written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstmcli.cli.output.console import facts, size
from lstmcli.cli.output.writer import Layout, Shape
from lstmcli.exporting.results import Exported

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def exported(result: Exported, out: Console) -> list[RenderableType]:
    """The files with their sizes."""
    rows = {file.name: f"{file.about}, {size(file.bytes)}" for file in result.files}
    return [f"{result.output}: {result.model} as {result.to}", "", facts(rows, out)]


EXPORTED = Layout(Shape(Exported), table=exported)
