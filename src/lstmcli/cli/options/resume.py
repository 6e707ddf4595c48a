"""An unfinished run where a model is to go: whether to go on with it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from lstmcli.cli.io import streams
from lstmcli.errors import LstmError, OutputError


def goes_on(target: Path, *, resume: bool, force: bool) -> bool:
    """Whether the run to come continues the one that was to end at ``target``; asks on a terminal.

    Raises:
        OutputError: there is an unfinished run and nobody said what to do with it.
    """
    from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints

    place = checkpoint_folder(target)
    if resume or force or not has_checkpoints(place):
        return resume
    if sys.stdin.isatty() and sys.stderr.isatty():
        typer.echo(f"{place}: a run was not finished.", err=True)
        if typer.confirm("Go on with it?", default=True, err=True):
            return True
    raise OutputError("a run was not finished", path=place, hint="go on with --resume, or begin anew with --force")


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


def is_its_model(target: Path) -> bool:
    """Whether the model at ``target`` is what an unfinished run had saved, so that going on may replace it."""
    from lstmcli.model_dir.directory import read_model
    from lstmcli.training.derived import INCOMPLETE

    try:
        return read_model(target).config.get("stopped") in ("interrupted", INCOMPLETE)
    except LstmError:
        return False


def interval(text: str) -> float:
    """Seconds between checkpoints; infinite for ``never``.  Raises: UsageError."""
    from lstmcli.options import seconds

    return math.inf if text == "never" else seconds(text, "--checkpoint-every")
