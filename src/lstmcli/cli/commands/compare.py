"""``lstm compare``: models against each other on the same text, and whether the difference is real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.io.inputs import Inputs, specs, with_notices_told
from lstmcli.cli.options import common as o
from lstmcli.cli.options import experiment as r
from lstmcli.cli.options.configs import read_config
from lstmcli.cli.typer_classes import Command, is_given
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import DEFAULT_PRESET
from lstmcli.tasks import BUILT_IN

if TYPE_CHECKING:
    from lstmcli.comparison.results import ClassifierComparison, LmComparison

READ = ReadConfig()
LANGUAGE_MODELS = "Language models"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog="""Examples:
  lstm compare models/small models/large --on test.csv
  lstm compare models/news fasttext.bin --on test.csv
  lstm compare models/bpe models/words book.arpa --on chapter.txt
  lstm compare models/news predictions.txt --on test.csv --format json
  lstm compare train.csv --test test.csv --cells lstm,gru,rnn
  lstm compare book.txt --cells lstm,rnn --seeds 5 --probe recall -o lstm-or-rnn""",
)
def compare(
    ctx: typer.Context,
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL…|SOURCE",
            help="Model directories; also fastText's .bin, KenLM's .arpa or binary, or a file of answers. "
            "Each is compared with the first. With --cells the SOURCE to train on.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="FILE", show_default=False, help="The text to compare on; labelled for classifiers."
        ),
    ] = None,
    task: Annotated[
        str | None,
        o.option(
            "--task",
            among=tuple(BUILT_IN),
            show_default="what the models are",
            text="What files of answers are, or what to train.",
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            metavar="N",
            show_default="10 disagreements; 5 spans each way",
            help="How many texts, or spans of text, to show; 0 for none.",
        ),
    ] = None,
    cold_start: Annotated[
        bool,
        typer.Option(
            "--cold-start/--no-cold-start",
            show_default=False,
            help="Whether to measure how long a classifier takes to start.",
        ),
    ] = True,
    threads: o.Threads = None,
    stream: Annotated[
        bool,
        o.option(
            "--stream",
            panel=LANGUAGE_MODELS,
            show_default=False,
            text="Our models carry their state from line to line.",
        ),
    ] = False,
    lines: Annotated[
        bool,
        o.option("--lines", panel=LANGUAGE_MODELS, show_default=False, text="Our models read each line by itself."),
    ] = False,
    log_base: Annotated[
        str,
        o.option(
            "--log-base", panel=LANGUAGE_MODELS, among=("e", "2", "10"), text="Of plain log-probabilities in a file."
        ),
    ] = "e",
    cells: r.Cells = None,
    match: r.Match = "parameters",
    seeds: r.Seeds = r.SEEDS,
    seed: r.Seed = None,
    probe: r.Probe = None,
    distance: r.Distance = None,
    output: r.Output = None,
    force: r.Force = False,
    valid: r.Valid = None,
    test: r.Test = None,
    epochs: r.Epochs = None,
    time: r.Time = None,
    hidden: r.Hidden = None,
    layers: r.Layers = None,
    embedding: r.Embedding = None,
    one_way: r.OneWay = False,
    tokenizer: r.Tokenizer = None,
    preset: r.Preset = DEFAULT_PRESET,
    batch_size: r.BatchSize = None,
    learning_rate: r.LearningRate = None,
    device: r.Device = "auto",
    deterministic: r.Deterministic = False,
    text_columns: o.TextColumns = None,
    label_column: o.LabelColumn = None,
    label_separator: o.LabelSeparator = READ.label_separator,
    label_prefix: o.LabelPrefix = READ.label_prefix,
    header: o.Header = READ.header,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    keep_licence: o.KeepLicence = READ.keep_licence,
    format: Annotated[
        o.Format | None,
        o.format_option("tsv and csv: a header and a row for each model. jsonl and json: one object with everything."),
    ] = None,
    quiet: o.Quiet = False,
) -> None:
    """Compare saved models on the same text, or train architectures side by side: which is better, by how much, and
    whether that is more than chance.

    Classifiers need labelled text; they are compared by accuracy, macro F1, calibration, size and speed, with
    McNemar's exact test, a paired bootstrap interval of each difference, and the texts that they answer
    differently. Language models are compared by bits per byte and character and by perplexity per word, with a
    paired permutation test over lines, and the spans of text where one gains most; perplexity per token is shown
    only between models of one tokenizer.

    A file of answers stands for any other program, a line for each text: labels, rows of `lstm classify --format
    jsonl`, log-probabilities, or rows of `lstm perplexity --per line --format jsonl`. fastText and KenLM models
    need their packages: pip install 'lstmcli[fasttext]', 'lstmcli[kenlm]'.

    With --cells, recurrent cells are trained on SOURCE from the same data, tokenizer and seeds and within the same
    budget. At the end stand a table with mean, spread and interval over the seeds, and how far back each cell's
    gradient reaches in your text; DIR holds the models, report.html and report.json.
    """
    values = {name: value for name, value in locals().items() if name != "ctx"}

    from lstmcli.cli.commands.compare_cells import check_place, compare_cells

    given = {name for name in values if is_given(ctx, name)}
    format = format or o.default_format()
    check_place(given, trains=cells is not None)
    if cells is not None:
        compare_cells(values, given, ctx.obj, format)
        return

    from lstmcli.cli.output.comparison import write

    result = _compare_models(values)
    write(result, format)


def _compare_models(values: Mapping[str, Any]) -> ClassifierComparison | LmComparison:
    """The comparison of saved models.  Raises: UsageError, and as ``comparison.compare``."""
    on = values["on"]
    if on is None:
        hint = "name it with --on FILE; to train, give --cells"
        raise UsageError("compare needs text to compare the models on", hint=hint)

    from lstmcli.comparison.compare import CompareOptions, compare, how_to_read, identify

    options = CompareOptions(
        source=on,
        threads=values["threads"],
        shown=values["top"],
        cold_starts=values["cold_start"],
        stream=values["stream"],
        lines=values["lines"],
        log_base=values["log_base"],
    )
    entries = identify(values["models"] or [], values["task"])
    read, how = how_to_read(entries, read_config(values))
    (source,) = Inputs(specs([on], None), [], read, quiet=values["quiet"], **how)
    options = replace(options, format=source.format, prefix=read.label_prefix)
    records = source.records if how["labelled"] else with_notices_told(source.records, source.format)
    return compare(entries, records, options)
