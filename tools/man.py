"""The manual pages of ``man/``, written from the code.

    python tools/man.py [FOLDER]

A wheel installs them in ``share/man/man1``.  A test compares, so run this (``make docs``) after changing an option or
its help.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import docs

from lstmcli import __version__
from lstmcli.cli import help
from lstmcli.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = "train, run, measure and explain LSTM models of text"
TABLE = re.compile(r"(?m)^\| (.+?) \| (.+) \|$")


def pages() -> dict[str, str]:
    """The name of each file and its text."""
    commands = docs.commands()
    every = {f"lstm-{name}.1": command_page(name, command) for name, command in commands.items()}
    return {"lstm.1": main_page(), **every}


def main_page() -> str:
    parts = [
        *head("lstm", SUMMARY),
        *section("SYNOPSIS", [rf"{bold('lstm')} \fICOMMAND\fP [\fIOPTION\fP…] [\fIARGUMENT\fP…]"]),
        *section("DESCRIPTION", paragraphs(description())),
        *section("COMMANDS", items((f"lstm-{name}(1)", text) for name, text in COMMANDS.items())),
        *section("OPTIONS", items([("--version, -V", "Print the version and exit."),
                                   ("--debug", "Print a traceback on errors."),
                                   ("-h, --help", "Show help and exit; also after a command.")])),
        *common(list(COMMANDS)),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def command_page(name: str, command: Any) -> str:
    with command.make_context(f"lstm {name}", [], resilient_parsing=True) as context:
        titled = help.sections(command, context)
    parts = head(f"lstm-{name}", COMMANDS[name][:1].lower() + COMMANDS[name][1:].rstrip("."))
    usages = []
    for form in command.forms.values():
        with form.make_context(f"lstm {name}", [], resilient_parsing=True) as context:
            pieces = [piece.strip("{}") for piece in form.collect_usage_pieces(context)]
        usages.append(f"{bold(f'lstm {name}')} {escaped(' '.join(pieces))}")
    parts += section("SYNOPSIS", "\n.br\n".join(usages).split("\n"))
    parts += section("DESCRIPTION", paragraphs(command.help.strip()))
    for title, rows in titled.items():
        parts += section(title.upper(), items(row for row in rows if "--help" not in row[0]))
    if command.epilog:
        lines = [line.strip() for line in command.epilog.splitlines()[1:] if line.strip()]
        parts += section("EXAMPLES", [".nf", *map(escaped, lines), ".fi"])
    return "\n".join([*parts, *common([other for other in COMMANDS if other != name])]) + "\n"


def head(name: str, summary: str) -> list[str]:
    return [
        r".\" Written by tools/man.py.",
        f'.TH {name.upper()} 1 "" "lstm {__version__}" "lstm"',
        ".SH NAME",
        rf"{escaped(name)} \- {escaped(summary)}",
    ]


def common(others: Iterable[str]) -> Iterator[str]:
    """The end of every page: exit codes and variables, from the documentation, and the other pages."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for title, heading in (("EXIT STATUS", "## Exit codes"), ("ENVIRONMENT", "## Environment variables")):
        table = index.partition(heading)[2].partition("\n## ")[0]
        rows = TABLE.findall(table)[1:]
        yield from section(title, items((plain(name), plain(meaning)) for name, meaning in rows))
    also = [*(f"lstm-{name}" for name in others)]
    yield from section("SEE ALSO", [", ".join(f"{bold(one)}(1)" for one in ["lstm", *also])])


def description() -> str:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    streams = index.partition("## Streams\n")[2].partition("\n\nAn error")[0]
    defaults = index.partition("`lstm train data.csv` writes")[2].partition("\n## ")[0]
    return plain(f"`lstm train data.csv` writes{defaults}\n\n{streams}")


def plain(markdown: str) -> str:
    """Markdown without its signs."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("`", "")


def section(title: str, lines: Iterable[str]) -> list[str]:
    return [f".SH {escaped(title)}", *lines]


def items(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", bold(name), escaped(text))


def paragraphs(text: str) -> Iterator[str]:
    for block in filter(str.strip, text.split("\n\n")):
        yield ".PP"
        yield escaped(" ".join(block.split()))


def bold(text: str) -> str:
    return rf"\fB{escaped(text)}\fP"


def escaped(text: str) -> str:
    """Text as roff takes it literally, without the signs of code."""
    text = text.replace("`", "")
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text[:1] in (".", "'") else text


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.1"):
        old.unlink()
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "man")
