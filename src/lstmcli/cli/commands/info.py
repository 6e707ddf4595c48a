"""``lstm info``: describe a model and check its files."""

from __future__ import annotations

import typer

from lstmcli.cli.options import common as o
from lstmcli.cli.output import tables
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def info(where: o.ModelArgument = None, model: o.SameModel = None, format: o.TableOrJson = "table") -> None:
    """Show what a model is, how it was trained and how well it did, and check its files for damage."""
    from lstmcli.model_dir.directory import default_model_path
    from lstmcli.model_dir.info import info as describe

    model_info = describe(default_model_path(None, where or model))
    write(model_info, tables.INFO, format)
