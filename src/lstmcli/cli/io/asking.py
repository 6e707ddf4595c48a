"""Questions on a terminal, where somebody is there to answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lstmcli.cli.output.console import safe

MAX_ASKED = 30
"""Columns that are listed."""


def somebody_is_there() -> bool:
    """Whether a question is seen and can be answered."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


def which_label(path: str, columns: Sequence[str]) -> str | None:
    """Asks which column holds the label; None where nobody answers."""
    if not somebody_is_there():
        return None
    shown = columns[:MAX_ASKED]
    lines = [f"  {number}  {safe(name)}" for number, name in enumerate(shown, 1)]
    print(f"{safe(path)}: which column holds the label?", *lines, sep="\n", file=sys.stderr)
    while True:
        print("number or name (nothing: end): ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline().strip()
        if not answer:
            return None
        if answer in columns:
            return answer
        if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(shown):
            return shown[int(answer[:9]) - 1]
        print(f"there is no {safe(answer)!r}", file=sys.stderr)
