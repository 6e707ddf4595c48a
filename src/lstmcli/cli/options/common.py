"""Options shared by several commands: names, help texts and help sections.

A command lists the aliases it needs (``hidden: o.Hidden = MODEL.hidden``); defaults come from the config classes.
Parameters have the names of config fields, so values are looked up by name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias

import typer

from lstmcli.cli.options import completion
from lstmcli.data.formats.config import FORMATS
from lstmcli.engine.registry import AUTO, VARIABLE, engine_names
from lstmcli.errors import UsageError
from lstmcli.nn.config import DEVICES
from lstmcli.tasks import BUILT_IN, all_tasks

Format: TypeAlias = Literal["table", "tsv", "csv", "jsonl", "json"]
FormatOrParquet: TypeAlias = Literal["table", "tsv", "csv", "jsonl", "json", "parquet"]
INPUT_FORMATS = tuple(FORMATS)


class Section:
    """A section of a help page, which declares its options; without a title, the first one.

    Options with several names have them separated by spaces.
    """

    def __init__(self, title: str | None = None) -> None:
        self.title = title

    def option(self, names: str, metavar: str | None, text: str, **more: Any) -> Any:
        return typer.Option(*names.split(), rich_help_panel=self.title, metavar=metavar, help=text, **more)

    def flag(self, names: str, text: str) -> Any:
        """An option without a value, off by default."""
        return self.option(names, None, text, show_default=False)

    def choice(self, name: str, values: Sequence[str], text: str, metavar: str | None = None, **more: Any) -> Any:
        """An option with one of a few values, for the help and completion; the config checks them."""
        return self.option(name, metavar or "|".join(values), text, autocompletion=completion.among(values), **more)

    def choices(self, name: str, values: Sequence[str], text: str, metavar: str, **more: Any) -> Any:
        """An option with several of a few values, separated by commas."""
        return self.option(name, metavar, text, autocompletion=completion.some_of(values), **more)

    def column(self, name: str, text: str) -> Any:
        """An option that names a column of the data."""
        return self.option(name, "NAME", text, show_default="detected", autocompletion=completion.columns)


MAIN, DATA, OUTPUT, COMPUTING = Section(), Section("Data"), Section("Output"), Section("Computing")


def argument(metavar: str, text: str, **more: Any) -> Any:
    return typer.Argument(metavar=metavar, help=text, **more)


def counted(param: typer.CallbackParam, value: int | None) -> int | None:
    """Callback that requires a value of at least 1."""
    if value is not None and value < 1:
        raise UsageError(f"{param.opts[0]} must be at least 1, not {value}")
    return value


def default_format() -> Format:
    return "table" if sys.stdout.isatty() else "tsv"


# Reading data
TextColumns = Annotated[
    list[str] | None,
    DATA.column("--text-column", "Text column; repeat the option to join several columns."),
]
TargetColumn = Annotated[
    str | None,
    DATA.column("--target-column", "Column of the translations, if each text has one; trains a translator."),
]
LabelColumn = Annotated[
    list[str] | None,
    DATA.column("--label-column", "Label column; repeat the option if a text has several labels in several columns."),
]
LabelSeparator = Annotated[
    str | None,
    DATA.option(
        *("--label-separator", "TEXT"),
        "Separator between several labels in one cell; none to treat each cell as one label.",
        show_default="detected",
    ),
]
LabelPrefix = Annotated[str, DATA.option("--label-prefix", "TEXT", "Prefix of a label in fastText lines.")]
Delimiter = Annotated[
    str | None, DATA.option("--delimiter", "CHAR", "Field separator of CSV files.", show_default="detected")
]
Header = Annotated[
    bool | None,
    DATA.option(
        *("--header/--no-header", None),
        "Whether the first row of a table is a header. Without one, columns are named 1, 2, 3, …",
        show_default="detected",
    ),
]
Encoding = Annotated[
    str | None, DATA.option("--encoding", "NAME", "Text encoding: utf-8, gbk, …", show_default="detected")
]
InputFormat = Annotated[
    str | None,
    DATA.choice(
        *("--input-format", INPUT_FORMATS),
        f"Format of the input: {', '.join(INPUT_FORMATS[:-1])} or {INPUT_FORMATS[-1]}.",
        metavar="FORMAT",
        show_default="detected",
    ),
]
Split = Annotated[str | None, DATA.option("--split", "NAME", "Split to read if the data set has several.")]
KeepLicence = Annotated[
    bool,
    DATA.flag(
        "--keep-licence --keep-license",
        "Keep the licence and notes that Project Gutenberg and similar libraries add to a book.",
    ),
]


# Models and computing
def named(value: str | None) -> str | None:
    """Callback for the name of a model: what is fetched from the Hub is said on stderr."""
    if (value or os.environ.get("LSTM_MODEL", "")).startswith("hub:"):
        import logging

        from lstmcli.cli.io import logs

        logs.show("lstmcli.hub", logging.INFO)
    return value


MODEL_TEXT = "Model directory, or hub:OWNER/NAME."
ModelArgument = Annotated[
    str | None,
    argument(
        *("MODEL", MODEL_TEXT),
        show_default="$LSTM_MODEL, else the one in lstm-model",
        callback=named,
        autocompletion=completion.models,
    ),
]
SameModel = Annotated[
    str | None,
    MAIN.option(
        *("--model -m", "DIR", "Same as the MODEL argument."),
        show_default=False,
        callback=named,
        autocompletion=completion.models,
    ),
]


def model_option(default: str, text: str = MODEL_TEXT) -> Any:
    more: dict[str, Any] = {"callback": named, "autocompletion": completion.models}
    return MAIN.option("--model -m", "DIR", text, show_default=f"$LSTM_MODEL, else {default}", **more)


ModelPath = Annotated[str | None, model_option("lstm-model/classifier")]
LmModelPath = Annotated[str | None, model_option("lstm-model/lm")]
TranslatorPath = Annotated[str | None, model_option("lstm-model/translator")]


def threads_option(section: Section = MAIN) -> Any:
    return section.option("--threads", "N", "Number of CPU threads.", show_default="all cores", callback=counted)


def device_option(section: Section = MAIN, text: str = "Device to compute on.") -> Any:
    return section.choice("--device", DEVICES, text)


Threads = Annotated[int | None, threads_option()]
Device = Annotated[str, device_option()]
AtOnce = Annotated[
    int | None, MAIN.option("--batch-size", "N", "Texts per batch.", show_default=False, callback=counted)
]


def _engine(names: tuple[str, ...], fallback: str, text: str, section: Section = MAIN) -> Any:
    return section.choice(
        "--engine", names, text, show_default=f"${VARIABLE}, else {fallback}; torch with --device cuda"
    )


_NATIVE = "native where it runs the model, else onnx"
Engine = Annotated[
    str | None,
    _engine(
        engine_names(),
        _NATIVE,
        "Inference engine: native, onnx and torch are exact; fast and int8 are faster but approximate.",
    ),
]
ScoringEngine = Annotated[
    str | None,
    _engine(
        engine_names(scoring=True),
        _NATIVE,
        "Inference engine: native, onnx and torch are exact; fast is faster but approximate.",
    ),
]
GeneratingEngine = Annotated[
    str | None,
    _engine(
        (AUTO, *engine_names()),
        "auto, or onnx with --lines or --file",
        "Inference engine: native, onnx and torch are exact, int8 much faster but approximate; auto is int8 if the "
        "model has it.",
        COMPUTING,
    ),
]


def _complete_task(incomplete: str) -> list[str]:
    return [task.name for task in all_tasks() if task.name.startswith(incomplete)]


def task_option(text: str, default: str, section: Section = MAIN) -> Any:
    """``--task``.  Finding plug-in tasks takes time, so they are completed but not listed in the help."""
    return section.option("--task", "|".join(BUILT_IN), text, autocompletion=_complete_task, show_default=default)


# A model for the Hub
Language = Annotated[
    list[str] | None,
    MAIN.option("--language", "CODE", "Language of the model, such as en, for the card of the Hub; repeatable."),
]
Licence = Annotated[
    str | None,
    MAIN.option("--licence --license", "NAME", "Licence of the model, such as mit, for the card of the Hub."),
]


# Output
def format_option(about: str, *, parquet: bool = False) -> Any:
    """``--format`` of a command that supports every format; ``about``: what each of them has."""
    names, default = "table|tsv|csv|jsonl|json", "table on a terminal, else tsv"
    if parquet:
        names, about = f"{names}|parquet", f"{about} With -o tsv, csv, jsonl or parquet."
    return OUTPUT.option("--format", names, f"Output format. {about}", show_default=default)


def output_header_option(default: str) -> Any:
    """``--output-header``; the default differs between commands."""
    text = "Whether tsv and csv start with a header line."
    return OUTPUT.option("--output-header/--no-output-header", None, text, show_default=default)


TableOrJson = Annotated[Literal["table", "json"], MAIN.option("--format", "table|json", "Output format.")]
KeepColumns = Annotated[bool, OUTPUT.flag("--keep-columns", "Add the columns of the input.")]
OutputHeader = Annotated[bool | None, output_header_option("csv: yes; tsv: only with --keep-columns")]
AnswerFolder = Annotated[
    str | None,
    OUTPUT.option(
        *("--output -o", "DIR"),
        "Write the answers to each FILE, folder or pattern to this folder. Run again, it goes on where it was stopped.",
    ),
]
Workers = Annotated[
    int | None,
    COMPUTING.option(
        *("--workers", "N"), "Processes that answer files, with -o.", show_default="one per core", callback=counted
    ),
]
LimitMemory = Annotated[
    str | None,
    COMPUTING.option("--limit-memory", "SIZE", "Memory that all processes may take, with -o: 512M, 8G."),
]
Quiet = Annotated[bool, OUTPUT.flag("--quiet -q", "Print only warnings and errors on stderr.")]
