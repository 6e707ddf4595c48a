"""``lstm classify``: texts in, one answer for each, as they come."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs
from lstmcli.cli.options import common as o
from lstmcli.cli.options.configs import read_config
from lstmcli.cli.options.kept_columns import KeepColumns, header_option
from lstmcli.cli.output.console import console, print_rows, show, to_json
from lstmcli.cli.output.predictions import writer
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.errors import UsageError
from lstmcli.tasks import CLASSIFICATION

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier
    from lstmcli.classification.results import ClassReport

READ = ReadConfig()

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog="""Examples:
  lstm classify --text "the room was spotless"
  lstm classify new.csv --format csv --keep-columns > answers.csv
  tail -f app.log | lstm classify
  lstm classify test.csv --report""",
)
def classify(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Files to label, `-` for stdin. Without any: what is piped in."),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", help="A text to label; may be repeated.")
    ] = None,
    model: o.ModelPath = None,
    top: Annotated[int | None, typer.Option("--top", metavar="K", help="Show the K most probable labels.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            metavar="P",
            help="Give no label below this probability; for a model of several labels, every label from it up.",
        ),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Measure the model on labelled text instead.", show_default=False)
    ] = False,
    batch_size: o.AtOnce = None,
    threads: o.Threads = None,
    engine: Annotated[
        str | None,
        o.option(
            "--engine",
            among=("onnx", "int8", "torch"),
            show_default="onnx; torch with --device cuda",
            text="What runs the network; int8 is faster, and an answer may move a little.",
        ),
    ] = None,
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
        o.Format | None,
        o.format_option("tsv: label and probability, one line for each input. csv, jsonl and json hold the text too."),
    ] = None,
    keep_columns: KeepColumns = False,
    output_header: Annotated[bool | None, header_option("csv: yes; tsv: no")] = None,
    quiet: o.Quiet = False,
) -> None:
    """Label texts: one answer for each, in order, blank ones included.

    A file holds one text a line, or CSV, TSV, JSON, JSON Lines, Parquet; a label column is not needed. A line
    written into a pipe is answered at once. In TSV, tabs, line ends and backslashes inside a label are written
    \\t, \\n, \\\\. A reader that closes the pipe early ends the program quietly, exit code 0.
    """
    values = locals()
    named = specs(files, text)
    if report and not named:
        raise UsageError("--report needs labelled text", hint="name a file with a label column, or pipe one in")
    if top is not None and report:
        raise UsageError("--top and --report do not go together")

    from lstmcli.classification.predict import Classifier
    from lstmcli.model_dir.directory import default_model_path

    size = {} if batch_size is None else {"batch_size": batch_size}
    classifier = Classifier(default_model_path(CLASSIFICATION, model), threads=threads, engine=engine, device=device)
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
    if report:
        everything = (record for source in inputs for record in source.records)
        show_report(classifier.report(everything, threshold=threshold, **size), format or "table")
        _tell_unknown(classifier)
        return
    shown = format or o.default_format()
    out = writer(shown, sys.stdout, top=top, keep_columns=keep_columns, header=output_header)
    for records, ready, *_ in inputs:
        live = ready is not None
        how: dict[str, Any] = {"top": top, "threshold": threshold, "eager": live, "ready": ready, **size}
        for prediction in classifier.classify(iter(records), **how):
            out.write(prediction)
            if ready is not None and not ready():
                sys.stdout.flush()
    out.close()
    _tell_unknown(classifier)


def _tell_unknown(classifier: Classifier) -> None:
    """A warning on stderr where most of what was read means nothing to the model."""
    from lstmcli.tokenization.unknown_rate import unknown_in_text

    if told := unknown_in_text(classifier.answering.unknown, classifier.answering.tokens):
        streams.note(f"warning: {told}")


def show_report(report: ClassReport, format: str) -> None:
    """Prints a report on stdout: tables, one row for each class, or JSON."""
    if format in ("json", "jsonl"):
        print(to_json(asdict(report), indent=2 if format == "json" else None))
    elif format in ("tsv", "csv"):
        names = ("label", "precision", "recall", "f1", "support")
        rows: list[list[str]] = [list(names)]
        for c in report.classes:
            numbers = (c.precision, c.recall, c.f1)
            rows.append([c.label, *("" if x is None else f"{x:.4f}" for x in numbers), str(c.support)])
        print_rows(rows, format)
    else:
        from lstmcli.cli.output import tables

        out = console()
        show(out, *tables.report(report, out))
