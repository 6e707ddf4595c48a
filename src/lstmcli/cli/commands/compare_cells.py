"""``lstm compare --cells``: train several architectures on the same data and compare them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.io.signals import Stop
from lstmcli.cli.io.streams import note
from lstmcli.cli.options import common as o
from lstmcli.cli.options import experiment as r
from lstmcli.cli.options import training as t
from lstmcli.cli.options.translation import TargetFile, TestTarget, ValidTarget
from lstmcli.cli.output import html
from lstmcli.cli.typer_classes import Command, is_given, option_names
from lstmcli.data.config import ReadConfig
from lstmcli.errors import OutputError, UsageError
from lstmcli.language_modeling.config import DEFAULT_PRESET
from lstmcli.options import chosen, job_arguments, read_config
from lstmcli.safe_files import check_links
from lstmcli.tasks import require_task, task_for
from lstmcli.training.config import TrainingConfig

if TYPE_CHECKING:
    from lstmcli.cli.output.experiment.live import LiveDisplay
    from lstmcli.data.records import Splits
    from lstmcli.experiments.results import ArchitectureComparison

REPORT, NUMBERS = "report.html", "report.json"
EQUAL_TIME = "1m"
PROBES = ("recall",)
ELSEWHERE = "choose another place with -o/--output"
READ = ReadConfig()

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class CompareCells(Command):
    """The form of ``lstm compare`` with ``--cells``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["--cells CELL,CELL,…", "[OPTIONS]", "SOURCE"]

    def elsewhere(self, name: str) -> UsageError | None:
        from lstmcli.cli.commands import compare

        if name in option_names(typer.main.get_command(compare.app)):
            message = f"{name} applies to saved models, but --cells trains new ones"
            return UsageError(message, hint=f"leave out {name} or --cells")
        return None


@app.command(cls=CompareCells)
def compare_cells(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, o.argument("SOURCE", "Data to train on, in any format of `lstm train`.")
    ] = None,
    cells: r.Cells = "",
    task: t.TrainingTask = None,
    threads: o.Threads = None,
    match: r.Match = "parameters",
    seeds: r.Seeds = r.SEEDS,
    seed: r.Seed = None,
    probe: r.Probe = None,
    distance: r.Distance = None,
    output: r.Output = None,
    force: r.Force = False,
    resume: r.Resume = False,
    valid: r.Valid = None,
    test: r.Test = None,
    target_file: TargetFile = None,
    valid_target: ValidTarget = None,
    test_target: TestTarget = None,
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
    precision: r.Precision = TrainingConfig.precision,
    device: r.Device = "auto",
    deterministic: r.Deterministic = False,
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
    keep_licence: o.KeepLicence = READ.keep_licence,
    format: Annotated[
        o.Format | None, o.format_option("tsv and csv have one row per cell; json has everything.")
    ] = None,
    quiet: o.Quiet = False,
) -> None:
    """With --cells, each cell is trained on SOURCE with the same data, tokenizer, seeds and budget. The result has the
    mean, standard deviation and interval over the seeds, and how far back the gradient of each cell reaches.

    Examples:
      lstm compare train.csv --test test.csv --cells lstm,gru,rnn
      lstm compare book.txt --cells lstm,rnn --seeds 5 --probe recall -o lstm-or-rnn
      lstm compare pairs.csv --cells lstm,gru --time 10m --match time
    """
    values = {name: value for name, value in locals().items() if name != "ctx"}
    given = {name for name in values if is_given(ctx, name)}
    _compare(values, given, ctx.obj, format or o.default_format())


