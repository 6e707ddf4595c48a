"""Help pages as plain text: sections by panel, two columns where there is room, one where there is not.

Typer's Rich pages cost an import of Rich on every ``--help`` and do not fit a narrow window.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import textwrap
from collections.abc import Mapping
from typing import Any, TextIO

from lstmcli.cli.io.streams import fitted, window_width

INDENT = "  "
WIDEST = 25
"""A longer name stands on a line of its own, so that it does not narrow the text of all others."""


def page(command: Any, ctx: Any, commands: Mapping[str, str] | None = None, also: Any = None) -> str:
    """The help of a command.

    Args:
        commands: the names and one-line helps of its sub-commands.
        also: another form of the command, which has options of its own.
    """
    width = max(16, min(window_width(), 100) - 1)
    panels = _panels(command, ctx)
    parts = [_usage(command, ctx, width), _prose(command.help or "", width)]
    if commands:
        parts.append(_section("Commands", list(commands.items()), width))
    parts += [_section(title, rows, width) for title, rows in panels.items()]
    if also is not None:
        parts[0] += "\n" + _usage(also, ctx, width).replace("Usage:", "or:   ", 1)
        parts.append(_prose(also.help or "", width))
        shown = {row for rows in panels.values() for row in rows}
        for title, rows in _panels(also, ctx).items():
            if own := [row for row in rows if row not in shown]:
                parts.append(_section(title, own, width))
    if command.epilog:
        parts.append(command.epilog)
    return fitted("\n\n".join(part for part in parts if part) + "\n")  # Typer writes UTF-8 where ASCII is asked for


def _usage(command: Any, ctx: Any, width: int) -> str:
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(ctx)]
    return textwrap.fill(" ".join(["Usage:", ctx.command_path, *pieces]), width, subsequent_indent=INDENT)


def _panels(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Section title to (option, help) rows; what has no panel of its own comes first."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            usual = "Arguments" if param.param_type_name == "argument" else "Options"
            title = getattr(param, "rich_help_panel", None) or usual
            name, text = record
            if param.param_type_name == "argument":
                name, text = name.split(" <")[0], text.replace("  [required]", "")
            panels.setdefault(title, []).append((name, re.sub(r"\[default: \((.*)\)\]$", r"[default: \1]", text)))
    return panels


def sections(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """The sections of a help page, for documentation; what only another form of the command has comes last."""
    found = _panels(command, ctx)
    shown = {row for rows in found.values() for row in rows}
    other = getattr(command, "other", None)
    for title, rows in (_panels(other, ctx) if other is not None else {}).items():
        found.setdefault(title, []).extend(row for row in rows if row not in shown)
    return found


def _prose(text: str, width: int) -> str:
    """Paragraphs filled to the width."""
    blocks = (" ".join(block.split()) for block in inspect.cleandoc(text).split("\n\n"))
    return "\n\n".join(textwrap.fill(block, width, break_on_hyphens=False) for block in blocks)


def _section(title: str, rows: list[tuple[str, str]], width: int) -> str:
    lines = [bold(f"{title}:", sys.stdout)]
    column = max((len(name) for name, _ in rows if len(name) <= WIDEST), default=WIDEST) + 2
    for name, text in rows:
        if width < 60:
            lines.append(INDENT + name)
            margin = INDENT * 2
            lines += textwrap.wrap(text, width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
            continue
        wrapped = textwrap.wrap(text, width - column - len(INDENT), break_on_hyphens=False) or [""]
        if len(name) > column - 2:
            lines.append(INDENT + name)
            name = ""
        lines.append(f"{INDENT}{name:<{column}}{wrapped[0]}".rstrip())
        lines += [" " * (column + len(INDENT)) + line for line in wrapped[1:]]
    return "\n".join(lines)


def bold(text: str, stream: TextIO) -> str:
    """Bold where ``stream`` is a terminal that may show it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\x1b[1m{text}\x1b[0m"
