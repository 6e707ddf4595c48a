"""``lstm info``: what a model is, how it was trained, how well it did."""

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
            metavar="MODEL", show_default="$LSTM_MODEL, else the one in lstm-model", help="The model's directory."
        ),
    ] = None,
    model: o.ModelPath = None,
    format: Annotated[
        Literal["table", "json"], typer.Option("--format", metavar="table|json", help="json: one object.")
    ] = "table",
) -> None:
    """Show what a model is, how it was trained and how well it did, and check that its files are whole."""
    from lstmcli.model_dir.directory import default_model_path
    from lstmcli.model_dir.info import info as describe

    found = describe(default_model_path(None, where or model))
    write(found, tables.INFO, format)
