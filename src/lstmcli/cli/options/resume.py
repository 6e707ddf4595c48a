"""Unfinished training runs: asking whether to resume, and saying how."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from lstmcli.cli.io import streams


def ask_resume(place: Path) -> bool:
    """Ask on a terminal whether to resume the run whose checkpoints are in ``place``; elsewhere, False."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    typer.echo(f"{place} has an unfinished run.", err=True)
    return bool(typer.confirm("Resume it?", default=True, err=True))


@contextmanager
def hint_on_abort(target: Path) -> Iterator[None]:
    """If a second Ctrl-C or SIGTERM ends training at once, say how to resume it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints

        if has_checkpoints(checkpoint_folder(target)):
            streams.say(
                f"the checkpoint in {checkpoint_folder(target)} is kept; repeat the command with --resume to continue"
            )
        raise
