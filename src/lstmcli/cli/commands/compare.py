"""``lstm compare``: compare saved models on the same text.  ``--cells`` runs ``compare_cells`` instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.io.inputs import Inputs, specs, with_licence_warning
from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.typer_classes import Command, option_names
from lstmcli.config import CELL_NAMES
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.options import read_config

if TYPE_CHECKING:
    from lstmcli.data.locate import Located

READ = ReadConfig()
LANGUAGE_MODELS = o.Section("Language models")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class CompareModels(Command):
    """Passes a command line with ``--cells`` to ``compare_cells``, and shows the help of both."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        options = args[: args.index("--")] if "--" in args else args
        is_cells = any(word.partition("=")[0] == "--cells" for word in options)
        if not is_cells and not extra.get("resilient_parsing"):
            is_cells = "cells" in self.configured(info_name, args, parent).values
        if is_cells:
            return self.other.make_context(info_name, args, parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    @property
    def forms(self) -> dict[str, Any]:
        return {"": self, " --cells": self.other}

    def elsewhere(self, name: str) -> UsageError | None:
        if name in option_names(self.other):
            return UsageError(f"{name} applies only with --cells", hint="add --cells lstm,rnn, or leave it out")
        return None

    @cached_property
    def other(self) -> Any:
        from lstmcli.cli.commands import compare_cells

        return typer.main.get_command(compare_cells.app)


@app.command(cls=CompareModels)
def compare(
    models: Annotated[
        list[str] | None,
        o.argument(
            "MODEL…",
            "Model directories, a fastText .bin, a KenLM .arpa or binary, or a file of predictions; each is "
            "compared with the first.",
            autocompletion=completion.models,
        ),
    ] = None,
    on: Annotated[
        str | None,
        o.MAIN.option(
            "--on", "FILE", "Text to compare on; classifiers need labels, translators pairs.", show_default=False
        ),
    ] = None,
    target_file: Annotated[
        str | None, o.MAIN.option("--target-file", "FILE", "Translations of the lines of --on, for translators.")
    ] = None,
    task: Annotated[str | None, o.task_option("What the files of predictions contain.", "detected")] = None,
    top: Annotated[
        int | None,
        o.MAIN.option(
            *("--top", "N"),
            "Number of texts, or spans of text, to show; 0 for none.",
            show_default="10 disagreements; 5 spans or translations each way",
        ),
    ] = None,
    cold_start: Annotated[
        bool, o.MAIN.flag("--cold-start/--no-cold-start", "Whether to measure the start-up time of classifiers.")
    ] = True,
    threads: o.Threads = None,
    stream: Annotated[bool, LANGUAGE_MODELS.flag("--stream", "Carry the state from line to line.")] = False,
    lines: Annotated[bool, LANGUAGE_MODELS.flag("--lines", "Score each line separately.")] = False,
    log_base: Annotated[
        str,
        LANGUAGE_MODELS.choice(
            "--log-base", ("e", "2", "10"), "Base of the log-probabilities in a file of predictions."
        ),
    ] = "e",
    cells: Annotated[
        str | None,
        o.MAIN.choices(
            *("--cells", CELL_NAMES, "Train these cells on SOURCE and compare them instead; see below.", "CELL,CELL,…")
        ),
    ] = None,
    text_columns: o.TextColumns = None,
    target_column: o.TargetColumn = READ.target_column,
    label_column: o.LabelColumn = None,
    label_separator: o.LabelSeparator = READ.label_separator,
    label_prefix: o.LabelPrefix = READ.label_prefix,
    header: o.Header = READ.header,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.Format | None, o.format_option("tsv and csv have one row per model; json has everything.")
    ] = None,
    quiet: o.Quiet = False,
) -> None:
    """Compare saved models on the same text, or train several architectures on the same data and compare them.

    Classifiers are compared by accuracy, macro F1, calibration, size and speed, with McNemar's exact test and paired
    bootstrap intervals. Language models are compared by bits per byte and character and by perplexity per word, with
    a paired permutation test over lines. Translators are compared by BLEU and chrF, with sacrebleu's paired
    bootstrap. The texts or spans on which models differ most are shown.

    A file of predictions, one line per text, can stand for any other program: labels, log-probabilities,
    translations, or the jsonl output of `lstm classify`, `lstm perplexity --per line` or `lstm translate`. fastText and
    KenLM models need their packages: pip install 'lstmcli[fasttext]' or 'lstmcli[kenlm]'.

    Examples:
      lstm compare models/small models/large --on test.csv
      lstm compare models/news fasttext.bin --on test.csv
      lstm compare models/bpe models/words book.arpa --on chapter.txt
      lstm compare models/de-en other-program.txt --on test.de --target-file test.en
      lstm compare models/news predictions.txt --on test.csv --format json
      lstm compare train.csv --test test.csv --cells lstm,gru,rnn
      lstm compare book.txt --cells lstm,rnn --seeds 5 --probe recall -o lstm-or-rnn
    """
    values = locals()
    if on is None:
        hint = "name a file with --on FILE; to train new models, give --cells"
        raise UsageError("there is no text to compare the models on", hint=hint)

    from lstmcli.cli.output.comparison import write
    from lstmcli.comparison.compare import CompareOptions, how_to_read, identify
    from lstmcli.comparison.compare import compare as compare_models

    options = CompareOptions(
        source=on, threads=threads, shown=top, cold_starts=cold_start, stream=stream, lines=lines, log_base=log_base
    )
    entries = identify(models or [], task)
    read, how = how_to_read(entries, read_config(values))
    (source,) = Inputs(_source(on, target_file, how["paired"]), [], read, quiet=quiet, **how)
    options = replace(options, format=source.format, prefix=read.label_prefix)
    records = source.records if how["labelled"] else with_licence_warning(source.records, source.format)
    write(compare_models(entries, records, options), format or o.default_format())


def _source(on: str, target_file: str | None, paired: bool) -> Sequence[str | Located]:
    """The text to compare on, and its translations if they are in a file of their own.  Raises: UsageError."""
    from lstmcli.data.parallel import parallel

    if target_file is None:
        return specs([on], None)
    if not paired:
        raise UsageError("--target-file does not apply to these models", hint="it is for translators: leave it out")
    return [parallel(on, target_file)]
