"""``lstm info``: describe a model and check its files."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from lstmcli.cli.options import common as o
from lstmcli.cli.output import tables
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def info(
    where: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL", show_default="$LSTM_MODEL, else the one in lstm-model", help="Model directory."
        ),
    ] = None,
    model: Annotated[
        str | None, o.MAIN.option("--model -m", "DIR", "Same as the MODEL argument.", show_default=False)
    ] = None,
    format: Annotated[Literal["table", "json"], o.MAIN.option("--format", "table|json", "Output format.")] = "table",
) -> None:
    """Show what a model is, how it was trained and how well it did, and check its files for damage."""
    from lstmcli.model_dir.directory import default_model_path
    from lstmcli.model_dir.info import info as describe

    model_info = describe(default_model_path(None, where or model))
    write(model_info, tables.INFO, format)
