"""Options shared by several commands: names, help texts and help sections.

A command lists the aliases it needs (``hidden: o.Hidden = MODEL.hidden``); defaults come from the config classes.
Parameters have the names of config fields, so values are looked up by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeAlias

import typer

from lstmcli.data.formats.config import FORMATS
from lstmcli.errors import UsageError
from lstmcli.nn.config import DEVICES
from lstmcli.tasks import BUILT_IN, all_tasks

Format: TypeAlias = Literal["table", "tsv", "csv", "jsonl", "json"]
INPUT_FORMATS = tuple(FORMATS)
DATA, OUTPUT = "Data", "Output"


def option(*names: str, panel: str | None = None, text: str, among: Sequence[str] = (), **more: Any) -> Any:
    """A Typer option.

    Args:
        among: the allowed values, for the help and completion; the config checks them.
    """
    if among:
        more.setdefault("metavar", "|".join(among))
        more.setdefault("autocompletion", _completer(among))
    return typer.Option(*names, rich_help_panel=panel, help=text, **more)


def _completer(values: Sequence[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def counted(param: typer.CallbackParam, value: int | None) -> int | None:
    """Callback that requires a value of at least 1."""
    if value is not None and value < 1:
        raise UsageError(f"{param.opts[0]} must be at least 1, not {value}")
    return value


def format_option(text: str) -> Any:
    """``--format`` of a command that supports every format."""
    return option(
        "--format",
        panel=OUTPUT,
        metavar="table|tsv|csv|jsonl|json",
        show_default="table on a terminal, else tsv",
        text=text,
    )


def default_format() -> Format:
    return "table" if sys.stdout.isatty() else "tsv"


# Reading data
TextColumns = Annotated[
    list[str] | None,
    option(
        "--text-column",
        panel=DATA,
        metavar="NAME",
        show_default="detected",
        text="Text column; repeat the option to join several columns.",
    ),
]
TargetColumn = Annotated[
    str | None,
    option(
        "--target-column",
        panel=DATA,
        metavar="NAME",
        show_default="detected",
        text="Column of the translations, if each text has one; trains a translator.",
    ),
]
LabelColumn = Annotated[
    list[str] | None,
    option(
        "--label-column",
        panel=DATA,
        metavar="NAME",
        show_default="detected",
        text="Label column; repeat the option if a text has several labels in several columns.",
    ),
]
LabelSeparator = Annotated[
    str | None,
    option(
        "--label-separator",
        panel=DATA,
        metavar="TEXT",
        show_default="detected",
        text="Separator between several labels in one cell; none to treat each cell as one label.",
    ),
]
LabelPrefix = Annotated[
    str, option("--label-prefix", panel=DATA, metavar="TEXT", text="Prefix of a label in fastText lines.")
]
Delimiter = Annotated[
    str | None,
    option("--delimiter", panel=DATA, metavar="CHAR", show_default="detected", text="Field separator of CSV files."),
]
Header = Annotated[
    bool | None,
    option(
        "--header/--no-header",
        panel=DATA,
        show_default="detected",
        text="Whether the first row of a table is a header. Without one, columns are named 1, 2, 3, …",
    ),
]
Encoding = Annotated[
    str | None,
    option("--encoding", panel=DATA, metavar="NAME", show_default="detected", text="Text encoding: utf-8, gbk, …"),
]
InputFormat = Annotated[
    str | None,
    option(
        "--input-format",
        panel=DATA,
        among=INPUT_FORMATS,
        metavar="FORMAT",
        show_default="detected",
        text=f"Format of the input: {', '.join(INPUT_FORMATS[:-1])} or {INPUT_FORMATS[-1]}.",
    ),
]
Split = Annotated[
    str | None,
    option("--split", panel=DATA, metavar="NAME", text="Split to read if the data set has several."),
]
KeepLicence = Annotated[
    bool,
    option(
        *("--keep-licence", "--keep-license"),
        panel=DATA,
        text="Keep the licence and notes that Project Gutenberg and similar libraries add to a book.",
        show_default=False,
    ),
]

Threads = Annotated[
    int | None,
    option("--threads", metavar="N", show_default="all cores", text="Number of CPU threads.", callback=counted),
]
Device = Annotated[str, option("--device", among=DEVICES, text="Device to compute on.")]
AtOnce = Annotated[
    int | None,
    option("--batch-size", metavar="N", show_default=False, text="Texts per batch.", callback=counted),
]


# Output
ModelPath = Annotated[
    str | None,
    option(
        "--model", "-m", metavar="DIR", show_default="$LSTM_MODEL, else lstm-model/classifier", text="Model directory."
    ),
]
LmModelPath = Annotated[
    str | None,
    option("--model", "-m", metavar="DIR", show_default="$LSTM_MODEL, else lstm-model/lm", text="Model directory."),
]
TranslatorPath = Annotated[
    str | None,
    option(
        "--model", "-m", metavar="DIR", show_default="$LSTM_MODEL, else lstm-model/translator", text="Model directory."
    ),
]


def _complete_task(incomplete: str) -> list[str]:
    return [task.name for task in all_tasks() if task.name.startswith(incomplete)]


def task_option(text: str, default: str, panel: str | None = None) -> Any:
    """``--task``.  Finding plug-in tasks takes time, so they are completed but not listed in the help."""
    return option(
        "--task",
        panel=panel,
        metavar="|".join(BUILT_IN),
        autocompletion=_complete_task,
        show_default=default,
        text=text,
    )


Quiet = Annotated[
    bool, option("--quiet", "-q", panel=OUTPUT, text="Print only warnings and errors on stderr.", show_default=False)
]
