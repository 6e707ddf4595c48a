"""A training loop that can be rolled back, and resumed in another process.

A snapshot contains everything that the remaining steps depend on: the arrays of the trainer, the states of the random
generators, and a ``LoopState``.  On a CPU, with the same number of threads, a resumed run gives identical weights.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor

from lstmcli.faults import shortage
from lstmcli.training.budget import Budget, further
from lstmcli.training.checkpoint import Arrays, Checkpoints, Resumable, Snapshot
from lstmcli.training.config import TrainingConfig
from lstmcli.training.divergence import MAX_ROLLBACKS, RATE_FACTOR, DivergenceMonitor
from lstmcli.training.events import Event, Step, Validated, Warned
from lstmcli.training.loop_state import LoopState, check_state
from lstmcli.training.resume import unusable

SECONDS_BETWEEN_STEPS = 0.5  # minimum, between two ``Step`` events
ROLLBACK_STEPS = 500  # lost in a rollback at most, about; a count, not a time, so that runs are reproducible
P = TypeVar("P", bound=LoopState)


class TrainingLoop(ABC, Generic[P]):
    """One training, from the first step or from the last snapshot in ``checkpoints``."""

    UNIT: ClassVar[str] = "texts"  # what ``LoopState.seen`` counts

    def __init__(
        self,
        state: P,
        trainer: Resumable,
        config: TrainingConfig,
        kept: list[Tensor],
        monitor: DivergenceMonitor,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
        budget: Budget | None = None,
    ) -> None:
        """``kept``: the weights to keep until there are better ones; without ``budget`` only training takes time."""
        assert config.epochs is not None
        self.state, self.kept, self.monitor, self.rng = state, kept, monitor, rng
        self.epochs, self.budget = config.epochs, budget or Budget(config.time_limit or math.inf)
        self.budget.begin_training()
        self._trainer, self._checkpoints = trainer, checkpoints or Checkpoints()
        self.group, self._seed, self._time_share = trainer.group, config.seed, 0.0
        self.reason = "finished"
        self._rollback_point: Snapshot | None = None
        """The snapshot that a rollback restores: a step from it succeeded."""
        self._candidate: Snapshot | None = None
        """The next rollback point, once a step from it has succeeded."""
        self._resumed: Snapshot | None = None  # the one that the run was resumed from
        self._started_at, self._reported = self.budget.clock(), time.monotonic()
        self.between_steps = True
        """Whether the state is consistent, so that a snapshot may be taken."""
        self._saved_step = 0  # the step of the last checkpoint
        if self._checkpoints.last is not None:
            self._rollback_point = self._resumed = self._checkpoints.last
            self._checkpoints.last = None
            self._resume(self._rollback_point)
            self._saved_step, self.reason = self.state.step, self.state.ended or "finished"

    def _resume(self, snapshot: Snapshot) -> None:
        """Restore a snapshot that was read from disk.  Raises ModelError if it does not fit."""
        own = [value.shape for value in self.kept]
        try:
            check_state(self.state, snapshot.values)
            self.restore(snapshot)
            self.budget.continue_from(self.state.spent or self.state.seconds)
            if self.state.epoch_rng:
                np.random.default_rng().bit_generator.state = self.state.epoch_rng
            if [value.shape for value in self.kept] != own:
                raise ValueError("the shapes of its weights")
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RuntimeError) as error:
            if fault := shortage(error):
                raise fault from error
            raise unusable(error, self._checkpoints.folder) from error

    @property
    def seconds(self) -> float:
        return self.budget.clock() - self._started_at

    @property
    @abstractmethod
    def epochs_done(self) -> float:
        """Epochs completed, as a fraction."""

    @property
    @abstractmethod
    def epochs_ended(self) -> int:
        """Epochs completed, their validation included."""

    @property
    @abstractmethod
    def begun(self) -> bool:
        """Whether this epoch has had a step."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """Expected steps of the whole run, if the time allows."""

    @abstractmethod
    def batches(self) -> Sequence[Any]:
        """The remaining batches of this epoch."""

    @abstractmethod
    def step(self, batch: Any) -> tuple[float, float, float]:
        """One update; returns loss, gradient norm, learning rate."""

    @abstractmethod
    def validate(self) -> Validated | None:
        """Validate, and keep the weights if they are better; None if training diverged."""

    def within_epoch(self) -> Iterator[Event]:
        """What is due after a step, before the end of the epoch."""
        yield from ()

    @abstractmethod
    def out_of_patience(self) -> bool:
        """Whether there is no hope of better weights, though epochs are left."""

    def next_epoch(self) -> None:
        """Get ready for another epoch, if ``validate`` has not."""

    @property
    def progress(self) -> float:
        """From 0 to 1, by epochs, or by time if that is further."""
        return further(self.epochs_done / self.epochs, self._time_share)

    def extra_arrays(self) -> Arrays:
        """Arrays to save in addition to those of the trainer and the kept weights."""
        return {}

    def load_extra(self, snapshot: Snapshot) -> None:
        """Restore what ``extra_arrays`` returned."""

    def snapshot(self) -> Snapshot:
        """A snapshot for ``restore``; nothing changes its arrays later."""
        kept = {f"kept.{i}": value.cpu().numpy() for i, value in enumerate(self.kept)}
        arrays = self._trainer.arrays() | kept | self.extra_arrays() | {"random": torch.get_rng_state().numpy()}
        self.state.seconds, self.state.spent = self.seconds, self.budget.spent
        self.state.first, self.state.mean = self.monitor.first, self.monitor.mean
        return Snapshot(arrays, {**asdict(self.state), "epochs": self.epochs, "rng": self.rng.bit_generator.state})

    def restore(self, snapshot: Snapshot) -> None:
        # A checkpoint of an older version may have fewer fields.
        known = snapshot.values.keys() & {f.name for f in fields(self.state)}
        self.state = type(self.state)(**{name: snapshot.values[name] for name in known})
        self._trainer.load(snapshot)
        kept = snapshot.part("kept")
        self.kept = [self.tensor(kept[str(i)]) for i in range(len(kept))]
        self.load_extra(snapshot)
        self.rng.bit_generator.state = snapshot.values["rng"]
        torch.set_rng_state(torch.from_numpy(snapshot.arrays["random"].copy()))
        self.monitor.first, self.monitor.mean = self.state.first, self.state.mean
        self._started_at = self.budget.clock() - self.state.seconds

    def tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        """A copy of a snapshot's array on the trainer's device.  Raises ValueError for one of whole numbers."""
        if array.dtype.kind != "f":
            raise ValueError(f"an array of {array.dtype} where weights belong")
        return torch.from_numpy(array.copy()).to(self._trainer.device)

    def epoch_generator(self) -> np.random.Generator:
        """The generator for the order of this epoch; when the epoch is repeated it gives the same order."""
        if not self.state.epoch_rng:
            self.state.epoch_rng = dict(self.rng.bit_generator.state)
            return self.rng
        again = np.random.default_rng()
        again.bit_generator.state = self.state.epoch_rng
        return again

    def should_stop(self, stop: Callable[[], bool]) -> bool:
        """Whether to stop before the next step; also takes snapshots when they are due."""
        asked, over, due, self._time_share = self.group.decide(
            stop(), self.budget.left <= 0, self._checkpoints.due(), self.budget.share(self.seconds)
        )
        if asked or over:
            self.reason = "interrupted" if asked else "time"
        to_disk = due or asked
        to_memory = self._rollback_point is None or (self.state.step % ROLLBACK_STEPS == 0 and self.monitor.is_safe)
        if to_disk or to_memory:
            snapshot = self.snapshot()
            if to_disk:
                self._take(snapshot)
            if self._rollback_point is None:
                self._rollback_point = snapshot
            elif to_memory:
                self._candidate = snapshot
        self.between_steps = self.reason != "finished"
        return self.between_steps

    def _take(self, snapshot: Snapshot, *, last: bool = False) -> None:
        self._checkpoints.take(snapshot, last=last)
        self._saved_step = int(snapshot.values["step"])

    def end(self) -> None:
        """Save a checkpoint of the trained weights, before the steps after training."""
        if self.reason != "interrupted":
            self.state.ended = self.reason
            self._take(self.snapshot(), last=True)

    def run(self, stop: Callable[[], bool]) -> Iterator[Event]:
        """Train until epochs, time or patience are used up, or ``stop`` returns true; keep the best weights."""
        try:
            yield from self._epochs(stop)
        except BaseException:
            self.save_on_error()
            raise
        self.end()
        self._trainer.keep(self.kept)

    def _epochs(self, stop: Callable[[], bool]) -> Iterator[Event]:
        while self.reason == "finished" and self.epochs_ended < self.epochs:
            for batch in self.batches():
                if self.should_stop(stop):
                    break
                self.group.seed(self._seed, self.state.step)
                loss, norm, learning_rate = self.step(batch)
                if self.diverges(loss):
                    break
                if self.should_report():
                    pace = self.budget.pace(self.seconds, self.progress)
                    yield Step(
                        self.state.step, pace.expected(self.steps, self.state.step), self.epochs_done,
                        pace.expected(self.epochs, self.epochs_done), loss, learning_rate, norm,
                        self.state.seen / pace.seconds, pace.seconds, pace.left, self.UNIT,
                    )  # fmt: skip
                yield from self.within_epoch()
                if self.reason == "diverged":
                    break
            # An epoch that was stopped before its first step has the weights that were validated before it.
            if self.reason != "diverged" and self.begun and (validated := self.validate()):
                yield validated
            if self.reason == "diverged":
                yield self.rollback()
            elif self.reason == "finished" and self.out_of_patience():
                self.reason = "early"
            elif self.reason == "finished":
                self.next_epoch()

    def save_on_error(self) -> None:
        """Save a checkpoint when training is aborted, by a second Ctrl-C or an error.

        Within a step, or with other processes, it is an earlier snapshot, if one in memory is not on disk yet.
        """
        with suppress(Exception):  # the error that aborted training is reported
            now = self.between_steps and self.reason != "diverged" and self.group.world == 1
            snapshot = self.snapshot() if now else self._rollback_point
            if snapshot is not None and snapshot.values["step"] > self._saved_step:
                self._take(snapshot)

    def diverges(self, loss: float, *, validation: bool = False) -> bool:
        """Whether training diverges, by the loss of the last step or of the validation split."""
        self.between_steps = True
        if self.monitor.diverged_in_validation(loss) if validation else self.monitor.diverged(loss):
            self.reason = "diverged"
        elif self._candidate is not None:
            self._rollback_point, self._candidate = self._candidate, None
        return self.reason == "diverged"

    def should_report(self) -> bool:
        """Whether to report this step: the first, the last, and every ``SECONDS_BETWEEN_STEPS``."""
        now = time.monotonic()
        due = now - self._reported >= SECONDS_BETWEEN_STEPS or self.state.step == 1 or self.epochs_done >= self.epochs
        if due:
            self._reported = now
        return due

    def rollback(self) -> Warned:
        """Restore the last rollback point and lower the learning rate; after the last rollback, give up.

        Raises:
            DivergedError: it gives up, and no weights are kept.
        """
        before, first, kept = self.state, self.monitor.first, self.kept
        if self._rollback_point is None or before.rollbacks == MAX_ROLLBACKS:
            return self.monitor.warning(before.step, before.kept_epoch)
        self.between_steps = False
        self.restore(self._rollback_point)
        if self._rollback_point is self._resumed:
            self._checkpoints.changed.append("the state to go back to")
        self._candidate, self.monitor.first, self.kept, self.reason = None, first, kept, "finished"
        for name in before.KEPT_ON_ROLLBACK:
            setattr(self.state, name, getattr(before, name))
        self.state.factor *= RATE_FACTOR ** (before.rollbacks + 1 - self.state.rollbacks)
        self.state.rollbacks, self.between_steps = before.rollbacks + 1, True
        return self.monitor.rolled_back(before.step, self.state.step, RATE_FACTOR**self.state.rollbacks)