def _compare(values: Mapping[str, Any], given: Collection[str], arguments: Sequence[str], format: str) -> None:
    """Train the cells on the source, write the report and print the result.

    Raises:
        UsageError, DataError, OutputError: before training starts.
        Exit: a signal stopped the run.
    """
    from lstmcli.experiments.plan import check_cells, check_match
    from lstmcli.training.start import TARGETS

    if len(values["sources"] or []) != 1:
        raise UsageError("--cells needs exactly one SOURCE", hint="lstm compare data.csv --cells lstm,gru,rnn")
    (source,) = values["sources"]
    cells, match = _split(values["cells"]), _split(values["match"])
    check_cells(cells)
    check_match(match)
    distance = _distance(values)
    values = _with_time(values, given, match)
    if values["task"] is None and not TARGETS.isdisjoint(given):
        values["task"] = task_for(paired=True).name
    settings = job_arguments({name: values[name] for name in given} | {"time": values["time"]}, values["task"])
    output = values["output"] or r.OUTPUT
    first = TrainingConfig.seed if values["seed"] is None else values["seed"]
    seeds = range(first, first + values["seeds"])
    _check_output(output, cells, seeds, force=values["force"], resume=values["resume"])

    from lstmcli.cli.output.experiment.live import LiveDisplay
    from lstmcli.cli.output.experiment.tables import EXPERIMENT
    from lstmcli.cli.output.writer import write
    from lstmcli.data.parallel import with_targets
    from lstmcli.data.splits import load_splits

    pairs, valid, test = (
        with_targets(values[side] if side else source, values[option], f"--{option.replace('_', '-')}")
        for side, option in (("", "target_file"), ("valid", "valid_target"), ("test", "test_target"))
    )
    assert pairs is not None
    splits = load_splits(
        pairs,
        read_config(values),
        valid=valid,
        test=test,
        valid_fraction=None,
        seed=seeds[0],
        labelled=require_task(values["task"]).labelled if values["task"] else None,
        paired=require_task(values["task"]).paired if values["task"] else None,
    )
    task = require_task(values["task"]) if values["task"] else task_for(labelled=splits.labelled, paired=splits.paired)
    config = chosen(settings, task)["config"]
    how = {"cells": cells, "seeds": len(seeds), "match": match, "distance": distance}
    how |= {"source": source, "force": values["force"], "resume": values["resume"], "command": shlex.join(arguments)}
    with Stop() as stop, LiveDisplay(splits, by_time="time" in match, quiet=values["quiet"]) as shown:
        result, failure = _run(splits, config, output, stop, shown, how)
    try:
        _write_report(output, result)
    except OutputError as error:  # the result of a long run is printed in any case
        failure = failure or error
    write(result, EXPERIMENT, format)
    sys.stdout.flush()
    if failure is not None:
        raise failure
    if not values["quiet"]:
        note(f"wrote the models, {REPORT} and {NUMBERS} to {output}")
    if stop.signal is not None:
        raise typer.Exit(128 + stop.signal)


def _run(
    splits: Splits, config: Any, output: Path, stop: Stop, shown: LiveDisplay, how: Mapping[str, Any]
) -> tuple[ArchitectureComparison, OutputError | None]:
    """Train and compare; return the result and, if a model could not be written, the error.

    Raises:
        OutputError: nothing could be written.
    """
    from lstmcli.experiments.run import compare_architectures

    made = not output.exists()
    check_links(output)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", path=output, hint=ELSEWHERE) from error
    result: ArchitectureComparison | None = None
    failure: OutputError | None = None
    try:
        for event in compare_architectures(splits, config, output, stop=stop.asked, **how):
            stop.gentle = True
            result = shown.handle(event) or result
    except OutputError as error:
        if result is None:
            raise
        failure = error
    finally:
        if made:
            with suppress(OSError):
                output.rmdir()  # nothing was written
    assert result is not None
    return result, failure


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _distance(values: Mapping[str, Any]) -> int | None:
    """Longest distance of the recall task; None without ``--probe`` and ``--distance``."""
    from lstmcli.config import among

    if values["probe"] is not None:
        among("probe", values["probe"], PROBES)
    if values["distance"] is not None:
        return int(values["distance"])  # implies --probe recall
    return r.DISTANCE if values["probe"] else None


def _with_time(values: Mapping[str, Any], given: Collection[str], match: Sequence[str]) -> dict[str, Any]:
    """The parameters with a training time if ``--match`` includes time.  Raises: UsageError."""
    if "time" in match and "epochs" in given:
        raise UsageError("--epochs and --match time contradict each other", hint="leave one of them out")
    if "time" not in match and "time" in given:
        raise UsageError("--time needs --match time", hint="add --match time, or --match parameters,time")
    return {**values, "time": (values["time"] or EQUAL_TIME) if "time" in match else None}


def _check_output(output: Path, cells: Sequence[str], seeds: Sequence[int], *, force: bool, resume: bool) -> None:
    """Fail early if a model or the report could not be written.  Raises: UsageError, OutputError."""
    from lstmcli.experiments.journal import JOURNAL
    from lstmcli.experiments.plan import model_path
    from lstmcli.model_dir.directory import check_target

    if force and resume:
        raise UsageError("--force starts again and --resume goes on", hint="leave one of them out")
    if not output.exists():
        return
    if not output.is_dir():
        raise OutputError("is a file", path=output, hint=ELSEWHERE)
    if any(output.iterdir()) and not force and not resume:
        hint = f"replace its files with --force, or {ELSEWHERE}"
        if (output / JOURNAL).is_file():
            hint = f"continue the comparison with --resume, replace its files with --force, or {ELSEWHERE}"
        raise OutputError("exists already and is not empty", path=output, hint=hint)
    for cell, seed in product(cells, seeds):
        check_target(model_path(output, cell, seed), True)
    html.check_place(output / REPORT, "compare", "-o/--output")


def _write_report(output: Path, result: ArchitectureComparison) -> None:
    from lstmcli.cli.output.experiment.page import page
    from lstmcli.cli.output.experiment.tables import EXPERIMENT
    from lstmcli.cli.output.writer import as_json

    html.write_whole(output / REPORT, page(result))
    html.write_whole(output / NUMBERS, [as_json(result, EXPERIMENT, indent=2), "\n"])
