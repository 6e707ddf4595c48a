"""Where prompts come from: an argument, stdin, or somebody who is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from lstmcli.cli import streams
from lstmcli.config import ReadConfig
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from lstmcli.cli.inputs import Input


def one(prompt: str | None, encoding: str | None) -> str:
    """The prompt as given, or all of stdin but for the line end that closes it."""
    if prompt is not None and prompt != "-":
        return prompt
    if prompt is None and (sys.stdin is None or sys.stdin.isatty()):
        return ""
    if sys.stdin is None:
        raise UsageError("stdin (`-`) is closed")
    return "\n".join(_texts(encoding))


def lines(encoding: str | None, quiet: bool) -> Iterable[Input]:
    """The lines of stdin, each as soon as it is there."""
    from lstmcli.cli.inputs import Inputs

    read = ReadConfig(input_format="text", encoding=encoding)
    return Inputs(["-"], [], read, prefer=ReadConfig(), labelled=False, quiet=quiet)


def _texts(encoding: str | None) -> Iterator[str]:
    return (record.text for source in lines(encoding, quiet=True) for record in source.records)


def asking() -> Callable[[], str | None]:
    """Reads a prompt; None when there are no more."""
    if sys.stdin is None:
        raise UsageError("stdin is closed")
    if not sys.stdin.isatty():
        arriving = _texts(None)
        return lambda: next(arriving, None)

    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  input() takes line editing and history from it

    def ask() -> str | None:
        asked = "> " if sys.stdout.isatty() else ""  # which would come out among the data else
        if not asked:
            print("> ", end="", file=sys.stderr, flush=True)
        try:
            return input(asked)
        except EOFError:
            streams.say("")
            return None

    return ask
