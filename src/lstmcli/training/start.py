"""Start a training run: check options, read the data, lock the output directory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.data.config import ReadConfig
from lstmcli.errors import LstmError, OutputError, UsageError
from lstmcli.model_dir.directory import check_target, read_model
from lstmcli.options import chosen, job_arguments, read_config, seconds
from lstmcli.tasks import Task, require_task, task_for
from lstmcli.training.checkpoint import checkpoint_folder, has_checkpoints
from lstmcli.training.config import TrainingConfig
from lstmcli.training.derived import INCOMPLETE
from lstmcli.training.distributed import ALONE, Group
from lstmcli.training.events import CrossValidated
from lstmcli.training.lock import claimed

if TYPE_CHECKING:
    from lstmcli.data.columns.choice import Ask
    from lstmcli.data.locate import Located
    from lstmcli.data.records import Splits
    from lstmcli.training.events import Event
    from lstmcli.training.job import TrainingJob

LABELS = frozenset({"label_column", "label_prefix", "label_separator", "teacher", "unlabelled"})
"""Options that imply labelled text."""
TARGETS = frozenset({"target_column", "target_file"})
"""Options that imply translations."""


class Training:
    """A training run that is ready to start; its output directory is locked until ``close``, or the end of a ``with``.

    Attributes:
        task: what is trained.
        splits: what was found about the data; the job has the rows.
        target: the model directory.
        default_place: whether that is the task's default.
    """

    task: Task
    splits: Splits
    target: Path
    job: TrainingJob

    def __init__(
        self,
        source: str | Located,
        given: Mapping[str, Any],
        *,
        output: Path | None = None,
        task: str | None = None,
        valid: str | Located | None = None,
        test: str | Located | None = None,
        force: bool = False,
        resume: bool = False,
        checkpoint_every: float | str = "1m",
        dry_run: bool = False,
        cv: int | None = None,
        ask_label: Ask | None = None,
        ask_resume: Callable[[Path], bool] | None = None,
        group: Group = ALONE,
    ) -> None:
        """
        Args:
            given: options by name; the others have their defaults.
            output: the model directory; None: the task's default.
            task: name of the task; None: chosen by the data.
            checkpoint_every: seconds, a duration in words, or "never".
            dry_run: do not lock or write anything.
            cv: first cross-validate with so many folds.
            ask_label: chooses the label column if two are equally likely.
            ask_resume: decides whether to continue the unfinished run in a folder.
            group: the processes that train together; only the main one locks or writes anything.

        Raises:
            UsageError: an invalid option; nothing was read yet.
            DataError: the data cannot be read as asked.
            OutputError: the model cannot be written there, or an unfinished run is there.
        """
        from lstmcli.data.parallel import with_targets
        from lstmcli.data.splits import load_splits
        from lstmcli.data.teachers import add_teachers
        from lstmcli.data.unlabelled import add_unlabelled

        if task is None and not TARGETS.isdisjoint(given):
            task = task_for(paired=True).name
        prefer, task = check_start(given, output, cv=cv, task=task)
        self._started = time.monotonic()
        if task is None and not LABELS.isdisjoint(given):
            task = task_for(labelled=True).name
        arguments = job_arguments(given, task)
        self._every = interval(checkpoint_every)
        if cv is not None:
            from lstmcli.training.cross_validation import check_count, cross_validate

            check_count(cv, time=given.get("time"), resume=resume, processes=group.world)
        self._force, self._resume, self._ask_resume = force, resume, ask_resume
        self._held, self._group = ExitStack(), group
        self._before: Callable[[Callable[[], bool]], Iterator[Event]] | None = None
        self.default_place, self._dry = output is None, dry_run
        untouched = dry_run or not group.main
        try:
            if output is not None and not untouched:
                self._claim(output)
            pairs = with_targets(source, given.get("target_file"), "--target-file")
            valid = with_targets(valid, given.get("valid_target"), "--valid-target")
            test = with_targets(test, given.get("test_target"), "--test-target")
            assert pairs is not None
            self.splits = load_splits(
                pairs,
                read_config(given),
                valid=valid,
                test=test,
                valid_fraction=given.get("valid_fraction"),
                seed=given.get("seed", TrainingConfig.seed),
                labelled=require_task(task).labelled if task else None,
                paired=require_task(task).paired if task else None,
                ask=ask_label,
                prefer=prefer,
            )
            self.task = (
                require_task(task) if task else task_for(labelled=self.splits.labelled, paired=self.splits.paired)
            )
            add_teachers(self.splits, given.get("teacher") or ())
            add_unlabelled(self.splits, given.get("unlabelled") or ())
            own = chosen(arguments, self.task)
            self.job = self.task.module("train").job(self.splits, **own)
            if cv is not None and not dry_run:
                make, share = partial(self.task.module("train").job, **own), given.get("valid_fraction")
                seed = int(given.get("seed", TrainingConfig.seed))
                self._before = partial(cross_validate, make, self.splits, cv, seed, valid_fraction=share)
            # The job lets go of the records when it can.
            self.splits = replace(self.splits, train=(), valid=(), test=(), unlabelled=())
            self.target = output or self.task.default_dir
            if output is None and not untouched:
                self._claim(self.target)
        except BaseException:
            self.close()
            raise

    def _claim(self, target: Path) -> None:
        """Raises: OutputError."""
        self._held.enter_context(claimed(target, for_later=True))
        self._resume = goes_on(target, resume=self._resume, force=self._force, ask=self._ask_resume)
        self._force = self._force or (self._resume and is_its_model(target))
        check_target(target, self._force)

    def events(self, *, command: str = "", stop: Callable[[], bool] = lambda: False) -> Generator[Event, None, None]:
        """The events of ``training.run.train``.

        Args:
            command: the command line to record in the model.
            stop: when it returns true, training ends after the current step and the best model so far is saved.
        """
        from lstmcli.training.run import train

        before, self._before = self._before, None
        if before is not None:
            for event in before(stop):
                yield event
                self.job.cross_validated = event if isinstance(event, CrossValidated) else None
            del before  # and with it the rows
        yield from train(
            self.job,
            self.target,
            force=self._force or self._dry,
            command=command,
            stop=stop,
            resume=self._resume,
            checkpoint_every=self._every,
            started=self._started,
            group=self._group,
        )

    def close(self) -> None:
        """Release the lock."""
        self._held.close()

    def __enter__(self) -> Training:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_start(
    given: Mapping[str, Any], output: Path | None, *, cv: int | None, task: str | None
) -> tuple[ReadConfig | None, str | None]:
    """How the data of the model that training goes on from was read, and its task; without one None, and ``task``.

    Raises:
        UsageError: an option contradicts it.
    """
    if (start := given.get("from_model")) is None:
        return None, task
    model = read_model(start)
    if task not in (None, model.task.name):
        raise UsageError(
            f"{start} is {model.task.title}, and {require_task(task).title} does not go on from it",
            hint="leave --from out, or give a model of the same task",
        )
    if cv is not None:
        raise UsageError("--cv trains new models, so --from does not apply", hint="leave one of them out")
    target = output or model.task.default_dir
    if Path(start).resolve() == target.resolve():
        raise UsageError(
            f"the new model would replace {start}, from which it goes on, before it is known to be as good",
            hint="write it elsewhere with -o, compare the two, then move it",
        )
    return replace(model.settings.read, input_format=None, split=None), model.task.name


def goes_on(target: Path, *, resume: bool, force: bool, ask: Callable[[Path], bool] | None = None) -> bool:
    """Whether to continue the unfinished run at ``target``.

    Raises:
        OutputError: there is one, and neither ``resume``, ``force`` nor ``ask`` says what to do.
    """
    place = checkpoint_folder(target)
    if resume or force or not has_checkpoints(place):
        return resume
    if ask is not None and ask(place):
        return True
    raise OutputError(
        "there is an unfinished run", path=place, hint="continue it with --resume, or start again with --force"
    )


def is_its_model(target: Path) -> bool:
    """Whether the model at ``target`` was saved by an unfinished run, which may replace it."""
    try:
        return read_model(target).config.get("stopped") in ("interrupted", INCOMPLETE)
    except LstmError:
        return False


def interval(every: float | str) -> float:
    """Seconds between checkpoints; infinite for ``never``.  Raises: UsageError."""
    if isinstance(every, str):
        return math.inf if every == "never" else seconds(every, "--checkpoint-every")
    return float(every)
