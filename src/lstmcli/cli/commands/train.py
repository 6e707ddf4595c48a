"""``lstm train``: options to a config, then a training run, told as it happens."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.events import DataRead, Evaluated
from lstmcli.cli.io.signals import Stop
from lstmcli.cli.options import common as o
from lstmcli.cli.options.configs import given_options
from lstmcli.cli.options.resume import ask_resume, torn_off
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.events import CorpusRead, LmEvaluated
from lstmcli.tasks import BUILT_IN
from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.training import events

READ, TOKENIZER, MODEL, TRAIN = ReadConfig(), TokenizerConfig(), ClassifierModelConfig(), ClassifierTrainConfig()
LM_TOKENIZER, LM_MODEL = LmTokenizerConfig(), LmModelConfig()
POOLING = ",".join(MODEL.pooling)

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog="""Examples:

  lstm train reviews.csv
  lstm train train.jsonl --valid valid.jsonl --test test.jsonl -o models/news
  lstm train sample:topics --time 1m
  lstm train book.txt
  lstm train ptb.train.txt --valid ptb.valid.txt --test ptb.test.txt
  zcat tickets.csv.gz | lstm train - --label-column queue --force""",
)
def train(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="File, folder, `-` for stdin, sample:NAME, or a Hub data set.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            *("--output", "-o"),
            metavar="DIR",
            show_default="lstm-model/classifier, or lstm-model/lm",
            help="Where the model goes.",
        ),
    ] = None,
    valid: Annotated[str | None, typer.Option("--valid", metavar="FILE", help="Validation data.")] = None,
    test: Annotated[
        str | None, typer.Option("--test", metavar="FILE", help="Test data, measured once at the end.")
    ] = None,
    time: o.Time = None,
    epochs: o.Epochs = TRAIN.epochs,
    seed: o.Seed = TRAIN.seed,
    threads: o.Threads = TRAIN.threads,
    device: o.Device = TRAIN.device,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the data and estimate the run; train nothing.", show_default=False)
    ] = False,
    force: o.Force = False,
    resume: o.Resume = False,
    task: Annotated[
        str | None,
        o.option(
            "--task",
            panel=o.DATA,
            among=tuple(BUILT_IN),
            show_default="classify where the text has labels, else lm",
            text="What to train: a classifier or a language model.",
        ),
    ] = None,
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
    valid_fraction: o.ValidFraction = TRAIN.valid_fraction,
    tokenizer: o.Tokenizer = TOKENIZER.kind,
    vocab_size: o.VocabSize = TOKENIZER.vocab_size,
    min_count: o.MinCount = TOKENIZER.min_count,
    keep_case: o.KeepCase = not TOKENIZER.lowercase,
    strip_html: o.StripHtml = TOKENIZER.strip_html,
    max_tokens: o.MaxTokens = TOKENIZER.max_tokens,
    hash_buckets: o.HashBuckets = TOKENIZER.hash_buckets,
    cell: o.CellKind = MODEL.cell,
    embedding: o.Embedding = MODEL.embedding,
    vectors: o.Vectors = None,
    hidden: o.Hidden = MODEL.hidden,
    layers: o.LayerCount = MODEL.layers,
    one_way: o.OneWay = not MODEL.bidirectional,
    pooling: o.Pooling = POOLING,
    segment: o.Segment = MODEL.segment,
    embedding_dropout: o.EmbeddingDropout = MODEL.embedding_dropout,
    word_dropout: o.WordDropout = MODEL.word_dropout,
    feature_dropout: o.FeatureDropout = MODEL.feature_dropout,
    layer_dropout: o.LayerDropout = MODEL.layer_dropout,
    weight_drop: o.WeightDrop = MODEL.weight_drop,
    output_dropout: o.OutputDropout = MODEL.output_dropout,
    ngrams: o.Ngrams = MODEL.ngrams,
    batch_size: o.BatchSize = TRAIN.batch_size,
    learning_rate: o.LearningRate = TRAIN.learning_rate,
    schedule: o.Schedule = TRAIN.schedule,
    warmup: o.Warmup = TRAIN.warmup,
    weight_decay: o.WeightDecay = TRAIN.weight_decay,
    clip: o.Clip = TRAIN.clip,
    patience: o.Patience = TRAIN.patience,
    ema: o.Ema = TRAIN.ema,
    label_smoothing: o.LabelSmoothing = TRAIN.label_smoothing,
    adversarial: o.Adversarial = TRAIN.adversarial,
    class_weights: o.ClassWeights = TRAIN.class_weights,
    precision: o.Precision = TRAIN.precision,
    deterministic: o.Deterministic = TRAIN.deterministic,
    preset: o.Preset = None,
    mode: o.Mode = LM_TOKENIZER.mode,
    words: o.Words = LM_TOKENIZER.words,
    bptt: o.Bptt = None,
    optimizer: o.Optimizer = None,
    untied: o.Untied = not LM_MODEL.tied,
    input_dropout: o.InputDropout = None,
    alpha: o.Alpha = None,
    beta: o.Beta = None,
    softmax: o.Softmax = LM_MODEL.softmax,
    checkpoint_every: o.CheckpointEvery = "1m",
    quiet: o.Quiet = False,
    format: Annotated[
        Literal["table", "json"],
        typer.Option("--format", rich_help_panel=o.OUTPUT, metavar="table|json", help="json: one object on stdout."),
    ] = "table",
    tensorboard: Annotated[
        Path | None,
        typer.Option(
            "--tensorboard", rich_help_panel=o.OUTPUT, metavar="DIR", help="Also write TensorBoard events there."
        ),
    ] = None,
) -> None:
    """Train a classifier on labelled text, or a language model on plain text.

    SOURCE is CSV, TSV, JSON, JSON Lines, Parquet, plain text, fastText lines or a folder per class, gzipped or not;
    form, encoding and columns are detected. Progress goes to stderr, a model directory is written at the end. Ctrl-C
    ends the run early and keeps the best model so far; --resume goes on with a run that was ended or killed.
    """
    given = given_options(ctx, locals())
    listeners: list[Any] = []
    if tensorboard is not None:
        from lstmcli.cli.output.tensorboard import Scalars

        listeners.append(Scalars(tensorboard))

    from lstmcli.cli.io.asking import which_label
    from lstmcli.cli.output.training_log import TrainingLog
    from lstmcli.training.start import Training

    with Training(
        source,
        given,
        output=output,
        task=task,
        valid=valid,
        test=test,
        force=force,
        resume=resume,
        checkpoint_every=checkpoint_every,
        dry_run=dry_run,
        ask_label=which_label,
        ask_resume=ask_resume,
    ) as training:
        log = TrainingLog(default_place=training.default_place, quiet=quiet, splits=training.splits)
        with Stop() as stop, log, torn_off(training.target):
            listeners.append(log)
            events_of_run = training.events(command=shlex.join(ctx.obj), stop=stop.asked)
            result = follow(events_of_run, listeners, stop, dry_run=dry_run)
    if format == "json":
        from lstmcli.cli.output.console import to_json

        print(to_json(result))
    if stop.signal is not None:
        raise typer.Exit(128 + stop.signal)


def follow(
    run: Generator[events.Event, None, None], listeners: list[Any], stop: Stop, *, dry_run: bool
) -> dict[str, Any]:
    """Hands every event to every listener; returns what the run came to."""
    result: dict[str, Any] = {}
    with closing(run):  # also where a listener fails: the run then keeps what it can
        for event in run:
            if isinstance(event, events.RunPlanned):
                stop.gentle = True  # from here on there will be something to keep
            for listener in listeners:
                listener.handle(event)
            result.update(_outcome(event))
            if dry_run and isinstance(event, events.RunPlanned):
                break
    return result


def _outcome(event: events.Event) -> dict[str, Any]:
    """What an event adds to the JSON result."""
    if isinstance(event, DataRead):
        return {"labels": list(event.check.labels), "multilabel": event.check.multilabel, "data": asdict(event.check)}
    if isinstance(event, events.RunPlanned):
        return {"plan": asdict(event)}
    if isinstance(event, events.Stopped):
        return {"stopped": event.reason, "best_epoch": event.best_epoch}
    if isinstance(event, CorpusRead):
        return {"tokenizer": event.tokenizer, "vocab_size": event.vocab_size, "data": asdict(event)}
    if isinstance(event, (Evaluated, LmEvaluated)):
        return {event.split: asdict(event.report)}
    if isinstance(event, events.Saved):
        return {"path": event.path, "bytes": event.bytes, "seconds": event.seconds}
    return {}
