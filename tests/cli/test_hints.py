"""Commands, options and extras that messages name are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import lstmcli
from lstmcli.cli.app import app
from lstmcli.cli.typer_classes import option_names

SOURCE = Path(lstmcli.__file__).parent
PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
OTHERS = {"--rdzv-endpoint", "--upgrade", "--force-reinstall", "--pids-limit", "--help"}
"""Options of other programs, and what only looks like one."""
FIELD = "\x00"
"""Stands for a value in an f-string."""


def strings() -> Iterator[tuple[str, str]]:
    """Where it stands, and each text of the source that is no docstring of a module, class or private function."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(p.value) if isinstance(p, ast.Constant) else FIELD for p in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                text = node.value
            else:
                continue
            yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


STRINGS = list(strings())
GROUP: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = {name: GROUP.get_command(None, name) for name in GROUP.list_commands(None)}
OPTIONS = {
    name: {option for form in command.forms.values() for option in option_names(form)}
    for name, command in COMMANDS.items()
}


def test_extras_are_there() -> None:
    declared = re.search(r"(?ms)^\[project\.optional-dependencies\]\n(.*?)^\[", PROJECT.read_text(encoding="utf-8"))
    assert declared is not None
    extras = set(re.findall(r"(?m)^(\w+) = \[", declared[1]))
    named = [
        (where, *found) for where, text in STRINGS for found in re.findall(r"([\w.-]+)\[([\w,\x00]+)\]['\"]?", text)
    ]
    named = [(where, package, extra) for where, package, extra in named if "pip" in dict(STRINGS)[where]]
    assert len(named) >= 3
    for where, package, extra in named:
        assert package == "lstmcli" and (extra in extras or extra == FIELD), (where, extra)


def test_extras_of_other_engines_are_there() -> None:
    text = PROJECT.read_text(encoding="utf-8")
    for name in ("fasttext", "kenlm", "mlflow", "tensorboard"):
        assert f"\n{name} = [" in text


def test_no_message_installs_from_the_working_directory() -> None:
    assert [where for where, text in STRINGS if re.search(r"pip install ['\"]?\.", text)] == []


def test_commands_are_there() -> None:
    found = [
        (where, name, rest)
        for where, text in STRINGS
        for name, rest in re.findall(r"(?:`|\$ |: |^|\n +| or |hint[^\w])lstm ([a-z]+)\b([^\n`]*)", text)
    ]
    assert len(found) > 20
    for where, name, rest in found:
        assert name in COMMANDS, (where, name)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest.split(" | ")[0].split(", or ")[0]):
            assert option in OPTIONS[name] | OTHERS, (where, name, option)


def test_options_are_there() -> None:
    group = {option for param in GROUP.params for option in param.opts}
    everywhere = set().union(*OPTIONS.values()) | OTHERS | group
    for where, text in STRINGS:
        if " " not in text.strip() or "var(--" in text:  # a name by itself may be of another program; a style
            continue
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+(?![\w=-]*\x00)", text):
            assert option.rstrip("-") in everywhere, (where, option)
