"""``lstm train --cv K``: how good models of these settings are, by K models that each leave out another part.

The K models are thrown away; the model that is saved is trained on all rows afterwards.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lstmcli.data.folds import folds
from lstmcli.data.held_out import hold_rows
from lstmcli.data.stored import in_memory
from lstmcli.errors import DataError, UsageError
from lstmcli.training.events import CrossValidated, Event, FoldMeasured, Measured
from lstmcli.training.job import TrainingJob
from lstmcli.training.run import train

if TYPE_CHECKING:
    from lstmcli.data.records import Splits

MOST = 20


def check_count(count: int | None, *, time: object, resume: bool, processes: int = 1) -> None:
    """Raises UsageError for a number of folds, or options beside it, that make no sense."""
    if count is None:
        return
    if not 2 <= count <= MOST:
        raise UsageError(f"--cv must be between 2 and {MOST}, not {count}")
    if time is not None:
        hint = "give --epochs, or leave one of them out"
        raise UsageError(f"--cv trains {count + 1} models, so --time says nothing of one", hint=hint)
    if resume:
        raise UsageError("--cv does not go on with a run", hint="leave --cv or --resume out")
    if processes > 1:
        raise UsageError("--cv trains in one process", hint="leave --cv or --processes out")


def cross_validate(
    make: Callable[[Splits], TrainingJob], splits: Splits, count: int, seed: int, stop: Callable[[], bool]
) -> Iterator[Event]:
    """Train and measure ``count`` models; ends with ``CrossValidated``, or early when ``stop`` returns true.

    Args:
        make: makes the job of a model; its training rows have a validation part of their own.
        splits: rows held out for validation are rows like the others here.

    Raises:
        UsageError: the data have no labels, or are larger than memory.
        DataError: there are too few rows.
    """
    if not splits.labelled:
        raise UsageError("--cv needs labels", hint="leave it out")
    records = [*in_memory(splits.train, "--cv"), *(splits.valid if splits.held_out else ())]
    fewest = 4 * count
    if len(records) < fewest:
        raise DataError(
            f"{len(records)} rows are too few for --cv {count}", hint=f"give {fewest} or more, or a smaller K"
        )
    which, values, metric = folds(records, count, seed), list[float](), ""
    with tempfile.TemporaryDirectory(prefix="lstm-cv-") as folder:
        for fold in range(count):
            rest = [record for record, own in zip(records, which, strict=True) if own != fold]
            kept, valid = hold_rows(rest, None, seed) if splits.held_out else (rest, list(splits.valid))
            test = [record for record, own in zip(records, which, strict=True) if own == fold]
            job = make(replace(splits, train=kept, valid=valid, test=test))
            metric = job.task.architecture.MEASURES[0]
            run = train(job, Path(folder) / f"fold{fold}", stop=stop, checkpoint_every=math.inf)
            with closing(run):
                for event in run:
                    if isinstance(event, Measured) and event.split == "test":
                        values.append(float(getattr(event.report, metric)))
            if stop():
                return
            yield FoldMeasured(fold + 1, count, metric, values[-1])
    low, high = t_interval(values)
    yield CrossValidated(metric, sum(values) / count, low, high, tuple(values))


def t_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean (Student's t), within 0 and 1."""
    import numpy as np
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
    mean = float(np.mean(values))
    return max(0.0, mean - half), min(1.0, mean + half)
