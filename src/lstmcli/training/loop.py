"""A training loop that can be rolled back, and resumed in another process.

A snapshot contains everything that the remaining steps depend on: the arrays of the trainer, the states of the random
generators, and a ``LoopState``.  On a CPU, with the same number of threads, a resumed run gives identical weights.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from lstmcli.config import MAX_COUNT, fits
from lstmcli.faults import shortage
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Arrays, Checkpoints, Snapshot
from lstmcli.training.config import TrainingConfig
from lstmcli.training.divergence import MAX_ROLLBACKS, RATE_FACTOR, DivergenceMonitor
from lstmcli.training.events import Event, Warned
from lstmcli.training.resume import unusable

SECONDS_BETWEEN_STEPS = 0.5
"""Minimum seconds between two ``Step`` events."""
ROLLBACK_STEPS = 500
"""A rollback loses at most about this many steps; a count, not a time, so that runs are reproducible."""


class Resumable(Protocol):
    """A trainer whose state can be saved and restored."""

    device: str

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""

    def keep(self, weights: list[Tensor]) -> None:
        """End training with these weights in the network."""


@dataclass
class LoopState:
    """The progress of a run."""

    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch",)
    """Fields that a rollback does not restore."""
    MAY_BE_NAN: ClassVar[tuple[str, ...]] = ("first", "mean")

    step: int = 0
    seen: int = 0
    kept_epoch: int = 0
    """The epoch whose weights are kept; 0 for none."""
    factor: float = 1.0
    """Factor on the learning rate after plateaus and rollbacks."""
    rollbacks: int = 0
    first: float = math.nan
    mean: float = math.nan
    """The first loss and the moving average; see ``divergence.py``."""
    seconds: float = 0.0
    spent: float = 0.0
    """Seconds of the whole run; ``seconds`` are those of training."""
    epoch_rng: dict[str, Any] = field(default_factory=dict)
    """State of the random generator before the order of this epoch was drawn; empty before that."""
    ended: str = ""
    """Why training ended; empty while it runs.  If set, a resumed run only repeats the steps after training."""


def check_state(state: LoopState, values: Mapping[str, Any]) -> None:
    """Raises ValueError for values from disk that the state cannot have."""
    for name, default in vars(state).items():
        value = values.get(name, default)
        ok = type(value) is type(default)
        if isinstance(default, float):
            ok = (fits(value, float) and abs(value) < MAX_COUNT) or (name in state.MAY_BE_NAN and value != value)
        elif isinstance(default, int):
            ok = ok and 0 <= value <= MAX_COUNT
        elif isinstance(default, list):
            ok = ok and all(fits(item, float) and math.isfinite(item) for item in value)
        elif default is None:
            ok = value is None or (
                isinstance(value, list) and [fits(item, float) for item in value] == [True, False, True]
            )
        if not ok:
            raise ValueError(f"{name}: {value!r:.100}")


P = TypeVar("P", bound=LoopState)


class TrainingLoop(Generic[P]):
    """One training, from the first step or from the last snapshot in ``checkpoints``."""

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
        self.reason = "finished"
        self._rollback_point: Snapshot | None = None
        """The snapshot that a rollback restores: a step from it succeeded."""
        self._candidate: Snapshot | None = None
        """The next rollback point, once a step from it has succeeded."""
        self._resumed: Snapshot | None = None
        """The snapshot that the run was resumed from."""
        self._started_at, self._reported = self.budget.clock(), time.monotonic()
        self.between_steps = True
        """Whether the state is consistent, so that a snapshot may be taken."""
        self._saved_step = 0
        """The step of the last checkpoint."""
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
    def epochs_done(self) -> float:
        """Epochs completed, as a fraction."""
        raise NotImplementedError

    @property
    def progress(self) -> float:
        """From 0 to 1, by epochs or by time, whichever is further."""
        return min(1.0, max(self.epochs_done / self.epochs, self.budget.share(self.seconds)))

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 - self.progress) / max(self.progress, 1e-9)

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
        if stop():
            self.reason = "interrupted"
        elif self.budget.left <= 0:
            self.reason = "time"
        to_disk = self._checkpoints.due() or self.reason == "interrupted"
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

    def run_epochs(self, epochs: Iterator[Event]) -> Iterator[Event]:
        """The events of ``epochs``, which are consumed; at the end the kept weights are in the network."""
        try:
            yield from epochs
        except BaseException:
            self.save_on_error()
            raise
        self.end()
        self._trainer.keep(self.kept)

    def save_on_error(self) -> None:
        """Save a checkpoint when training is aborted, by a second Ctrl-C or an error.

        Within a step it is an earlier snapshot, if one is in memory that is not on disk yet.
        """
        with suppress(Exception):  # the error that aborted training is reported
            snapshot = self.snapshot() if self.between_steps and self.reason != "diverged" else self._rollback_point
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
            LstmError: it gives up, and no weights are kept.
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
