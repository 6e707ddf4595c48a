"""The input's own columns beside ours, and whether rows stand under a header."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import typer

from lstmcli.cli.options.common import OUTPUT
from lstmcli.cli.output.console import to_json

KeepColumns = Annotated[
    bool,
    typer.Option("--keep-columns", rich_help_panel=OUTPUT, help="Add the columns of the input.", show_default=False),
]


def header_option(show_default: str) -> Any:
    """``--output-header``; the default differs between commands."""
    return typer.Option(
        "--output-header/--no-output-header",
        rich_help_panel=OUTPUT,
        show_default=show_default,
        help="Whether tsv and csv start with a header line.",
    )


Header = Annotated[bool | None, header_option("csv: yes; tsv: only with --keep-columns")]


def is_headed(header: bool | None, format: str, keep_columns: bool) -> bool:
    """Whether rows come under a header: as asked, else where there was always one or the columns are the input's."""
    return (format == "csv" or keep_columns) if header is None else header


def kept(columns: Mapping[str, Any], ours: Collection[str]) -> dict[str, Any]:
    """The input's columns; one that has the name of a column of ours is called ``original_NAME``."""
    return {f"original_{name}" if name in ours else name: value for name, value in columns.items()}


def cell(value: Any) -> str:
    """A value of the input as one field."""
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value)
