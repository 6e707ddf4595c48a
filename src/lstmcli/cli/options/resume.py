"""An unfinished run where a model is to go: whether to go on with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from lstmcli.cli.io import streams


def ask_resume(place: Path) -> bool:
    """Whether to go on with the run whose checkpoints are in ``place``; nobody is asked but on a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    typer.echo(f"{place}: a run was not finished.", err=True)
    return bool(typer.confirm("Go on with it?", default=True, err=True))


@contextmanager
def torn_off(target: Path) -> Iterator[None]:
    """Says how to go on where a second Ctrl-C or SIGTERM ends a training at once."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints

        if has_checkpoints(checkpoint_folder(target)):
            streams.say(
                f"the checkpoint in {checkpoint_folder(target)} is kept: the same command with --resume goes on from it"
            )
        raise
