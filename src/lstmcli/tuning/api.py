"""``lstmcli.tune``."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from lstmcli.options import by_name, training_options
from lstmcli.python_names import event_in_python, in_python
from lstmcli.training.events import Event
from lstmcli.tuning.events import SearchEnded
from lstmcli.tuning.results import Tuned

Source = Any
"""As for ``lstmcli.train``."""


@in_python()
def tune(
    source: Source,
    *,
    time: float | str = "10m",
    size: int | str | None = None,
    output: str | os.PathLike[str] | None = None,
    valid: Source | None = None,
    test: Source | None = None,
    teacher: Source | None = None,
    unlabelled: Source | None = None,
    trials: int | None = None,
    force: bool = False,
    resume: bool = False,
    on_event: Callable[[Event], object] | None = None,
    stop: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Tuned:
    """Search for good settings of a classifier within a time, and within a size; keep the best model in ``output``.

    Args:
        source, output, valid, test, teacher, unlabelled, on_event, stop: as for ``train``.
        time: for all trials together: seconds, or ``"10m"``.
        size: of the model directory: bytes, or ``"2M"``.
        trials: at most so many.
        force: replace an existing model, and start an earlier search anew.
        resume: continue an earlier search.
        options: options of ``lstm train`` by name, which every trial has: label_column, seed, threads, …

    Returns:
        What was found: the path of the model, its figures, what mattered, and the command that repeats it.

    Raises:
        UsageError: an option is unknown or invalid, or Optuna is not installed.
        DataError, OutputError: as for ``train``.

    Example:
        >>> lstm.tune("reviews.csv", time="1h", size="2M").command  # doctest: +SKIP
        'lstm train reviews.csv --learning-rate 0.0031 …'
    """
    from lstmcli.data.memory_sources import located, sources
    from lstmcli.tuning.start import start

    known = training_options() - {"time", "teacher", "unlabelled"}
    given = by_name(options | ({} if size is None else {"size": size}), known, "train")
    if teacher is not None:
        given["teacher"] = sources(teacher, str, os.PathLike)
    if unlabelled is not None:
        given["unlabelled"] = sources(unlabelled, os.PathLike)
    search = start(
        located(source),
        given,
        name=os.fspath(source) if isinstance(source, (str, os.PathLike)) else "data",
        time=time,
        output=None if output is None else Path(output),
        valid=None if valid is None else located(valid),
        test=None if test is None else located(test),
        trials=trials,
        force=force,
        resume=resume,
    )
    found: Tuned | None = None
    with closing(search.run(stop)) as events:
        for event in events:
            if on_event is not None:
                on_event(event_in_python(event))
            if isinstance(event, SearchEnded):
                found = event.result
    assert found is not None
    return found
