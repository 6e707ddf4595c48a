"""Prompts: from an argument, a file, stdin or an interactive session."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lstmcli.cli.io import streams
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from lstmcli.cli.io.inputs import Input


def one(prompt: str | None, encoding: str | None) -> str:
    """The prompt argument, or all of stdin without its final line end."""
    if prompt is not None and prompt != "-":
        return prompt
    if prompt is None and (sys.stdin is None or sys.stdin.isatty()):
        return ""
    if sys.stdin is None:
        raise UsageError("stdin (`-`) is closed")

    from lstmcli.data.bounds import prompt_of

    return prompt_of(_texts(encoding), "standard input")


def each(file: str | None, read: ReadConfig, keep_columns: bool, quiet: bool) -> Iterable[Input]:
    """The prompts of a file or of stdin, as they arrive: one per line, unless ``read`` names another format."""
    from lstmcli.cli.io.inputs import Inputs

    if file is None and read.input_format is None:
        read = replace(read, input_format="text")
    spec = "-" if file is None else file
    return Inputs([spec], [], read, prefer=ReadConfig(), labelled=False, keep_columns=keep_columns, quiet=quiet)


def _texts(encoding: str | None) -> Iterator[str]:
    sources = each(None, ReadConfig(encoding=encoding), keep_columns=False, quiet=True)
    return (record.text for source in sources for record in source.records)


def prompt_reader() -> Callable[[], str | None]:
    """A function that reads the next prompt; None at the end."""
    if sys.stdin is None:
        raise UsageError("stdin is closed")
    if not sys.stdin.isatty():
        texts = _texts(None)
        return lambda: next(texts, None)

    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  gives input() line editing and history

    def ask() -> str | None:
        sign = "> " if sys.stdout.isatty() else ""  # input() writes it to stdout, among the data
        if not sign:
            print("> ", end="", file=sys.stderr, flush=True)
        try:
            return input(sign)
        except EOFError:
            streams.say("")
            return None

    return ask
