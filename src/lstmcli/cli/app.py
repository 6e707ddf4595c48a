"""The ``lstm`` program: its commands, and the one place where errors become messages and exit codes.

Exit codes: 0 success (also when the reader closes the pipe early), 1 other error, 2 usage, 3 bad data, 4 bad model,
130 Ctrl-C, 143 SIGTERM, 129 SIGHUP.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lstmcli import __version__, threads
from lstmcli.cli import completion_scripts, help
from lstmcli.cli.io import streams
from lstmcli.cli.typer_classes import PlainParsing
from lstmcli.errors import LstmError
from lstmcli.faults import explained

COMMANDS = {
    "train": "Train a classifier, a translator or a language model on text.",
    "tune": "Search for settings within a time and a size.",
    "classify": "Label texts from files, a pipe or --text.",
    "translate": "Translate text with a model trained on pairs.",
    "generate": "Generate text with a language model.",
    "perplexity": "Score text with a language model: perplexity and surprisal.",
    "compare": "Compare models on the same text, with significance tests.",
    "inspect": "Show gates, states and word attributions for a text.",
    "neighbours": "Show the words nearest to a word, by their vectors.",
    "export": "Write a model in a form that other programs read.",
    "push": "Upload a model to the Hugging Face Hub.",
    "serve": "Answer requests to models over HTTP.",
    "info": "Show what a model is, how it was trained and how well it did.",
    "demo": "Train and use three small models, showing each command.",
}
"""Name to one-line help.  ``lstmcli.cli.commands.NAME`` is imported when the command runs, not to list it."""

SWITCH_SECONDS = 0.0002
"""After which a waiting thread gets its turn.  Python's 0.005 is long beside a batch on the kernel, which gives up its
turn each time: classifying a file takes a tenth longer."""


class Commands(PlainParsing, TyperGroup):
    """The ``lstm`` group: loads commands lazily and turns errors into exit codes."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands and cmd_name in COMMANDS:
            module = importlib.import_module(f"lstmcli.cli.commands.{cmd_name}")
            command = typer.main.get_command(module.app)
            command.name, command.short_help = cmd_name, COMMANDS[cmd_name]
            self.commands[cmd_name] = command
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"no command {args[0]!r}{_suggestion(args[0])}")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(help.page(self, ctx, COMMANDS))

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except BrokenPipeError:  # `lstm --help | true`
            streams.abandon(sys.stdout)
            raise typer.Exit(0) from None

    def invoke(self, ctx: Any) -> Any:
        try:
            check_environment()
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            streams.abandon(sys.stdout)
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            streams.say("interrupted")
            raise typer.Exit(130) from None

    def main(self, args: Any = None, *rest: Any, **extra: Any) -> Any:
        """Run a command line and exit.  The context's ``obj`` is the command line, which is stored with the model."""
        args = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(args, **extra | {"prog_name": "lstm", "standalone_mode": False, "obj": ["lstm", *args]})
        except BaseException as error:
            is_panic = type(error).__name__ == "PanicException"  # raised by Rust libraries
            if not isinstance(error, Exception) and not is_panic:
                raise
            code = report(error, args[0] if args else "")
        sys.exit(code if isinstance(code, int) else 0)


def check_environment() -> None:
    """Check the working directory, and fall back to one thread if no more can be started.

    Raises:
        LstmError: the working directory was deleted; PyTorch would crash.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise LstmError("the working directory no longer exists", hint="change to another one with cd") from error
    if threads.limit_to_one():
        reason = "the system allows too few threads"
        if threads.address_room() is not None:
            reason = "the memory limit (ulimit -v) leaves little room for threads"
        streams.note(f"warning: {reason}; using one thread")


def _suggestion(name: str) -> str:
    """A suggestion for a command that does not exist."""
    import difflib

    from lstmcli.cli import foreign_names

    if known := foreign_names.command(name):
        return f"; {known}"
    if near := difflib.get_close_matches(name, COMMANDS, 1):
        return f"; did you mean {near[0]!r}?"
    if len(name) < 256 and "\0" not in name and Path(name).exists():
        return "; put a command before the file name: train, classify, perplexity, …"
    return ""


def report(error: BaseException, command: str = "") -> int:
    """Print an error on stderr and return its exit code.

    Args:
        command: the command that was running.
    """
    debug = os.environ.get("LSTM_DEBUG", "") not in ("", "0")
    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LstmError):
        streams.report_error(str(error), error.hint)
        return error.exit_code
    if hasattr(error, "format_message"):  # Typer's usage errors
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
        else:
            context = getattr(error, "ctx", None)
            where = context.command_path if context else "lstm"
            streams.report_error(_in_our_style(error.format_message()), f"see `{where} --help`")
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, typer.Abort):
        streams.report_error("aborted")
        return 1
    if known := explained(error, command):
        streams.report_error(str(known), known.hint)
        return known.exit_code
    if isinstance(error, OSError) and error.strerror:
        streams.report_os_error(error)
        return 1
    details = "" if debug else " with the output of `lstm --debug …` (or LSTM_DEBUG=1)"
    message = _shortened(f"unexpected {type(error).__name__}: {error}")
    streams.report_error(message, f"this is a bug in lstm: please report it{details}")
    return 1


def _shortened(message: str, limit: int = 300) -> str:
    """The errors of libraries can be long and span many lines."""
    message = " ".join(message.split())
    return message if len(message) <= limit else f"{message[:limit]}…"


def _in_our_style(message: str) -> str:
    """One of Typer's messages in our style: without capital and full stop."""
    message = " ".join(message.split()).rstrip(".")
    return message[:1].lower() + message[1:]


completion_scripts.use()
app = typer.Typer(
    name="lstm",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"lstm {__version__}")
        raise typer.Exit


def _debug(wanted: bool) -> None:
    if wanted:
        os.environ["LSTM_DEBUG"] = "1"


@app.callback()
def lstm(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", callback=_debug, help="Print a traceback on errors. Same as LSTM_DEBUG=1.")
    ] = False,
) -> None:
    """Train, run, measure and explain LSTM text classifiers, translators and language models from the command line."""


def run() -> None:
    """Entry point of ``lstm``: runs a command and ends the process."""
    streams.prepare()
    sys.setswitchinterval(SWITCH_SECONDS)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # warnings of libraries are not for users
    try:
        app()
    except SystemExit as end:
        streams.leave(end.code if isinstance(end.code, int) else 0)
