"""The Python API: what ``import lstmcli as lstm`` offers.  It is as small as the command line, which is built on it.

Nothing here prints, exits or installs a handler.  Whatever goes wrong is an ``lstmcli.errors.LstmError``.  What was
found in a file, its form and its columns, is logged at level INFO by the logger ``lstmcli``, what is odd about it, or
about a prompt, at level WARNING.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.errors import UsageError
from lstmcli.options import by_name, in_python, read_config, reading_options, training_options

if TYPE_CHECKING:
    from lstmcli.inspection.results import Inspection
    from lstmcli.model_dir.loaded import Model
    from lstmcli.results import Results
    from lstmcli.training.events import Event

Source = Any
"""The name of a file, ``(texts, labels)``, a list of texts, a table or a data set; see ``data/memory_sources.py``."""


@in_python()
def train(
    source: Source,
    *,
    output: str | os.PathLike[str] | None = None,
    valid: Source | None = None,
    test: Source | None = None,
    task: str | None = None,
    force: bool = False,
    resume: bool = False,
    checkpoint_every: float | str = "1m",
    on_event: Callable[[Event], object] | None = None,
    stop: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Any:
    """Train a classifier on labelled text, or a language model on plain text, and load it.

    Args:
        source: a file, a folder, ``sample:NAME`` or a Hub data set by its name; ``(texts, labels)``, where a label is
            a string, or a list of strings if a text has several; a list of texts; a DataFrame, a mapping of columns,
            a list of mappings or of tuples; a ``Dataset`` or ``DatasetDict``.  Columns may be lists, tuples, NumPy
            arrays, or columns of pandas, polars, pyarrow and ``datasets``.
        output: the model's directory; None: ``lstm-model/classifier`` or ``lstm-model/lm``.
        valid, test: other sources, or splits of this one by name.
        task: classify or lm; None: a classifier where there are labels.
        force: replace a model that is there.
        resume: go on with an unfinished run from its last checkpoint.
        checkpoint_every: seconds, ``"5m"`` or ``"never"``.
        on_event: called with each event of the run, a dataclass of ``lstmcli.training.events`` or of the task's
            ``events``; warnings are events, too.
        stop: asked after each step; when it turns true, the best model so far is saved.
        options: those of ``lstm train`` by name: time, epochs, seed, text_column, label_column, hidden, …

    Returns:
        the model: a ``Classifier`` or a ``LanguageModel``.

    Raises:
        UsageError: an option that is unknown, wrong, or of another task.
        DataError: the source cannot be read as asked, or there is nothing to learn from.
        OutputError: a model is there already, or it cannot be written.

    Example:
        >>> small = lstm.train((texts, labels), output="models/small", epochs=2, hidden=8, force=True)
        >>> small.predict(["a lovely and warm room"])
        ['positive']
    """
    from contextlib import closing

    from lstmcli.data.memory_sources import located
    from lstmcli.training.events import Warned
    from lstmcli.training.start import Training

    given = by_name(options, training_options(), "train")
    handle = on_event or (lambda event: None)
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
    """Open a model.

    Args:
        path: its directory; None: ``$LSTM_MODEL``, else the one in ``lstm-model``.
        engine: what runs the network; see ``Classifier`` and ``LanguageModel``.
        device: cpu, cuda or auto.
        threads: None takes what the machine has.

    Returns:
        a ``Classifier`` or a ``LanguageModel``; both can also be made from a path, for code with types.

    Raises:
        ModelError: missing, damaged, or too new.
        UsageError: an engine or a device that does not exist.

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
    """Compare models on one text, each with the first, with tests of significance.

    Args:
        models: models, or paths: of model directories, of fastText or KenLM models, of files of answers.
        on: the text, as ``source`` of ``train``; with labels for classifiers.
        task: classify or lm, for files of answers that could be either.
        top: how many disagreements, or spans each way, are kept; None: 10, or 5.
        cold_start: also measure how long a process with the model takes to answer one text.
        stream, lines: language models carry their state from line to line, or do not, in any case.
        log_base: of plain log-probabilities in a file: e, 2 or 10.
        read: options of reading by name, as for ``train``.

    Returns:
        a ``ClassifierComparison`` or an ``LmComparison``; ``to_pandas`` gives a row for each model.

    Raises:
        UsageError: fewer than two models, an option that is wrong, or a package that is not installed.
        ModelError: a model that cannot be used, or is of another task than the first.
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
    entries = identify([_path(model) for model in models], task)
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
    """Watch a model read: its gates and states, and what it makes of a text, token by token.

    Args:
        texts: a string, or several, each of which is read from the beginning.
        stream, lines: a language model carries its state from line to line of a text, or does not, in any case.
        options: those of ``lstm inspect`` by name: layer (a number from 1, or "all"), direction, unit, top_units,
            label, and why, which also leaves out each word in turn.

    Returns:
        for a classifier one for each text, for a language model one for each line of it; ``to_pandas`` gives a row
        for each token.

    Raises:
        UsageError: an option that is unknown or wrong, or a layer, unit or label that the model does not have.
        ModelError: missing or damaged.

    Example:
        >>> (found,) = lstm.inspect(model, "a lovely room")
        >>> [token.text for token in found.tokens], found.layers[0].gates[0].name
        (['a', 'lovely', 'room'], 'input')
    """
    from lstmcli.data.memory import records
    from lstmcli.inspection.config import OPTIONS, from_options
    from lstmcli.inspection.inspect import load_inspector
    from lstmcli.language_modeling.scoring.perplexity import is_carried
    from lstmcli.results import Results

    if stream and lines:
        raise UsageError("stream and lines contradict each other", hint="give one, or neither")
    inspector = load_inspector(_path(model), from_options(by_name(options, OPTIONS, "inspect")), threads=threads)
    carried = False
    if not inspector.model.task.labelled:
        carried = is_carried(inspector.model.settings.tokenizer.mode, "text", stream=stream, lines=lines)
    found = records([texts] if isinstance(texts, str) else texts)
    return Results(each for record in found for each in inspector.inspect([record], carried=carried))


def _is_path(source: Source) -> bool:
    return isinstance(source, (str, os.PathLike))


def _path(model: Model | str | os.PathLike[str]) -> Path:
    """Where a model is."""
    from lstmcli.model_dir.loaded import Model

    if not isinstance(model, (str, os.PathLike, Model)):
        raise UsageError(f"a model is a path or what load gives, not {type(model).__name__}")
    return model.path if isinstance(model, Model) else Path(model)


def _call(source: Source, output: Any, task: str | None, options: dict[str, Any]) -> str:
    """The call as it is written into the model's records."""
    named = repr(os.fspath(source)) if _is_path(source) else "data"
    given = {"output": None if output is None else os.fspath(output), "task": task, **options}
    arguments = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    return f"lstmcli.train({', '.join([named, *arguments])})"
