"""What the documentation has from the code: the option tables, and the reference of the Python API.

    python tools/docs.py [FOLDER]

Each page ``docs/COMMAND.md`` has a table of every option between two comments; what stands between them is replaced.
``docs/python-reference.md`` is written whole.  So it is in ``docs/zh``, in the words of the Chinese help pages.  A test
compares, so run this (``make docs``) after changing an option or its help, or a signature or docstring of the Python
API.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import api_reference
import typer

from lstmcli.cli import help
from lstmcli.cli.app import COMMANDS, app
from lstmcli.cli.language import catalogue

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "python-reference.md"
BEGIN, END = "<!-- options: written by `make docs` -->", "<!-- end of options -->"
MARKED = re.compile(rf"(?s){re.escape(BEGIN)}.*?{re.escape(END)}")
COLUMNS = ("meaning", "default")
CHINESE = {"argument": "参数", "option": "选项", "meaning": "含义", "default": "默认"}
DEFAULT = re.compile(r"\s*\[default: (.*)\]$")


def commands() -> dict[str, Any]:
    """Every command of ``lstm`` by name."""
    group: Any = typer.main.get_command(app)
    return {name: group.get_command(None, name) for name in COMMANDS}


def option_tables(name: str, command: Any, language: str = "en") -> str:
    """A table for each section of a command's help page."""
    with command.make_context(f"lstm {name}", [], resilient_parsing=True) as context:
        sections = help.sections(command, context)
    words = {**CHINESE, **catalogue("help")} if language == "zh" else {}
    parts = []
    for title, rows in sections.items():
        shown = [(option, text) for option, text in rows if "--help" not in option]
        heading = [words.get(word, word) for word in ("argument" if title == "Arguments" else "option", *COLUMNS)]
        table = [f"| {' | '.join(heading)} |", "|---|---|---|"]
        table += [_row(option, text, words) for option, text in shown]
        parts.append("\n".join([f"### {words.get(f'{title}:', title).rstrip('：')}", "", *table]))
    return "\n\n".join(parts)


def _row(option: str, text: str, words: Mapping[str, str]) -> str:
    found = DEFAULT.search(text)
    meaning, default = DEFAULT.sub("", text), found[1] if found else ""
    return f"| {_code(option)} | {_escaped(words.get(meaning, meaning))} | {_escaped(words.get(default, default))} |"


def _code(text: str) -> str:
    """A table is split at a bar even inside code."""
    return "`" + text.replace("|", "\\|") + "`"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def page_with_tables(page: str, name: str, command: Any, language: str = "en") -> str:
    """The page with its option tables as the code has them.

    Raises:
        ValueError: the page has no place for them.
    """
    if len(MARKED.findall(page)) != 1:
        raise ValueError(f"the page of {name} needs the line {BEGIN} and the line {END}, once")
    tables = f"{BEGIN}\n\n{option_tables(name, command, language)}\n\n{END}"
    return MARKED.sub(lambda _: tables, page)


def main(folder: Path) -> None:
    for language, place in (("en", folder), ("zh", folder / "zh")):
        for name, command in commands().items():
            path = place / f"{name}.md"
            page = page_with_tables(path.read_text(encoding="utf-8"), name, command, language)
            path.write_text(page, encoding="utf-8")
        (place / REFERENCE).write_text(api_reference.page(language), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
