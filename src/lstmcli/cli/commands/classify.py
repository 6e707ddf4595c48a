"""``lstm classify``: label texts as they arrive."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs
from lstmcli.cli.options import classification as c
from lstmcli.cli.options import common as o
from lstmcli.cli.options.bulk import is_wanted
from lstmcli.cli.output.predictions import writer
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.errors import UsageError
from lstmcli.options import read_config
from lstmcli.tasks import CLASSIFICATION

READ = ReadConfig()
ANSWERS_ONLY = "it is for the answers to single texts: leave one of them out"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def classify(
    files: Annotated[
        list[str] | None, o.argument("FILE", "Files to label, or `-` for stdin. Default: stdin, if piped.")
    ] = None,
    text: Annotated[list[str] | None, o.MAIN.option("--text", "TEXT", "Text to label; repeatable.")] = None,
    model: o.ModelPath = None,
    top: c.Top = None,
    threshold: c.Threshold = None,
    abstain: c.Abstain = None,
    max_error: c.MaxError = None,
    uncertain: c.Uncertain = None,
    novelty: c.ShowNovelty = False,
    max_novelty: c.MaxNovelty = None,
    report: Annotated[bool, o.MAIN.flag("--report", "Evaluate the model on labelled text.")] = False,
    batch_size: o.AtOnce = None,
    threads: o.Threads = None,
    workers: o.Workers = None,
    ray: o.Ray = None,
    limit_memory: o.LimitMemory = None,
    engine: o.Engine = None,
    device: o.Device = "auto",
    text_columns: o.TextColumns = None,
    label_column: o.LabelColumn = None,
    label_separator: o.LabelSeparator = READ.label_separator,
    label_prefix: o.LabelPrefix = READ.label_prefix,
    header: o.Header = READ.header,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.FormatOrParquet | None,
        o.format_option("tsv has the label and its probability; csv, jsonl and json include the text.", parquet=True),
    ] = None,
    keep_columns: o.KeepColumns = False,
    output: o.AnswerFolder = None,
    output_header: Annotated[bool | None, o.output_header_option("csv: yes; tsv: no")] = None,
    quiet: o.Quiet = False,
) -> None:
    """Label texts: one prediction for each input, in order, blank lines included.

    A file has one text per line, or is CSV, TSV, JSON, JSON Lines or Parquet; a label column is not needed. Lines
    from a pipe are answered as they arrive.

    Examples:
      lstm classify --text "the room was spotless"
      lstm classify new.csv --format csv --keep-columns > answers.csv
      tail -f app.log | lstm classify
      lstm classify test.csv --report
      lstm classify "logs/*.txt" -o answers --workers 8
    """
    values = {**locals(), "top": c.top_of(top)}
    if is_wanted(values):
        from lstmcli.cli.commands.classify_into_folder import classify_into_folder

        counts = classify_into_folder(values)
        _warn_unknown(counts.get("tokens", 0), counts.get("unknown", 0))
        return
    named = specs(files, text)
    if report:
        _check_report(named, values)

    from lstmcli.classification.predict import Classifier
    from lstmcli.model_dir.directory import default_model_path

    size = {} if batch_size is None else {"batch_size": batch_size}
    classifier = Classifier(default_model_path(CLASSIFICATION, model), threads=threads, engine=engine, device=device)
    threshold = c.chosen_threshold(classifier, threshold, abstain, max_error, quiet=quiet)
    trained = classifier.directory.trained_read
    inputs = Inputs(
        named,
        text or [],
        with_training_defaults(read_config(values), trained),
        prefer=trained,
        labelled=True if report else None,
        keep_columns=keep_columns,
        quiet=quiet,
    )
    everything = (record for source in inputs for record in source.records)
    if report:
        from lstmcli.cli.output import tables

        write(classifier.report(everything, threshold=threshold, **size), tables.REPORT, format or "table")
        _warn_unknown(classifier.tokens, classifier.unknown)
        return
    shown = format or o.default_format()
    number, asked = c.labels_shown(values["top"], shown, known := len(classifier.labels))
    if top is None and asked is not None and asked < known and not quiet:
        streams.note(f"probabilities of the {asked} most probable of {known} labels; --top all gives all")
    asks: dict[str, Any] = {"novelty": novelty, "max_novelty": max_novelty}
    shape = {"novelty": novelty or max_novelty is not None, "texts": uncertain is not None}
    out = writer(shown, sys.stdout, top=number, keep_columns=keep_columns, header=output_header, **shape)
    if uncertain is not None:
        from lstmcli.classification.uncertain import least_certain

        for prediction in least_certain(
            classifier, everything, uncertain, top=asked, threshold=threshold, **size, **asks
        ):
            out.write(prediction)
        out.close()
        return
    for records, ready, *_ in inputs:
        live = ready is not None
        how: dict[str, Any] = {"top": asked, "threshold": threshold, "eager": live, "ready": ready, **size, **asks}
        for prediction in classifier.classify(iter(records), **how):
            out.write(prediction)
            if ready is not None and not ready():
                sys.stdout.flush()
    out.close()
    _warn_unknown(classifier.tokens, classifier.unknown)


def _check_report(named: list[str], values: dict[str, Any]) -> None:
    """Raises: UsageError if there is nothing to evaluate on, or if options of predictions are given too."""
    if not named:
        raise UsageError("--report needs labelled text", hint="name a file with a label column, or pipe one in")
    for name in ("top", "uncertain", "novelty", "max_novelty"):
        if values[name] not in (None, False):
            raise UsageError(f"--{name.replace('_', '-')} and --report do not go together", hint=ANSWERS_ONLY)


def _warn_unknown(tokens: int, unknown: int) -> None:
    """Warn on stderr if the model does not know most of the text."""
    from lstmcli.tokenization.unknown_rate import unknown_in_text

    if message := unknown_in_text(unknown, tokens):
        streams.note(f"warning: {message}")
