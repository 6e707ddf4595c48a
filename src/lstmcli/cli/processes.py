"""``lstm train`` in several processes: start them, and let only the main one talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.errors import LstmError, UsageError

if TYPE_CHECKING:
    from lstmcli.training.distributed import Group


class Silence:
    """The log of a process that is not the main one."""

    def handle(self, event: Any) -> None:
        pass

    def __enter__(self) -> Silence:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def run_in_processes(arguments: Sequence[str], wanted: str | None, sources: Sequence[str | None]) -> None:
    """Run the command in as many processes as ``--processes`` says, and exit; return if this is one of them.

    Args:
        sources: of data; several processes cannot share a pipe.

    Raises:
        UsageError: a number of processes that cannot be, or input from a pipe.
    """
    from lstmcli.training.launch import is_started, launch, processes_for, world_size

    if wanted is None and not is_started():
        return
    processes = world_size() if wanted is None else processes_for(wanted)
    if processes > 1 and (pipe := next((s for s in sources if s is not None and streams.is_live(s)), None)):
        hint = "write the text into a file first"
        raise UsageError(f"{processes} processes cannot read the same pipe, {pipe}", hint=hint)
    if is_started():
        if wanted not in (None, "auto") and processes != world_size():
            message = f"--processes {processes} contradicts torchrun, which started {world_size()}"
            raise UsageError(message, hint="leave --processes out")
        return
    if processes > 1:
        raise typer.Exit(launch(arguments, processes))


@contextmanager
def together(timeout: float) -> Iterator[Group]:
    """The processes of the training; an error that the main one reports too is not repeated by the others."""
    from lstmcli.training.launch import joined

    group: Group | None = None
    try:
        with joined(timeout) as group:
            yield group
    except LstmError as error:
        if group is None or group.main:
            raise
        if group.words.is_told(error):
            raise typer.Exit(error.exit_code) from None
        who = f"process {group.rank} of {group.world}"
        message = str(error) if str(error).startswith(who) else f"{who}: {error}"
        raise LstmError(message, hint=error.hint) from error
