"""The input's own columns beside ours, and whether rows stand under a header."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lstmcli.cli.options.common import OUTPUT

KeepColumns = Annotated[
    bool,
    typer.Option("--keep-columns", rich_help_panel=OUTPUT, help="Keep the input's own columns.", show_default=False),
]


def header_option(show_default: str) -> Any:
    """``--output-header``; what it is where nobody says differs between commands."""
    return typer.Option(
        "--output-header/--no-output-header",
        rich_help_panel=OUTPUT,
        show_default=show_default,
        help="A first line with the names of the columns, in tsv and csv.",
    )


Header = Annotated[bool | None, header_option("csv: yes; tsv: only with --keep-columns")]
