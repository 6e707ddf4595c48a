"""Plain-text help pages: a section per panel, in two columns, or one in a narrow window.

Typer's own pages import Rich on every ``--help`` and do not fit narrow windows.
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
from lstmcli.cli.language import is_chinese, of_help

INDENT = "  "
MAX_NAME_WIDTH = 25
"""Longer names get a line of their own, so that the help column keeps its width."""


def page(command: Any, ctx: Any, commands: Mapping[str, str] | None = None) -> str:
    """The help of a command; ``commands``: name and one-line help of each subcommand."""
    width = max(16, min(window_width(), 100) - 1)
    parts = [_usage(command, ctx, width), _prose(command.help or "", width)]
    if commands:
        parts.append(_section("Commands", list(commands.items()), width))
    parts += [_section(title, rows, width) for title, rows in _panels(command, ctx).items()]
    if other := getattr(command, "other", None):
        parts[0] += "\n" + _usage(other, ctx, width, "or:   ")
        parts.append(_prose(other.help or "", width))
        parts += [_section(title, rows, width) for title, rows in _other_panels(command, ctx).items()]
    if command.epilog:
        heading, _, examples = command.epilog.partition("\n")
        parts.append(f"{of_help(heading)}\n{examples}")
    return fitted("\n\n".join(part for part in parts if part) + "\n")  # Typer would write UTF-8 to an ASCII stream


def _usage(command: Any, ctx: Any, width: int, heading: str = "Usage:") -> str:
    pieces = [of_help(piece.strip("{}")) for piece in command.collect_usage_pieces(ctx)]
    usage = " ".join([of_help(heading), ctx.command_path, *pieces]).replace("： ", "：")
    return "\n".join(_lines(usage, width, rest=INDENT, hyphens=True))


def _panels(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Rows (option, help) by section title; parameters without a panel come first."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None:
            default_title = "Arguments" if param.param_type_name == "argument" else "Options"
            title = getattr(param, "rich_help_panel", None) or default_title
            name, text = record
            if param.param_type_name == "argument":
                name, text = name.split(" <")[0], text.replace("  [required]", "")
            panels.setdefault(title, []).append((name, re.sub(r"\[default: \((.*)\)\]$", r"[default: \1]", text)))
    return panels


def sections(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """The sections of a help page, for the documentation; options of the second form only come last."""
    result = _panels(command, ctx)
    for title, rows in _other_panels(command, ctx).items():
        result.setdefault(title, []).extend(rows)
    return result


def _other_panels(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Rows that only the second form of the command has."""
    shown = {row for rows in _panels(command, ctx).values() for row in rows}
    other = getattr(command, "other", None)
    panels = _panels(other, ctx) if other else {}
    own = {title: [row for row in rows if row not in shown] for title, rows in panels.items()}
    return {title: rows for title, rows in own.items() if rows}


def _prose(text: str, width: int) -> str:
    """Paragraphs wrapped to the width."""
    return "\n\n".join("\n".join(_lines(of_help(block), width)) for block in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in inspect.cleandoc(text).split("\n\n")]


def _lines(text: str, width: int, first: str = "", rest: str = "", *, hyphens: bool = False) -> list[str]:
    """``text`` in lines with the given margins; ``hyphens``: whether a line may end with one."""
    if is_chinese():
        from lstmcli.cli.output.wrapping import folded

        return folded(text, width, first, rest)
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=hyphens)


def _section(title: str, rows: list[tuple[str, str]], width: int) -> str:
    lines = [bold(line, sys.stdout) for line in _lines(of_help(f"{title}:"), width, hyphens=True)]
    column = max((len(name) for name, _ in rows if len(name) <= MAX_NAME_WIDTH), default=MAX_NAME_WIDTH) + 2
    for name, text in rows:
        text = _translated(text)
        if width < 60:
            lines += _name_lines(name, width)
            margin = INDENT * 2
            lines += _lines(text, width, margin, margin)
            continue
        wrapped = _lines(text, width - column - len(INDENT)) or [""]
        if len(name) > column - 2:
            lines += _name_lines(name, width)
            name = ""
        lines.append(f"{INDENT}{name:<{column}}{wrapped[0]}".rstrip())
        lines += [" " * (column + len(INDENT)) + line for line in wrapped[1:]]
    return "\n".join(lines)


def _translated(text: str) -> str:
    """The help of an option, with the remark that Typer adds in brackets, in the language of the locale."""
    if not is_chinese():
        return text
    help, space, remark = re.fullmatch(r"(.*?)((?:  |^)(?=\[))?(\[.*\])?", text).groups("")  # type: ignore[union-attr]
    if remark.startswith("[default: "):
        remark = of_help("[default: {0}]").replace("{0}", of_help(remark[10:-1]))
    return of_help(help) + space + of_help(remark)


def _name_lines(name: str, width: int) -> list[str]:
    """An option on lines of its own; long lists of values are broken after ``|``, and long names between words."""
    lines = [INDENT]
    for part in re.split(r"(?<=\|)|(?<= )", name):
        if len(lines[-1]) + len(part.rstrip()) > width and lines[-1].strip():
            lines.append(INDENT * 3)
        lines[-1] += part
    return [line.rstrip() for line in lines]


def bold(text: str, stream: TextIO) -> str:
    """``text`` in bold, if ``stream`` is a terminal and colours are not disabled."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\x1b[1m{text}\x1b[0m"
