"""A command line as TOML, for ``--config``, and as one line without a file or variables."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from lstmcli import __version__
from lstmcli.cli.options.configured import keys_of
from lstmcli.cli.typer_classes import is_given


def as_toml(ctx: Any) -> str:
    """The options that were given, however they were given, and the others with their defaults as comments."""
    lines = [f"# lstm {__version__}; repeat this run with: lstm {ctx.info_name} --config FILE", f"[{ctx.info_name}]"]
    given, defaults = [], []
    for key, param in _once(ctx.command):
        value = ctx.params.get(param.name)
        name = key.replace("_", "-")
        if is_given(ctx, param.name):
            given.append(f"{name} = {_toml(value)}")
        elif param.param_type_name == "option":
            known = value not in (None, (), [])
            about = _toml(value) if known else param.show_default if isinstance(param.show_default, str) else ""
            defaults.append(f"# {name} = {about}".rstrip())
    return "\n".join([*lines, *given, "", "# By default:", *defaults, ""])


def as_command(ctx: Any, words: list[str]) -> str:
    """The command line with what a file or variables have set, so that it can be repeated without them.

    Args:
        words: the command line as it was given.
    """
    if not ctx.default_map:
        return shlex.join(words)
    found: list[str] = []
    for _, param in _once(ctx.command):
        value = ctx.params.get(param.name)
        if not is_given(ctx, param.name):
            continue
        values = [str(each) for each in (value if isinstance(value, (list, tuple)) else [value])]
        if param.param_type_name == "argument":
            found = [*values, *found]
        elif param.is_flag:
            found.append((param.opts if value else param.secondary_opts or param.opts)[0])
        else:
            found += [word for each in values for word in _option(param.opts[0], each)]
    return shlex.join(["lstm", ctx.info_name, *found])


def _option(name: str, value: str) -> tuple[str, ...]:
    return (f"{name}={value}",) if value.startswith("-") else (name, value)


def _once(command: Any) -> Iterator[tuple[str, Any]]:
    """Each parameter under its first key."""
    seen = set()
    for key, param in keys_of(command).items():
        if param.name not in seen:
            seen.add(param.name)
            yield key, param


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
