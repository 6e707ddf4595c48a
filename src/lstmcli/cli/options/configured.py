"""Options from a TOML file and from ``LSTM_…`` variables, for every command.

A file has a table for each command; keys before the first table are for every command that has such an option.
Variables are alike: ``LSTM_TRAIN_EPOCHS``, and ``LSTM_EPOCHS`` for every command.  The command line comes first, then
variables, then the file; what is for one command comes before what is for all.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.options.common import MAIN
from lstmcli.cli.options.misspelt import misspelt, nearest
from lstmcli.errors import LstmError, UsageError

PREFIX = "LSTM_"
CONFIG_VARIABLE = "LSTM_CONFIG"
SAME = {"model": "LSTM_MODEL", "engine": "LSTM_ENGINE"}
"""Options with a variable that is read elsewhere: it comes before the file."""
FIXED = {CONFIG_VARIABLE, "LSTM_CACHE", "LSTM_DEBUG", "LSTM_NATIVE_LEVEL", *SAME.values()}
"""Variables with a meaning of their own."""
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Configured:
    """Values of parameters, as the command line would give them, and where each is from."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def explain(self, error: Any, params: Sequence[Any]) -> None:
        """Add to an error about an option where its value is from."""
        for param in params:
            origin = self.origins.get(param.name)
            if origin is None:
                continue
            if getattr(error, "param", None) is param:
                error.message += f" ({origin})"
            elif isinstance(error, LstmError) and _names(param, str(error)):
                error.hint = f"{error.hint}; the value is that of {origin}" if error.hint else f"see {origin}"


@cache
def config_option() -> Any:
    """``--config``, which every command has."""
    one = typer.Typer(add_completion=False)

    @one.command()
    def command(
        config: Annotated[
            Path | None,
            MAIN.option("--config", "FILE", "TOML file with options.", show_default=f"${CONFIG_VARIABLE}"),
        ] = None,
    ) -> None:
        pass

    (param,) = (param for param in typer.main.get_command(one).params if param.name == "config")
    param.expose_value = False
    return param


def configured(args: Sequence[str], name: str, forms: Sequence[Any], others: Mapping[str, Any]) -> Configured:
    """The options of a command that a file and variables set.

    Args:
        args: the command line, which may name the file.
        name: the name of the command.
        forms: the commands of that name.
        others: all commands by name.  They are loaded only to tell a key of theirs from a wrong one.

    Raises:
        UsageError: the file cannot be read, or has a wrong key or value; a variable has.
    """
    found = Configured()
    known = {key: param for form in forms for key, param in keys_of(form).items()}
    if path := _file(args):
        text, content = _read(path)
        for key, value in content.items():
            if not isinstance(value, dict):
                _set(found, key, value, known, _place(path, text, None, key), others=others)
            elif key not in {name, *others}:
                where = _place(path, text, key, None)
                raise UsageError(f"{where}: there is no command {key!r}{_suggestion(key, others)}")
        for key, value in content.get(name, {}).items():
            _set(found, key, value, known, _place(path, text, name, key), own=name)
    _variables(found, name, known, others)
    return found


def keys_of(command: Any) -> dict[str, Any]:
    """The parameters of a command by key: ``batch_size`` for ``--batch-size``, ``source`` for SOURCE."""
    keys = {}
    for param in command.params:
        if param.param_type_name == "argument":
            keys[re.sub(r"\W.*", "", str(param.metavar or param.name)).lower()] = param
    for param in command.params:
        if param.param_type_name == "option" and param.name not in ("config", "print_config", "help"):
            keys |= {key_of(option): param for option in param.opts if option.startswith("--")}
    return keys


