"""Start a search: read the data once, for all trials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.config import within
from lstmcli.errors import UsageError
from lstmcli.options import job_arguments, read_config, seconds
from lstmcli.tasks import task_for
from lstmcli.training.config import TrainingConfig
from lstmcli.training.going_on.settings import is_continued
from lstmcli.training.start import LABELS
from lstmcli.tuning.journal import import_optuna
from lstmcli.tuning.search import Search

if TYPE_CHECKING:
    from lstmcli.data.columns.choice import Ask
    from lstmcli.data.locate import Located


def start(
    source: str | Located,
    given: Mapping[str, Any],
    *,
    name: str,
    time: float | str = "10m",
    output: Path | None = None,
    valid: str | Located | None = None,
    test: str | Located | None = None,
    trials: int | None = None,
    force: bool = False,
    resume: bool = False,
    ask_label: Ask | None = None,
) -> Search:
    """A search on a source.

    Args:
        given: options of ``lstm train`` by name, for every trial.
        name: what the command that repeats the best trial calls the source.
        time: seconds or a duration in words, for all trials.

    Raises:
        UsageError: an invalid option, or Optuna is not installed; nothing was read yet.
        DataError: the data cannot be read as asked.
        OutputError: a model or an unfinished search is there.
    """
    from lstmcli.data.splits import load_splits
    from lstmcli.data.teachers import add_teachers
    from lstmcli.data.unlabelled import add_unlabelled

    import_optuna()
    within("trials", trials, 1)
    limit = seconds(time) if isinstance(time, str) else float(time)
    if is_continued(given):
        raise UsageError("tune trains new models, so --from does not apply", hint="leave it out")
    labels = None if LABELS.isdisjoint(given) else task_for(labelled=True)
    job_arguments(given, labels.name if labels else None)
    splits = load_splits(
        source,
        read_config(given),
        valid=valid,
        test=test,
        valid_fraction=given.get("valid_fraction"),
        seed=given.get("seed", TrainingConfig.seed),
        labelled=labels.labelled if labels else None,
        paired=labels.paired if labels else None,
        ask=ask_label,
    )
    add_teachers(splits, given.get("teacher") or ())
    add_unlabelled(splits, given.get("unlabelled") or ())
    task = task_for(labelled=splits.labelled, paired=splits.paired)
    place = output or task.default_dir
    others = {option: path for option, path in (("valid", valid), ("test", test)) if path is not None}
    return Search(
        splits, task, given, source=name, output=place, seconds=limit, trials=trials, command=others, force=force,
        resume=resume,
    )  # fmt: skip
