"""``--keep-columns`` and ``--output-header``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lstmcli.cli.options.common import OUTPUT

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
