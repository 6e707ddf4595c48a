"""What the documentation has from the code: the option tables, and the reference of the Python API.

    python tools/docs.py [FOLDER]

Each page ``docs/COMMAND.md`` has a table of every option between two comments; what stands between them is replaced.
``docs/python-reference.md`` is written whole.  A test compares, so run this (``make docs``) after changing an option or
its help, or a signature or docstring of the Python API.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import api_reference
import typer

from lstmcli.cli import help
from lstmcli.cli.app import COMMANDS, app

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "python-reference.md"
BEGIN, END = "<!-- options: written by `make docs` -->", "<!-- end of options -->"
MARKED = re.compile(rf"(?s){re.escape(BEGIN)}.*?{re.escape(END)}")
DEFAULT = re.compile(r"\s*\[default: (.*)\]$")


def commands() -> dict[str, Any]:
    """Every command of ``lstm`` by name."""
    group: Any = typer.main.get_command(app)
    return {name: group.get_command(None, name) for name in COMMANDS}


def option_tables(name: str, command: Any) -> str:
    """A table for each section of a command's help page."""
    with command.make_context(f"lstm {name}", [], resilient_parsing=True) as context:
        sections = help.sections(command, context)
    parts = []
    for title, rows in sections.items():
        shown = [(option, text) for option, text in rows if "--help" not in option]
        first = "argument" if title == "Arguments" else "option"
        table = [f"| {first} | meaning | default |", "|---|---|---|"]
        table += [_row(option, text) for option, text in shown]
        parts.append("\n".join([f"### {title}", "", *table]))
    return "\n\n".join(parts)


def _row(option: str, text: str) -> str:
    default = DEFAULT.search(text)
    meaning = DEFAULT.sub("", text)
    return f"| {_code(option)} | {_escaped(meaning)} | {_escaped(default[1]) if default else ''} |"


def _code(text: str) -> str:
    """A table is split at a bar even inside code."""
    return "`" + text.replace("|", "\\|") + "`"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def page_with_tables(page: str, name: str, command: Any) -> str:
    """The page with its option tables as the code has them.

    Raises:
        ValueError: the page has no place for them.
    """
    if len(MARKED.findall(page)) != 1:
        raise ValueError(f"the page of {name} needs the line {BEGIN} and the line {END}, once")
    tables = f"{BEGIN}\n\n{option_tables(name, command)}\n\n{END}"
    return MARKED.sub(lambda _: tables, page)


def main(folder: Path) -> None:
    for name, command in commands().items():
        path = folder / f"{name}.md"
        path.write_text(page_with_tables(path.read_text(encoding="utf-8"), name, command), encoding="utf-8")
    (folder / REFERENCE).write_text(api_reference.page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
