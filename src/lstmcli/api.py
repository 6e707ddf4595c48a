"""The Python API: what ``import lstmcli as lstm`` offers.  It is as small as the command line, which is built on it.

Nothing here prints, exits or installs a handler.  Whatever goes wrong is an ``lstmcli.errors.LstmError``.  What was
found in a file, its form and its columns, is logged at level INFO by the logger ``lstmcli``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstmcli.model_dir.loaded import Model
    from lstmcli.training.events import Event

Source = Any
"""The name of a file, ``(texts, labels)``, a list of texts, a table or a data set; see ``data/memory.py``."""


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
    """
    from contextlib import closing

    from lstmcli.data.memory import located
    from lstmcli.options import by_name, training_options
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
        return load(training.target)


def load(path: str | os.PathLike[str] | None = None, **how: Any) -> Any:
    """Open a model.

    Args:
        path: its directory; None: ``$LSTM_MODEL``, else the one in ``lstm-model``.
        how: ``engine``, ``device`` and ``threads``; see ``Classifier`` and ``LanguageModel``.

    Returns:
        a ``Classifier`` or a ``LanguageModel``; both can also be made from a path, for code with types.

    Raises:
        ModelError: missing, damaged, or too new.
        UsageError: an engine or a device that does not exist.
    """
    from lstmcli.model_dir.directory import default_model_path, read_model

    place = default_model_path(None, None if path is None else os.fspath(path))
    model: Model = read_model(place).task.feature("load")(place, **how)
    return model


def _call(source: Source, output: Any, task: str | None, options: dict[str, Any]) -> str:
    """The call as it is written into the model's records."""
    named = repr(os.fspath(source)) if isinstance(source, (str, os.PathLike)) else "data"
    given = {"output": None if output is None else os.fspath(output), "task": task, **options}
    arguments = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    return f"lstmcli.train({', '.join([named, *arguments])})"
