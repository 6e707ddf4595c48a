"""Command classes: plain help pages, and parameter parsing without pydantic.

Typer validates every value, defaults included, with a pydantic adapter.  Importing pydantic and building the adapters
takes a fifth of the time of a cold ``lstm classify`` of one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand

from lstmcli.cli import help
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from lstmcli.cli.options.configured import Configured

READ = frozenset(
    {
        *("source", "sources", "files", "file", "words", "on", "valid", "test", "texts", "teacher", "unlabelled"),
        *("replay", "source_file", "target_file", "valid_target", "test_target", "replay_target"),
    }
)
"""Parameters that name what is read, of which one can be ``-``."""
MAX_QUOTED = 60
"""Characters of an invalid number that an error quotes."""


class PlainParsing:
    """Mixin for commands and groups: parameters parse simple types without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            _parse_plainly(param)
        return params

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc,no-any-return]
        except Exception as error:
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined]  # so that the hint names this command
            if type(error).__name__ == "NoSuchOption" and not ctx.resilient_parsing:
                raise unknown_option(getattr(error, "option_name", ""), ctx, self, error) from error
            raise


class Command(PlainParsing, TyperCommand):
    """A command with a plain-text help page in sections."""

    other: Any = None
    """A second form of the command, with options of its own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Examples at the end of the help text (the docstring) are shown below the options."""
        text, heading, examples = (more.get("help") or "").partition("\nExamples:\n")
        super().__init__(
            *args, **{**more, "help": text, "epilog": heading.strip() + "\n" + examples if heading else None}
        )
        from lstmcli.cli.options.configured import Configured, config_option

        self.params.append(config_option())
        self._configured = Configured()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        if not extra.get("resilient_parsing"):
            self._configured = self.configured(info_name, args, parent)
            extra["default_map"] = self._configured.values
        with self._explained():
            return super().make_context(info_name, args, parent, **extra)

    def configured(self, info_name: str | None, args: list[str], parent: Any) -> Configured:
        """What a file and variables set.  Raises: UsageError."""
        from lstmcli.cli.options.configured import configured

        group = parent.find_root().command if parent else None
        name = (info_name or "").rpartition(" ")[2]
        return configured(args, name, [*self.forms.values()], _Commands(group, parent))

    def invoke(self, ctx: Any) -> Any:
        with self._explained():
            _check_stdin(ctx.params)
            return super().invoke(ctx)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors about an option name the file or the variable that set it."""
        try:
            yield
        except Exception as error:
            self._configured.explain(error, self.params)
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(help.page(self, ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if any(len(word) > 2 and word[0] == "-" and word[1].isalpha() for word in args) and not ctx.resilient_parsing:
            from lstmcli.cli import foreign_names

            if name := foreign_names.one_dash(args, self):
                raise unknown_option(name, ctx, self)
        return super().parse_args(ctx, list(_with_addresses(args)))

    @property
    def forms(self) -> dict[str, Any]:
        """The forms of this command: suffix (such as `` --cells``) to command."""
        return {"": self}

    def elsewhere(self, name: str) -> UsageError | None:
        """The error for an option of another form of this command; None if no form has it."""
        return None


_ADDRESS = re.compile(r"auto|local|(?:ray://)?[\w.-]+:\d+")


def _with_addresses(args: Sequence[str]) -> Iterator[str]:
    """The words of a command line, with ``auto`` after each ``--ray`` that has no address."""
    for n, word in enumerate(args):
        yield word
        if word == "--ray" and not _ADDRESS.fullmatch("".join(args[n + 1 : n + 2])):
            yield "auto"


def _check_stdin(values: Mapping[str, Any]) -> None:
    """Raises: UsageError, if stdin is named for more than one thing."""
    given = [values.get(name) for name in READ]
    lists = [value if isinstance(value, (list, tuple)) else [value] for value in given]
    if sum(name == "-" for names in lists for name in names) > 1:
        raise UsageError("stdin (`-`) can be read only once", hint="name a file for one of them")


def unknown_option(name: str, ctx: Any, command: Any, error: Any = None) -> UsageError:
    """The error for an option that ``command`` does not have; suggests the right name if possible."""
    from lstmcli.cli import foreign_names

    if isinstance(command, Command) and (misplaced := command.elsewhere(name)):
        return misplaced
    known = foreign_names.option(name, command, _others(ctx, command))
    message = f"no such option: {name}; {known}" if known else f"no such option: {name}"
    if near := not known and getattr(error, "possibilities", None):
        message += f"; did you mean {' or '.join(sorted(near))}?"
    return UsageError(message, hint=f"see `{ctx.command_path} --help`")


class _Commands(Mapping[str, Any]):
    """All commands by name; one is loaded when it is asked for."""

    def __init__(self, group: Any, ctx: Any) -> None:
        self._group, self._ctx = group, ctx

    def __getitem__(self, name: str) -> Any:
        return self._group.get_command(self._ctx, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._group.list_commands(self._ctx) if hasattr(self._group, "list_commands") else ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def option_names(command: Any) -> set[str]:
    """All option names of a command, with dashes."""
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts) if name[:1] == "-"}


def _others(ctx: Any, command: Any) -> dict[str, Any]:
    """All other commands, by name."""
    group = ctx.find_root().command
    if not hasattr(group, "list_commands"):
        return {}
    return {
        name + suffix: form
        for name in group.list_commands(ctx)
        for suffix, form in group.get_command(ctx, name).forms.items()
        if form is not command
    }


def is_given(ctx: Any, name: str) -> bool:
    """Whether a parameter was given on the command line or in the environment, not left at its default."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def is_typed(ctx: Any, name: str) -> bool:
    """Whether a parameter was given on the command line."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _parse_plainly(param: Any) -> None:
    """Let ``param`` parse simple values itself; Typer parses the rest and reports errors."""
    described = getattr(param, "type_descriptor", None)
    if described is None or "process_value" in vars(param):
        return  # another version of Typer, or already patched
    original = param.process_value
    multiple = param.multiple or param.nargs == -1

    def process_value(ctx: Any, value: Any) -> Any:
        known, value = _read(value, described.annotation, multiple, param)
        if not known:
            if isinstance(value, str) and (wrong := _wrong(value, described.annotation)):
                raise typer.BadParameter(wrong, ctx=ctx, param=param)
            return original(ctx, value)
        return value if param.callback is None else param.callback(ctx, param, value)

    param.process_value = process_value


def _read(value: Any, kind: Any, multiple: bool, param: Any) -> tuple[bool, Any]:
    """Whether ``value`` can be parsed as ``kind`` here, and the parsed value."""
    if value in (None, (), []):
        return not param.required, () if multiple else None
    if value == param.default:
        return True, value  # defaults come from configs and have the right type
    if multiple:
        return kind == list[str], value
    if not isinstance(value, str):
        return False, value
    if get_origin(kind) is Literal:
        return value in get_args(kind), value
    try:
        return (True, kind(value)) if kind in (str, int, float, Path) else (False, value)
    except ValueError:
        return False, value


def _wrong(value: str, kind: Any) -> str:
    """Why ``value`` is not a ``kind``; empty if Typer has its own message."""
    if get_origin(kind) is Literal:
        return f"{value!r} is not one of {', '.join(get_args(kind))}"
    value = value if len(value) <= MAX_QUOTED else f"{value[:MAX_QUOTED]}…"
    return {int: f"{value!r} is not a whole number", float: f"{value!r} is not a number"}.get(kind, "")
