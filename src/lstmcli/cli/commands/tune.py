"""``lstm tune``: search for good settings within a time and a size."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from lstmcli.cli.io.signals import Stop
from lstmcli.cli.options import common as o
from lstmcli.cli.options import training as t
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command, is_given
from lstmcli.data.config import ReadConfig
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tuning.events import SearchEnded
from lstmcli.tuning.results import Tuned

READ, TOKENIZER = ReadConfig(), TokenizerConfig()
OWN = ("ctx", "source", "output", "valid", "test", "time", "trials", "force", "resume", "quiet", "format")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def tune(
    ctx: typer.Context,
    source: Annotated[str, o.argument("SOURCE", "File, folder, `-` for stdin, sample:NAME, or a Hub data set.")],
    output: t.Output = None,
    time: Annotated[str, o.MAIN.option("--time", "TIME", "Time for all trials together: 10m, 1h.")] = "10m",
    size: t.Size = None,
    trials: Annotated[
        int | None, o.MAIN.option("--trials", "N", "Maximum number of trials.", show_default="as many as there is time")
    ] = None,
    valid: t.Valid = None,
    test: Annotated[str | None, o.MAIN.option("--test", "FILE", "Test data, for the best model at the end.")] = None,
    seed: t.Seed = 1,
    threads: o.Threads = None,
    force: Annotated[
        bool, o.MAIN.flag("--force", "Replace an existing model, and start an earlier search anew.")
    ] = False,
    resume: Annotated[
        bool, o.MAIN.flag("--resume", "Continue an earlier search, with more --time if it is used up.")
    ] = False,
    text_columns: o.TextColumns = None,
    label_column: o.LabelColumn = None,
    label_separator: o.LabelSeparator = READ.label_separator,
    label_prefix: o.LabelPrefix = READ.label_prefix,
    header: o.Header = READ.header,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    valid_fraction: t.ValidFraction = None,
    strip_html: t.StripHtml = TOKENIZER.strip_html,
    keep_case: t.KeepCase = not TOKENIZER.lowercase,
    teacher: t.Teacher = None,
    unlabelled: t.Unlabelled = None,
    quiet: o.Quiet = False,
    format: o.TableOrJson = "table",
) -> None:
    """Search for good settings of a classifier within a time, and with --size within a size.

    The first trial has the defaults. The model of the best trial so far is always in the output directory; trials that
    are behind are given up. At the end you see what mattered and the command that trains the best model again. Ctrl-C
    ends the search and keeps the best; --resume continues it. Needs Optuna: pip install 'lstmcli[tune]'.

    Examples:

      lstm tune reviews.csv
      lstm tune news.csv --time 1h --size 2M --test test.csv -o models/news
      lstm tune news.csv --time 2h --size 2M --test test.csv -o models/news --resume
      lstm tune few.csv --unlabelled texts.txt --teacher answers.jsonl --time 1h
    """
    given = {name: value for name, value in locals().items() if name not in OWN and is_given(ctx, name)}

    from lstmcli.cli.io.asking import which_label
    from lstmcli.cli.output.tuning import TUNED, TuningLog
    from lstmcli.tuning.start import start

    search = start(
        source, given, name=source, time=time, output=output, valid=valid, test=test, trials=trials, force=force,
        resume=resume, ask_label=which_label,
    )  # fmt: skip
    log, result = TuningLog(quiet=quiet), None
    with Stop() as stop, closing(search.run(stop.asked)) as events:
        stop.gentle = True
        for event in events:
            log.handle(event)
            if isinstance(event, SearchEnded):
                result = event.result
    assert isinstance(result, Tuned)
    write(result, TUNED, format)
    if stop.signal is not None:
        raise typer.Exit(128 + stop.signal)
