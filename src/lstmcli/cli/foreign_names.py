"""Names that other tools use for our commands and options; loaded only for an unknown name.

They are listed in ``foreign_names.ini``.
"""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from typing import Any

TO_FILE = "results go to standard output; to write them to a file, end the command with > FILE"
"""The answer to ``--output`` of a command that has none."""


@cache
def _table(section: str) -> dict[str, str]:
    """A section of the file: from foreign name to what to use instead."""
    parser = ConfigParser(delimiters="=", interpolation=None)
    parser.read(Path(__file__).with_suffix(".ini"), encoding="utf-8")
    return {name: value for names, value in parser[section].items() for name in names.split()}


def equivalents(kind: str) -> dict[str, list[str]]:
    """Foreign commands or options, as ``bare`` writes them, and ours; ``@source`` is an argument."""
    return {name: value.split(", ") for name, value in _table(kind).items()}


def without_equivalent(kind: str) -> dict[str, str]:
    """Foreign commands or options that have no equivalent here, and what to do instead."""
    return _table(f"{kind} without equivalent")


def bare(name: str) -> str:
    """A name in lower case without separators: ``batch_size`` and ``batchSize`` are the same."""
    return name.lower().replace("-", "").replace("_", "").replace(".", "").partition("=")[0]


def command(name: str) -> str:
    """What to use instead of the command ``name``; empty if unknown."""
    if sentence := without_equivalent("commands").get(bare(name)):
        return sentence
    matches = equivalents("commands").get(bare(name), [])
    return "use " + " or ".join(f"`lstm {one}`" for one in matches) if matches else ""


def option(name: str, current: Any, others: Mapping[str, Any]) -> str:
    """What to use instead of the option ``name`` on the command ``current``, or which other command has it."""
    if matches := targets(name, current):
        return f"use {' or '.join(_written(one, current) for one in matches[:2])}"
    if sentence := without_equivalent("options").get(bare(name)):
        return sentence
    outputs = equivalents("options")
    if outputs.get(bare(name)) == outputs["output"]:
        return TO_FILE
    for title, one in others.items():
        if matches := targets(name, one):
            return f"`lstm {title}` has {_written(matches[0], one)}"
    return ""


def targets(name: str, command: Any) -> list[str]:
    """The options and arguments of a command that ``name`` may mean."""
    own = names(command)
    same = [one for one in own if one.startswith("--") and bare(one) == bare(name)]
    return same or [one for one in equivalents("options").get(bare(name), []) if one.split()[0] in own]


def names(command: Any) -> list[str]:
    """The options of a command, and its arguments prefixed with ``@``."""
    result = []
    for param in command.params:
        result += [f"@{param.name}"] if param.param_type_name == "argument" else [*param.opts, *param.secondary_opts]
    return result


def one_dash(args: list[str], command: Any) -> str:
    """The first long name with a single dash, as in fastText; it would be parsed letter by letter."""
    valued = {one for param in command.params if not getattr(param, "is_flag", True) for one in param.opts}
    for before, word in zip(["", *args], args, strict=False):
        if word == "--":
            return ""
        long = word.startswith("-") and not word.startswith("--") and len(word) > 2
        if long and before not in valued and (targets(word, command) or bare(word) in without_equivalent("options")):
            return word
    return ""


def _written(target: str, command: Any) -> str:
    if not target.startswith("@"):
        return target
    param = next(param for param in command.params if f"@{param.name}" == target)
    return f"the argument {param.metavar or param.name.upper()}, without an option name"