def key_of(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _file(args: Sequence[str]) -> str:
    """The file that the command line or the variable names."""
    options = list(args[: args.index("--")] if "--" in args else args)
    named = os.environ.get(CONFIG_VARIABLE, "")
    for word, following in zip(options, [*options, ""][1:], strict=True):
        if word == "--config":
            named = following
        elif word.startswith("--config="):
            named = word.partition("=")[2]
    return named


def _read(path: str) -> tuple[str, dict[str, Any]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    from lstmcli.safe_files import read_plain

    try:
        text = read_plain(Path(path), MAX_BYTES).decode("utf-8-sig")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "it is not UTF-8").lower()
        raise UsageError(f"cannot be read: {reason}", path=path, hint="--config names a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        message = re.sub(r" \(at .*\)$", "", str(error))
        message = f"is not TOML: {message[:1].lower()}{message[1:]}"
        raise UsageError(message, path=path, line=int(line[1]) if line else None) from error


def _set(
    found: Configured,
    key: str,
    value: Any,
    known: Mapping[str, Any],
    where: str,
    *,
    own: str = "",
    others: Mapping[str, Any] | None = None,
) -> None:
    """Take over one key of the file.

    Args:
        own: the command whose table has the key.
        others: for a key of all commands, these.
    """
    param = known.get(key.replace("-", "_"))
    if param is None or (not own and param.param_type_name == "argument"):
        if not own and any(key.replace("-", "_") in _options_of(command) for command in (others or {}).values()):
            return  # another command has it
        if param is not None:
            raise UsageError(f"{where}: {key!r} is an argument of one command: write it below a table such as [train]")
        whose = f"`lstm {own}` has" if own else "there is"
        raise UsageError(f"{where}: {whose} no option {key!r}{_suggestion(key, known)}")
    variable = SAME.get(param.name)
    if variable and os.environ.get(variable):
        return
    found.values[param.name] = _as_given(param, value, where)
    found.origins[param.name] = where


def _options_of(command: Any) -> set[str]:
    forms = command.forms.values()
    return {key for form in forms for key, param in keys_of(form).items() if param.param_type_name == "option"}


def _as_given(param: Any, value: Any, where: str) -> Any:
    """A value of the file as the command line would give it."""
    flag = getattr(param, "is_flag", False)
    many = param.multiple or param.nargs == -1
    values = value if isinstance(value, list) and many else [value]
    for each in values:
        if isinstance(each, bool) is not flag or not isinstance(each, (bool, str, int, float)):
            takes = "true or false" if flag else "one value" if isinstance(each, (list, dict)) else "a value"
            raise UsageError(f"{where}: {param.opts[0]} takes {takes}, not {_shown(each)}")
    return value if flag else [str(each) for each in values] if many else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _variables(found: Configured, name: str, known: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """Take over the variables: those of all commands, then those of this one."""
    own, unknown = f"{PREFIX}{name.upper()}_", []
    for variable, key, value in sorted(_set_variables(own), key=lambda each: each[0].startswith(own)):
        param = known.get(key)
        if param is None or param.param_type_name == "argument":
            if variable.startswith(own):
                near = nearest(key, known)
                hint = f"did you mean ${own}{near.upper()}?" if near else f"see `lstm {name} --help`"
                raise UsageError(f"${variable}: `lstm {name}` has no option --{key.replace('_', '-')}", hint=hint)
            unknown.append(key)
            continue
        if getattr(param, "is_flag", False):
            if value.lower() not in TRUE + FALSE:
                raise UsageError(f"${variable}: {param.opts[0]} takes 1 or 0, not {value!r}")
            found.values[param.name] = value.lower() in TRUE
        else:
            found.values[param.name] = value.splitlines() if param.multiple else value
        found.origins[param.name] = f"${variable}"
    fixed = {each.removeprefix(PREFIX).lower() for each in FIXED}
    for key, meant in misspelt(unknown, known, fixed, others, _options_of):
        _warn_once(f"{PREFIX}{key.upper()}", f"{PREFIX}{meant.upper()}")


@cache
def _warn_once(variable: str, meant: str) -> None:
    streams.note(f"warning: ${variable} sets nothing; did you mean ${meant}?")


def _set_variables(own: str) -> Iterator[tuple[str, str, str]]:
    for variable, value in os.environ.items():
        if value and variable.startswith(PREFIX) and variable not in FIXED:
            yield variable, variable.removeprefix(own).removeprefix(PREFIX).lower(), value


def _place(path: str, text: str, table: str | None, key: str | None) -> str:
    """The file, and the line of a key or a table if it is found."""
    within: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            within = header[1].strip("\"'")
            if key is None and within == table:
                return f"{path}, line {number}"
        elif assigned := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            name = ".".join(part.strip(" \"'") for part in assigned[1].split("."))
            if f"{within}.{name}" == f"{table}.{key}" or (within is None and name in (f"{table}.{key}", table)):
                return f"{path}, line {number}"
    return path


def _suggestion(key: str, known: Collection[str]) -> str:
    near = nearest(key.replace("-", "_"), known).replace("_", "-")
    return f"; did you mean {near}?" if near else ""


def _names(param: Any, message: str) -> bool:
    """Whether a message is about a parameter."""
    names = [re.escape(option.removeprefix("--")) for option in param.opts if option.startswith("--")]
    return bool(names) and re.search(rf"(^|(?<![\w-])--)({'|'.join(names)})(?![\w-])", message) is not None
