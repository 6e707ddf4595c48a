"""Questions on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.language import of_message
from lstmcli.cli.output.console import safe

MAX_LISTED = 30
"""Columns listed in the question."""


def is_interactive() -> bool:
    """Whether a user can see a question and answer it."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


def ask_resume(folder: Path) -> bool:
    """Ask whether to resume the run whose checkpoints are in ``folder``; without a terminal, False."""
    if not is_interactive():
        return False
    streams.say(f"{folder} has an unfinished run.")
    return bool(typer.confirm(of_message("Resume it?"), default=True, err=True))


def which_label(path: str, columns: Sequence[str]) -> str | None:
    """Ask which column holds the labels; None without a terminal or an answer."""
    if not is_interactive():
        return None
    shown = columns[:MAX_LISTED]
    lines = [f"  {number}  {safe(name)}" for number, name in enumerate(shown, 1)]
    print(of_message(f"{safe(path)}: which column holds the label?"), *lines, sep="\n", file=sys.stderr)
    while True:
        print(of_message("number or name (empty to cancel)"), end=": ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline().strip()
        if not answer:
            return None
        if answer in columns:
            return answer
        if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(shown):
            return shown[int(answer[:9]) - 1]
        streams.say(f"no such column: {safe(answer)!r}")
