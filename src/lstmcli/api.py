"""The Python API: ``import lstmcli as lstm``.  It has one function per command.

Nothing here prints, exits or installs signal handlers.  All errors are subclasses of ``lstmcli.errors.LstmError``.  The
logger ``lstmcli`` reports the detected format and columns of a source at level INFO, and warnings at level WARNING.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.errors import UsageError
from lstmcli.options import by_name, read_config, reading_options, training_options
from lstmcli.python_names import event_in_python, in_python

if TYPE_CHECKING:
    from lstmcli.inspection.results import Inspection
    from lstmcli.model_dir.loaded import Model
    from lstmcli.results import Results
    from lstmcli.training.events import Event

Source = Any
"""A path, ``(texts, labels)``, a list of texts, a table or a data set; see ``data/memory_sources.py``."""


@in_python()
def train(
    source: Source,
    *,
    output: str | os.PathLike[str] | None = None,
    valid: Source | None = None,
    test: Source | None = None,
    task: str | None = None,
    teacher: Source | None = None,
    unlabelled: Source | None = None,
    force: bool = False,
    resume: bool = False,
    cv: int | None = None,
    checkpoint_every: float | str = "1m",
    on_event: Callable[[Event], object] | None = None,
    stop: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Any:
    """Train a classifier on labels, a translator on pairs or a language model on plain text; return the loaded model.

    Args:
        source: a file, a folder, ``sample:NAME`` or the name of a Hub data set; ``(texts, labels)``, where a label is a
            string or several; a list of texts; a table: a DataFrame, a mapping of columns, a list of mappings or of
            tuples; a ``Dataset`` or ``DatasetDict``.
        output: directory for the model; None: ``lstm-model/classifier``, ``translator`` or ``lm``.
        valid, test: validation and test data: a source, or the name of a split.
        task: classify, translate or lm; None: classify if the text has labels, translate if it has pairs, else lm.
        teacher: texts with the probability of each label (columns ``p_LABEL``), or a list of paths.
        unlabelled: texts without labels; or a list of ``Path``.
        force: replace an existing model.
        resume: continue an unfinished run from its last checkpoint.
        cv: cross-validate first with so many folds; the event ``CrossValidated`` has the figure and its interval.
        checkpoint_every: how often to save a checkpoint: seconds, ``"5m"`` or ``"never"``.
        on_event: called with each event of the run, a dataclass of an ``events`` module; warnings are events too.
        stop: called after each step; once it returns true, training stops and the best model so far is saved.
        options: options of ``lstm train`` by name: time, epochs, seed, text_column, label_column, hidden, …

    Returns:
        The model: a ``Classifier``, a ``Translator`` or a ``LanguageModel``.

    Raises:
        UsageError: an option is unknown, invalid, or of another task.
        DataError: the source cannot be read as asked, or has nothing to train on.
        OutputError: a model exists already, or cannot be written.

    Example:
        >>> small = lstm.train((texts, labels), output="models/small", epochs=2, hidden=8, force=True)
        >>> small.predict(["a lovely and warm room"])
        ['positive']
    """
    from contextlib import closing

    from lstmcli.data.memory_sources import located, sources
    from lstmcli.training.events import Warned
    from lstmcli.training.start import Training

    given = by_name(options, training_options() - {"teacher", "unlabelled"}, "train")
    if teacher is not None:
        given["teacher"] = sources(teacher, str, os.PathLike)
    if unlabelled is not None:
        given["unlabelled"] = sources(unlabelled, os.PathLike)

    def handle(event: Event) -> None:
        if on_event is not None:
            on_event(event_in_python(event))

    place = None if output is None else Path(output)
    with Training(
        located(source),
        given,
        output=place,
        task=task,
        valid=None if valid is None else located(valid),
        test=None if test is None else located(test),
        force=force,
        resume=resume,
        cv=cv,
        checkpoint_every=checkpoint_every,
    ) as training:
        for warning in training.splits.warnings:
            handle(Warned(warning))
        with closing(training.events(command=_call(source, output, task, options), stop=stop)) as events:
            for event in events:
                handle(event)
        return load(training.target, threads=given.get("threads"))


@in_python()
def load(
    path: str | os.PathLike[str] | None = None,
    *,
    engine: str | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> Any:
    """Load a model.

    Args:
        path: the model directory, or ``hub:OWNER/NAME`` for one of the Hugging Face Hub; None: ``$LSTM_MODEL``, else
            the one in ``lstm-model``.
        engine: the inference engine; see ``Classifier`` and ``LanguageModel``.
        device: cpu, cuda or auto.
        threads: number of CPU threads; None: all cores.

    Returns:
        A ``Classifier``, a ``Translator`` or a ``LanguageModel``.  In typed code, call these classes with the path
        instead.

    Raises:
        ModelError: the model is missing, damaged, or too new for this version.
        UsageError: the engine or the device does not exist.

    Example:
        >>> lstm.load("models/reviews")
        Classifier('.../models/reviews')
    """
    from lstmcli.model_dir.directory import default_model_path, read_model

    place = default_model_path(None) if path is None else _path(path)
    open_model = read_model(place).task.feature("load")
    model: Model = open_model(place, engine=engine, device=device, threads=threads)
    return model


@in_python()
def compare(
    models: Sequence[Model | str | os.PathLike[str]],
    *,
    on: Source,
    task: str | None = None,
    top: int | None = None,
    cold_start: bool = False,
    threads: int | None = None,
    stream: bool = False,
    lines: bool = False,
    log_base: str = "e",
    **read: Any,
) -> Any:
    """Compare models on the same text, each with the first, with significance tests.

    Args:
        models: loaded models, or paths of model directories, fastText or KenLM models, or files of predictions, or
            ``hub:OWNER/NAME`` for models of the Hugging Face Hub.
        on: the text, as ``source`` of ``train``; classifiers need labels, translators pairs.
        task: classify, lm or translate, for files of predictions that could be any.
        top: number of disagreements, or of spans or translations each way, to return; None: 10 or 5.
        cold_start: also measure how long a new process takes to classify one text.
        stream, lines: carry the state of language models from line to line, or score each line separately; by default
            as they were trained.
        log_base: base of the log-probabilities in a file of predictions: e, 2 or 10.
        read: options for reading ``on`` by name, as for ``train``.

    Returns:
        A ``ClassifierComparison``, an ``LmComparison`` or a ``TranslatorComparison``; ``to_pandas`` gives a row per
            model.

    Raises:
        UsageError: fewer than two models, an invalid option, or a package that is not installed.
        ModelError: a model cannot be used, or is of another task than the first.
        DataError: the text cannot be read as asked.

    Example:
        >>> lstm.compare([model, "models/reviews"], on=(texts, labels)).differences[0].better is None
        True
    """
    from lstmcli.comparison.compare import CompareOptions, how_to_read, identify
    from lstmcli.comparison.compare import compare as run
    from lstmcli.data.memory_sources import log_warnings, opened

    options = CompareOptions(os.fspath(on) if _is_path(on) else "data", threads=threads, shown=top)
    options = replace(options, cold_starts=cold_start, stream=stream, lines=lines, log_base=log_base)
    entries = identify([model if isinstance(model, str) else _path(model) for model in models], task)
    wanted, how = how_to_read(entries, read_config(by_name(read, reading_options(), "compare")))
    source = opened(on, wanted, **how)
    found = run(entries, source, replace(options, format=source.format, prefix=wanted.label_prefix))
    log_warnings(source)
    return found


@in_python()
def inspect(
    model: Model | str | os.PathLike[str],
    texts: Any,
    *,
    stream: bool = False,
    lines: bool = False,
    threads: int | None = None,
    **options: Any,
) -> Results[Inspection]:
    """Show the gates, the cell and hidden state and the prediction of a model at every token.

    Args:
        texts: a string or several; the state starts at zero for each.
        stream, lines: carry the state of a language model from line to line of a text, or read each line separately;
            by default as it was trained.
        options: options of ``lstm inspect`` by name: layer (a number from 1, or "all"), direction, unit, top_units,
            label, and why, for the effect of leaving out each word.

    Returns:
        One result per text for a classifier, one per line for a language model; ``to_pandas`` gives a row per token.

    Raises:
        UsageError: an option is unknown or invalid, or the model does not have the layer, unit or label.
        ModelError: the model is missing or damaged.

    Example:
        >>> (found,) = lstm.inspect(model, "a lovely room")
        >>> [token.text for token in found.tokens], found.layers[0].gates[0].name
        (['a', 'lovely', 'room'], 'input')
    """
    from lstmcli.config import whole
    from lstmcli.data.memory import records
    from lstmcli.inspection.config import OPTIONS, from_options
    from lstmcli.inspection.inspect import load_inspector
    from lstmcli.language_modeling.scoring.perplexity import is_carried
    from lstmcli.results import Results

    if stream and lines:
        raise UsageError("stream and lines contradict each other", hint="give one, or neither")
    whole("threads", threads, 1)
    inspector = load_inspector(_path(model), from_options(by_name(options, OPTIONS, "inspect")), threads=threads)
    carried = False
    if not inspector.model.task.labelled:
        carried = is_carried(inspector.model.settings.tokenizer.mode, "text", stream=stream, lines=lines)
    found = records([texts] if isinstance(texts, str) else texts)
    return Results(each for record in found for each in inspector.inspect([record], carried=carried))


def _is_path(source: Source) -> bool:
    return isinstance(source, (str, os.PathLike))


def _path(model: Model | str | os.PathLike[str]) -> Path:
    """The directory of a model."""
    from lstmcli.model_dir.loaded import path_of

    return path_of(model)


def _call(source: Source, output: Any, task: str | None, options: dict[str, Any]) -> str:
    """The call, as it is stored with the model."""
    named = repr(os.fspath(source)) if _is_path(source) else "data"
    given = {"output": None if output is None else os.fspath(output), "task": task, **options}
    arguments = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    return f"lstmcli.train({', '.join([named, *arguments])})"
