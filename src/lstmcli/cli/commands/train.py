"""``lstm train``: run a training and show its progress."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.cli.io import streams
from lstmcli.cli.io.signals import Stop
from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.options import going_on as g
from lstmcli.cli.options import pretraining as p
from lstmcli.cli.options import training as t
from lstmcli.cli.options import translation as x
from lstmcli.cli.typer_classes import Command, is_given, is_typed
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.training import events
from lstmcli.translation.config import TranslatorModelConfig, TranslatorTrainConfig

READ, TOKENIZER, MODEL, TRAIN = ReadConfig(), TokenizerConfig(), ClassifierModelConfig(), ClassifierTrainConfig()
LM_TOKENIZER, LM_MODEL = LmTokenizerConfig(), LmModelConfig()
TRANSLATOR_MODEL, TRANSLATOR_TRAIN = TranslatorModelConfig(), TranslatorTrainConfig()
POOLING = ",".join(MODEL.pools)
NOT_SETTINGS = ("ctx", "source_file", "print_config")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def train(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        o.argument(
            *("SOURCE", "File, folder, `-` for stdin, sample:NAME, or a Hub data set."),
            autocompletion=completion.sources,
        ),
    ] = None,
    output: t.Output = None,
    from_model: g.From = None,
    replay: g.Replay = None,
    forget: g.Forget = False,
    valid: t.Valid = None,
    test: t.Test = None,
    time: t.Time = None,
    epochs: t.Epochs = TRAIN.epochs,
    cv: t.FoldCount = None,
    seed: t.Seed = TRAIN.seed,
    threads: o.Threads = TRAIN.threads,
    device: o.Device = TRAIN.device,
    dry_run: t.DryRun = False,
    force: t.Force = False,
    resume: t.Resume = False,
    check_labels: t.CheckLabels = False,
    task: t.TrainingTask = None,
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
    valid_fraction: t.ValidFraction = TRAIN.valid_fraction,
    tokenizer: t.Tokenizer = TOKENIZER.kind,
    vocab_size: t.VocabSize = TOKENIZER.vocab_size,
    min_count: t.MinCount = TOKENIZER.min_count,
    keep_case: t.KeepCase = not TOKENIZER.lowercase,
    strip_html: t.StripHtml = TOKENIZER.strip_html,
    max_tokens: t.MaxTokens = TOKENIZER.max_tokens,
    hash_buckets: t.HashBuckets = TOKENIZER.hash_buckets,
    cell: t.CellKind = MODEL.cell,
    embedding: t.Embedding = MODEL.embedding,
    vectors: t.Vectors = None,
    size: t.Size = None,
    hidden: t.Hidden = MODEL.hidden,
    layers: t.LayerCount = MODEL.layers,
    one_way: t.OneWay = not MODEL.bidirectional,
    pooling: t.Pooling = POOLING,
    segment: t.Segment = MODEL.segment,
    embedding_dropout: t.EmbeddingDropout = MODEL.embedding_dropout,
    word_dropout: t.WordDropout = MODEL.word_dropout,
    feature_dropout: t.FeatureDropout = MODEL.feature_dropout,
    layer_dropout: t.LayerDropout = MODEL.layer_dropout,
    weight_drop: t.WeightDrop = MODEL.weight_drop,
    output_dropout: t.OutputDropout = MODEL.output_dropout,
    ngrams: t.Ngrams = MODEL.ngrams,
    characters: t.Characters = MODEL.characters,
    batch_size: t.BatchSize = TRAIN.batch_size,
    learning_rate: t.LearningRate = TRAIN.learning_rate,
    schedule: t.Schedule = TRAIN.schedule,
    warmup: t.Warmup = TRAIN.warmup,
    weight_decay: t.WeightDecay = TRAIN.weight_decay,
    clip: t.Clip = TRAIN.clip,
    patience: t.Patience = TRAIN.patience,
    ema: t.Ema = TRAIN.ema,
    label_smoothing: t.LabelSmoothing = TRAIN.label_smoothing,
    adversarial: t.Adversarial = TRAIN.adversarial,
    class_weights: t.ClassWeights = TRAIN.class_weights,
    teacher: t.Teacher = None,
    teacher_weight: t.TeacherWeight = TRAIN.teacher_weight,
    teacher_temperature: t.TeacherTemperature = TRAIN.teacher_temperature,
    unlabelled: t.Unlabelled = None,
    virtual: t.Virtual = TRAIN.virtual,
    entropy: t.Entropy = TRAIN.entropy,
    init_from: p.InitFrom = None,
    pretrain: p.Pretrain = TRAIN.pretrain,
    layer_decay: p.LayerDecay = TRAIN.layer_decay,
    unfreeze: p.Unfreeze = TRAIN.unfreeze,
    backward: p.Backward = LM_MODEL.backward,
    precision: t.Precision = TRAIN.precision,
    deterministic: t.Deterministic = TRAIN.deterministic,
    preset: t.Preset = None,
    list_presets: t.ListPresets = False,
    mode: t.Mode = LM_TOKENIZER.mode,
    words: t.Words = LM_TOKENIZER.words,
    bptt: t.Bptt = None,
    optimizer: t.Optimizer = None,
    untied: t.Untied = not LM_MODEL.tied,
    input_dropout: t.InputDropout = None,
    alpha: t.Alpha = None,
    beta: t.Beta = None,
    softmax: t.Softmax = LM_MODEL.softmax,
    softmax_words: t.SoftmaxWords = None,
    source_file: x.SourceFile = None,
    target_file: x.TargetFile = None,
    valid_target: x.ValidTarget = None,
    test_target: x.TestTarget = None,
    replay_target: x.ReplayTarget = None,
    source_tokenizer: x.SourceTokenizer = None,
    source_vocab_size: x.SourceVocabSize = None,
    attention: x.Attention = TRANSLATOR_MODEL.attention,
    input_feeding: x.InputFeeding = TRANSLATOR_MODEL.input_feeding,
    batch_tokens: x.BatchTokens = TRANSLATOR_TRAIN.batch_tokens,
    metric: x.Metric = TRANSLATOR_TRAIN.metric,
    processes: t.Processes = None,
    process_timeout: t.ProcessTimeout = "30m",
    checkpoint_every: t.CheckpointEvery = "1m",
    quiet: o.Quiet = False,
    format: Annotated[
        o.Format,
        o.OUTPUT.option(
            *("--format", "table|tsv|csv|jsonl|json"),
            "Format of the result on stdout; tsv, csv and jsonl for --check-labels.",
        ),
    ] = "table",
    log_format: t.LogFormat = "text",
    print_config: t.PrintConfig = False,
    tensorboard: t.TensorBoard = None,
    mlflow: t.MLflow = None,
    plot: t.PlotFile = None,
) -> None:
    """Train a classifier on labelled text, a translator on pairs of texts, or a language model on plain text.

    SOURCE is CSV, TSV, JSON, JSON Lines, Parquet, plain text, fastText lines or one folder per class, optionally
    gzipped. The format, encoding and columns are detected. Progress goes to stderr; a model directory is written at
    the end. Ctrl-C stops early and keeps the best model so far; --resume continues an unfinished run.

    Examples:

      lstm train reviews.csv
      lstm train train.jsonl --valid valid.jsonl --test test.jsonl -o models/news
      lstm train sample:topics --time 1m
      lstm train more.csv --from models/news --replay train.jsonl -o models/news-2
      lstm train book.txt
      lstm train pairs.csv --text-column de --target-column en
      lstm train --source-file train.de --target-file train.en --valid valid.de --valid-target valid.en
      lstm train ptb.train.txt --valid ptb.valid.txt --test ptb.test.txt
      lstm train reviews.csv --teacher answers.jsonl
      lstm train reviews.csv --init-from lstm-model/lm
      zcat tickets.csv.gz | lstm train - --label-column queue --force
    """
    given = {name: value for name, value in locals().items() if name not in NOT_SETTINGS and is_given(ctx, name)}
    if list_presets:
        from lstmcli.cli.output.presets import lines

        print(*lines(), sep="\n")
        raise typer.Exit
    if print_config:
        from lstmcli.cli.output.run_config import as_toml

        print(as_toml(ctx), end="")
        return
    named = _source(source, source_file, target_file)
    if check_labels:
        from lstmcli.cli.check_labels import check_labels as run_check

        run_check(named, given, {n for n in given if is_typed(ctx, n)}, task=task, format=format, quiet=quiet)
        return
    if format not in ("table", "json"):
        raise UsageError(f"--format {format} is for --check-labels", hint="a result of training is table or json")

    from lstmcli.cli.output.run_config import as_command
    from lstmcli.cli.output.trackers import listeners
    from lstmcli.cli.processes import run_in_processes, together
    from lstmcli.options import seconds

    run_in_processes(ctx.obj[1:], processes, [named, valid, test])
    with together(seconds(process_timeout, "--process-timeout")) as group:
        how: dict[str, Any] = {"output": output, "task": task, "valid": valid, "test": test, "force": force}
        how |= {"resume": resume, "checkpoint_every": checkpoint_every, "dry_run": dry_run, "cv": cv, "group": group}
        followers = listeners(tensorboard, mlflow, plot, given) if group.main and not dry_run else []
        stop, result = _trained(named, given, how, as_command(ctx, ctx.obj), quiet, log_format, followers)
    if format == "json" and group.main:
        from lstmcli.cli.output.training_log import TRAINING
        from lstmcli.cli.output.writer import write

        write(result, TRAINING, format)
    if stop.signal is not None and group.main:
        raise typer.Exit(128 + stop.signal)


def _trained(
    source: str,
    given: dict[str, Any],
    how: dict[str, Any],
    command: str,
    quiet: bool,
    log_format: str,
    followers: list[Any],
) -> tuple[Stop, dict[str, Any]]:
    """Train, and show the progress if this is the main process; returns the result and how it was stopped."""
    from lstmcli.cli.io.asking import ask_resume, which_label
    from lstmcli.cli.output.event_log import EventLog
    from lstmcli.cli.output.training_log import TrainingLog
    from lstmcli.cli.processes import Silence
    from lstmcli.training.launch import is_restarted
    from lstmcli.training.start import Training

    group = how["group"]
    if group.world == 1:
        how |= {"ask_label": which_label, "ask_resume": ask_resume}
    how["resume"] = how["resume"] or is_restarted()
    with Training(source, given, **how) as training:
        log: EventLog | TrainingLog | Silence
        if not group.main:
            log = Silence()
        elif log_format == "json":
            log = EventLog(training.splits.warnings, quiet=quiet)
        else:
            place, splits = training.default_place, training.splits
            how_to_try = training.job.trial
            log = TrainingLog(default_place=place, quiet=quiet, splits=splits, task=training.task, trial=how_to_try)
        with Stop() as stop, log, hint_on_abort(training.target), ExitStack() as stack:
            listeners = [*map(stack.enter_context, followers), log]
            events_of_run = training.events(command=command, stop=stop.asked)
            return stop, follow(events_of_run, listeners, stop, dry_run=how["dry_run"])


def _source(source: str | None, source_file: str | None, target_file: str | None) -> str:
    """SOURCE, or --source-file.  Raises: UsageError."""
    if source_file is not None and target_file is None:
        raise UsageError("--source-file needs --target-file", hint="name one file for each side of the pairs")
    if (source is None) == (source_file is None):
        if source is None:
            raise UsageError("no SOURCE: there is nothing to train on", hint="see `lstm train --help`")
        raise UsageError("SOURCE and --source-file contradict each other", hint="give one of them")
    return str(source or source_file)


@contextmanager
def hint_on_abort(target: Path) -> Iterator[None]:
    """If a second Ctrl-C or SIGTERM ends training at once, say how to resume it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints

        if has_checkpoints(folder := checkpoint_folder(target)):
            streams.say(f"the checkpoint in {folder} is kept; repeat the command with --resume to continue")
        raise


def follow(
    run: Generator[events.Event, None, None], listeners: list[Any], stop: Stop, *, dry_run: bool
) -> dict[str, Any]:
    """Pass every event to every listener; return the result of the run."""
    result: dict[str, Any] = {}
    with closing(run):  # also if a listener fails: the run then saves what it can
        for event in run:
            if isinstance(event, events.RunPlanned):
                stop.gentle = True  # from here on there is something to save
            for listener in listeners:
                listener.handle(event)
            result.update(event.outcome())
            if dry_run and isinstance(event, events.RunPlanned):
                break
    return result
