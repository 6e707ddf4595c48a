"""``lstm tune``: train with many settings within a time, keep the best model.

Optuna's TPE sampler chooses the settings (Bergstra et al. 2011), and a trial that after some epochs is behind the
median of the others is given up.  The first trial has no settings of its own: it trains the model that ``lstm train``
trains, so there is a usable model as soon as it ends; a better one replaces it at once.  A journal beside the model has
every trial, and a search can be continued from it.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.errors import DataError, LstmError, OutputError, UsageError
from lstmcli.model_dir.directory import check_target, read_model, replace_model
from lstmcli.options import chosen, job_arguments
from lstmcli.tasks import Task
from lstmcli.training.config import TrainingConfig
from lstmcli.training.events import Event, Measured, RunPlanned, Stopped, Validated, Warned
from lstmcli.training.lock import claimed
from lstmcli.tuning.events import Continued, SearchEnded, TrialBegun, TrialEnded
from lstmcli.tuning.journal import Journal, journal_folder
from lstmcli.tuning.repeat import train_command
from lstmcli.tuning.results import Tuned

if TYPE_CHECKING:
    from lstmcli.data.records import Splits

FIRST_SHARE, OTHER_SHARE = 0.5, 0.3
"""Shares of the whole time that the trial of the defaults may take, and any other."""
BESIDE = frozenset({"teacher", "unlabelled"})
"""Options whose texts are in the fingerprints of the data."""
LEAST = 1.2
"""A trial begins if there is so many times the time of the shortest one left."""


class Search:
    """A search that is ready to start."""

    def __init__(
        self,
        splits: Splits,
        task: Task,
        given: Mapping[str, Any],
        *,
        source: str,
        output: Path,
        seconds: float,
        trials: int | None = None,
        command: Mapping[str, Any] | None = None,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        """
        Args:
            given: options of ``lstm train`` that every trial has; they go before those that are searched.
            source: as the command line names it.
            trials: at most so many in all; None: as many as there is time for.
            command: options for the command that repeats the best trial, beside ``given``.

        Raises:
            UsageError: Optuna is not installed, or models of this task cannot be tuned.
            OutputError: a model or an unfinished search is there.
        """
        if not task.has_module("search"):
            raise UsageError(f"tune does not apply to {task.plural}", hint=task.usage)
        self.splits, self.task, self.given, self.source = splits, task, dict(given), source
        self.output, self.seconds, self.trials, self.force, self.resume = output, seconds, trials, force, resume
        self.command, self.space = dict(command or {}), task.module("search")
        self._begun = time.monotonic()
        seed = int(given.get("seed", TrainingConfig.seed))
        self.journal = Journal(output, self._identity(), seed=seed, resume=resume, force=force)
        check_target(output, force or self.journal.goes_on)

    def _identity(self) -> dict[str, Any]:
        """What must be the same when a search is continued."""
        fixed = {name: str(value) for name, value in sorted(self.given.items()) if name not in BESIDE}
        others = self.splits.unlabelled_fingerprint
        texts = {"unlabelled": others} if others else {}
        return {"data": self.splits.fingerprint, **texts, "options": fixed, "task": self.task.name}

    @property
    def left(self) -> float:
        return self.seconds - self.journal.spent - (time.monotonic() - self._begun)

    def run(self, stop: Callable[[], bool] = lambda: False) -> Generator[Event, None, None]:
        """Run trials until the time is used up, or ``stop`` returns true.

        Raises:
            DataError: the data cannot be learnt from.
            LstmError: no trial ended, so there is no model.
        """
        with claimed(self.output):
            try:
                yield from self._run(stop)
            except LstmError:
                if self.journal.best_value is None:  # there is nothing to go on from
                    shutil.rmtree(self.journal.folder, ignore_errors=True)
                raise

    def _run(self, stop: Callable[[], bool]) -> Generator[Event, None, None]:
        yield from map(Warned, self.splits.warnings)
        if self.journal.goes_on:
            yield Continued(self.journal.count, self.journal.best_value, self.left)
            if self.trials is None and not self._another():
                yield Warned("the time that is left is too short for another trial; --time counts all runs together")
        failures, defaults = 0, self.journal.default_trial is None
        while not stop() and self._another():
            ended: TrialEnded | None = None
            for event in self._trial(stop, defaults=defaults):
                yield event
                ended = event if isinstance(event, TrialEnded) else None
            defaults = False
            failures = failures + 1 if ended and ended.outcome_of_trial == "failed" else 0
            if failures == 3 or (failures and self.journal.best_value is None):
                assert ended is not None
                raise LstmError(f"the trials fail: {ended.why}", hint="try `lstm train` with the same data first")
        if self.journal.best_value is None:
            raise LstmError("no trial ended in time", hint="give more --time")
        yield SearchEnded(self._result())

    def _another(self) -> bool:
        """Whether there is time for a trial."""
        if self.trials is not None and self.journal.count >= self.trials:
            return False
        shortest = self.journal.shortest
        return self.journal.count == 0 or self.left > LEAST * (shortest or 1.0)

    def _suggest(self, trial: Any, usual: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.space.suggest(trial, self.given, usual)
        return found

    def _trial(self, stop: Callable[[], bool], *, defaults: bool) -> Iterator[Event]:
        """One trial; its model replaces the best so far if it is better."""
        from lstmcli.training.run import train

        begun = time.monotonic()
        trial = self.journal.ask_defaults() if defaults else self.journal.ask()
        own = {} if defaults else self._suggest(trial, self.journal.defaults)
        number, settings = trial.number + 1, {**own, **self.given}
        share = FIRST_SHARE if defaults else OTHER_SHARE
        limit = max(1.0, min(share * self.seconds, self.left))
        shown = {name: value for name, value in settings.items() if name not in self.given}
        yield TrialBegun(number, shown, self.left)
        place = journal_folder(self.output) / f"trial-{number}"
        outcome, value, why = "finished", None, ""
        stopped = "finished"
        try:
            arguments = job_arguments({**settings, "time": limit}, self.task.name)
            job = self.task.module("train").job(replace(self.splits, test=[]), **chosen(arguments, self.task))
            options = train_command(self.source, {**shown, **self.given, **self.command}, self.output)
            run = train(job, place, force=True, command=options, stop=stop, checkpoint_every=math.inf, started=begun)
            with closing(run):
                for event in run:
                    yield event
                    if defaults and isinstance(event, RunPlanned):
                        self.journal.know_defaults(trial, self.space.defaults(job.config), self._suggest)
                    if isinstance(event, Stopped):
                        stopped = event.reason
                    if isinstance(event, Measured) and event.split == "valid":
                        value = float(getattr(event.report, self.space.METRIC))
                    if isinstance(event, Validated) and self.journal.behind(trial, event.value, event.epoch):
                        outcome = "pruned"
                        break
        except LstmError as error:
            if isinstance(error, UsageError | OutputError) or (defaults and isinstance(error, DataError)):
                raise
            outcome, why = "failed", error.message
        outcome = "stopped" if outcome == "finished" and stopped == "interrupted" else outcome
        value = value if outcome in ("finished", "stopped") else None
        improved = value is not None and (self.journal.best_value is None or value > self.journal.best_value)
        if improved:
            replace_model(self.output, place)
        shutil.rmtree(place, ignore_errors=True)
        seconds = time.monotonic() - begun
        limited = f"{round(limit)}s" if stopped == "time" else None
        self.journal.tell(trial, value, outcome, {"settings": shown, "seconds": seconds, "time": limited})
        yield TrialEnded(number, outcome, value, self.journal.best_value, improved, seconds, why)

    def _result(self) -> Tuned:
        journal = self.journal
        best, default = journal.best, journal.default_trial
        settings: dict[str, Any] = dict(best.user_attrs["settings"])
        timed = {"time": best.user_attrs["time"]} if best.user_attrs["time"] else {}
        model = read_model(self.output)
        test = None
        if self.splits.test:
            with self.task.feature("load")(self.output, threads=self.given.get("threads")) as loaded:
                test = float(getattr(loaded.report(list(self.splits.test)), self.space.METRIC))
        return Tuned(
            path=str(model.path),
            metric=self.space.METRIC,
            value=float(best.value),
            default_value=None if default is None else float(default.value),
            default_trial=None if default is None else default.number + 1,
            default_time=None if default is None else default.user_attrs["time"],
            test=test,
            bytes=model.size,
            trial=best.number + 1,
            trials=journal.count,
            pruned=journal.pruned,
            seconds=self.seconds - self.left,
            settings=settings,
            importances=journal.importances(),
            command=train_command(
                self.source,
                {**settings, **timed, **self.given, **self.command},
                self.output.with_name(f"{self.output.name}-again"),
            ),
        )
