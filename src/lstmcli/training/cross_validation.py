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

import numpy as np

from lstmcli.data.duplicates import keys_of
from lstmcli.data.folds import folds
from lstmcli.data.held_out import hold_rows
from lstmcli.data.records import fingerprint
from lstmcli.data.stored import in_memory, picked
from lstmcli.errors import DataError, UsageError
from lstmcli.training.events import CrossValidated, Event, FoldMeasured, Measured
from lstmcli.training.job import TrainingJob
from lstmcli.training.run import train

if TYPE_CHECKING:
    from lstmcli.data.records import Record, Splits

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
    make: Callable[[Splits], TrainingJob],
    splits: Splits,
    count: int,
    seed: int,
    stop: Callable[[], bool],
    valid_fraction: float | None = None,
) -> Iterator[Event]:
    """Train and measure ``count`` models; ends with ``CrossValidated``, or early when ``stop`` returns true.

    Args:
        make: makes the job of a model; its training rows have a validation part of their own.
        splits: rows held out for validation are rows like the others here.
        valid_fraction: share of a model's rows that is held out for validation, as for ``load_splits``.

    Raises:
        UsageError: the data have no labels, or are larger than memory.
        DataError: there are too few rows.
    """
    if not splits.labelled:
        raise UsageError("--cv needs labels", hint="leave it out")
    records = [*in_memory(splits.train, "--cv"), *(splits.valid if splits.held_out else ())]
    # A teacher's opinion measures no model while there are labels that people gave.
    given = [record for record in records if not record.taught] or records
    fewest = 4 * count
    if len(given) < fewest:
        raise DataError(
            f"{len(given)} rows are too few for --cv {count}", hint=f"give {fewest} or more, or a smaller K"
        )
    which = folds(given, count, seed)
    if len(np.unique(keys_of(given))) < count:
        raise DataError(f"there are fewer different texts than --cv {count} has parts", hint="give a smaller K")
    parts = _parts(splits, records, given, which, seed, valid_fraction)
    values, metric = list[float](), ""
    with tempfile.TemporaryDirectory(prefix="lstm-cv-") as folder:
        for fold, part in enumerate(parts):
            job = make(part)
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


def _parts(
    splits: Splits,
    records: Sequence[Record],
    given: Sequence[Record],
    which: Sequence[int],
    seed: int,
    valid_fraction: float | None,
) -> Iterator[Splits]:
    """The rows of each model.  Nothing that it learns from has a text that judges it, and no teacher judges it.

    Args:
        given: those of ``records`` whose labels somebody gave.
        which: the fold of each of them.
    """
    taught = [record for record in records if record.taught] if len(given) < len(records) else []
    keys_of_taught, keys_of_others = keys_of(taught), keys_of(splits.unlabelled)
    for fold in range(max(which) + 1):
        test = [_judging(record) for record, own in zip(given, which, strict=True) if own == fold]
        rest = [record for record, own in zip(given, which, strict=True) if own != fold]
        tested = keys_of(test)
        if splits.held_out:
            kept, held = hold_rows(rest, valid_fraction, seed)
        else:  # texts that choose the epoch must be new to the test, too
            held = picked(splits.valid, ~np.isin(keys_of(splits.valid), tested)) or splits.valid
            kept = rest
        valid = list(map(_judging, held))
        judged = np.concatenate([tested, keys_of(valid)])
        kept = [*kept, *picked(taught, ~np.isin(keys_of_taught, judged))]
        others = picked(splits.unlabelled, ~np.isin(keys_of_others, judged))
        own = f"{splits.fingerprint} {fingerprint((kept, valid, test))}"  # tokens in the cache are found by it
        yield replace(splits, train=kept, valid=valid, test=test, unlabelled=others, fingerprint=own)


def _judging(record: Record) -> Record:
    """A row that judges a model: by its label alone, if somebody gave it one."""
    return record if record.taught or record.probabilities is None else replace(record, probabilities=None)


def t_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean (Student's t), within 0 and 1."""
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
    mean = float(np.mean(values))
    return max(0.0, mean - half), min(1.0, mean + half)
