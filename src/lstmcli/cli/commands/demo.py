"""``lstm demo``: train and use three small models, showing each command."""

from __future__ import annotations

import csv
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from lstmcli.cli.help import bold
from lstmcli.cli.io import streams
from lstmcli.cli.options import common as o
from lstmcli.cli.output.wrapping import command_lines
from lstmcli.cli.typer_classes import Command
from lstmcli.errors import OutputError

HELD_OUT = 6
"""Every so many rows, one is held out for evaluation."""
TEXTS = (
    "Striker scores twice as the home side win the derby",
    "Central bank raises interest rates for the third time",
    "新疫苗在临床试验中效果良好",
    "科学家在深海发现新的鱼类",
)
LM_EPOCHS = "2"
PROMPT = "Tom had a"
SAMPLING = ("-n", "3", "--temperature", "0.7", "--max-tokens", "120", "--seed", "1")
TRANSLATOR = ("--epochs", "6", "--learning-rate", "0.008", "--hidden", "128", "--embedding", "64")
DATES = ("March 5th, 2031", "17.8.1999")
SENTENCE = "Tom had a red boat. He put the drum on the pond."
"""It switches from a boat to a drum, and ends where a story would continue.  It fits a line of a terminal."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def demo(
    folder: Annotated[Path, o.argument("DIR", "Directory for the files of the demo.")] = Path("lstm-demo"),
    threads: o.Threads = None,
    force: Annotated[bool, o.MAIN.flag("--force", "Use DIR even if it exists.")] = False,
) -> None:
    """Train a small headline classifier, language model and translator of dates on built-in samples, and use them.

    Each command is shown before it runs, so that you can repeat or change it. Takes about three minutes on two cores.
    """
    if folder.exists() and not force and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError("exists already", path=folder, hint="lstm demo --force, or lstm demo ANOTHER-DIR")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        train, held_out = write_sample(folder)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", path=folder) from error
    model = folder / "model"
    more = [f"--threads={threads}"] if threads else []

    streams.note(f"The data set sample:topics is in {folder}: train.csv, and held-out.csv for evaluation.")
    overwrite = ["--force"] if force else []
    step(
        "Train a classifier of headlines by topic, in English and Chinese.",
        *("train", str(train), "-o", str(model), *overwrite, *more),
    )
    step(
        "Classify new headlines.",
        *("classify", "-m", str(model), *(part for text in TEXTS for part in ("--text", text))),
        *("--format", "table"),
    )
    step("Evaluate it on headlines that it has not seen.", "classify", "-m", str(model), "--report", str(held_out))
    step("Show what is in the model.", "info", str(model))
    book = str(folder / "language-model")
    step(
        "Train a language model on text without labels: 5,000 short stories, simple enough for a tiny model.",
        *("train", "sample:stories", "-o", book, "--preset", "tiny", "--epochs", LM_EPOCHS, *overwrite, *more),
    )
    step("Generate three new stories.", "generate", "-m", book, PROMPT, *SAMPLING)
    step(
        "Show how surprising each word is, in bits. The text switches from a boat to a drum, then breaks off.",
        *("perplexity", "-m", book, "--text", SENTENCE, "--per", "word", "--format", "table"),
    )
    dates = str(folder / "translator")
    step(
        "Train a translator on pairs: dates as people write them, and in ISO 8601.",
        *("train", "sample:dates", "-o", dates, *TRANSLATOR, *overwrite, *more),
    )
    step(
        "Translate new dates, and show where each character comes from.",
        *("translate", "-m", dates, *(part for text in DATES for part in ("--text", text))),
        *("--alignment", "--format", "table"),
    )
    streams.put("")
    streams.note(
        f"All models are in {folder}. Next, train on your own data: lstm train data.csv, lstm train book.txt, or "
        "lstm train pairs.csv"
    )


def write_sample(folder: Path) -> tuple[Path, Path]:
    """Write the headlines as two CSV files: training data and held-out data."""
    from lstmcli.data.samples import open_sample

    sample = open_sample("topics")
    rows = [row.cells for row in sample.rows()]
    paths = folder / "train.csv", folder / "held-out.csv"
    for held_out, path in enumerate(paths):
        path.unlink(missing_ok=True)  # with --force; "x" does not write through a link
        with path.open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(sample.columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for i, row in enumerate(rows) if (i % HELD_OUT == 0) == held_out)
    return paths


def step(what: str, *arguments: str) -> None:
    """Describe a command, show it, and run it in this process, so that torch is loaded once.

    Raises:
        Exit: with the exit code of the command, if it fails.
    """
    from lstmcli.cli.app import app as lstm

    streams.put("")
    streams.note(what)
    command = shlex.join(["lstm", *arguments])
    if sys.stderr.isatty():
        command = command_lines(["lstm", *arguments], streams.window_width() - len("$ "))
    streams.put(bold("$ " + command, sys.stderr))
    try:
        typer.main.get_command(lstm).main(list(arguments))
    except SystemExit as end:
        sys.stdout.flush()
        if end.code:
            raise typer.Exit(int(end.code)) from None
