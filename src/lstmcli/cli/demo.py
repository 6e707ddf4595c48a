"""``lstm demo``."""

from __future__ import annotations

import typer

from lstmcli.cli.helptext import Command

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def demo() -> None:
    """To come."""
