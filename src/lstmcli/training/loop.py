"""A fit that can stop between two steps and resume from there, in this process after a rollback or in another after a
kill.

Everything that the rest depends on is in one place: the arrays of the trainer, the random numbers, and a ``LoopState``.
On a CPU with as many threads the outcome is the same to the bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from lstmcli.training.checkpoint import Arrays, Checkpoints, Snapshot
from lstmcli.training.config import TrainingConfig
from lstmcli.training.divergence import MAX_ROLLBACKS, RATE_FACTOR, DivergenceMonitor
from lstmcli.training.events import Warned

SECONDS_BETWEEN_STEPS = 0.5
"""A step is reported this often, not each time: a listener has no use for more."""
ROLLBACK_STEPS = 500
"""A setback costs no more than about as many; counted, not timed, so that the same run goes back to the same step."""


class Resumable(Protocol):
    """What trains, as far as going on needs to know."""

    device: str

    def arrays(self) -> Arrays:
        """Copies of all that the next step depends on, but for the random numbers."""

    def load(self, snapshot: Snapshot) -> None:
        """Back to where ``arrays`` was called."""


@dataclass
class LoopState:
    """How far a run has come."""

    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch",)
    """What a setback does not take back: which weights were the best."""

    step: int = 0
    seen: int = 0
    kept_epoch: int = 0
    """Whose weights are kept; 0 for none."""
    factor: float = 1.0
    """What plateaus and setbacks left of the learning rate."""
    rollbacks: int = 0
    first: float = math.nan
    mean: float = math.nan
    """The first loss and the mean of those since; see ``divergence.py``."""
    seconds: float = 0.0
    epoch_rng: dict[str, Any] = field(default_factory=dict)
    """The generator as it was when the order of this epoch was drawn; empty before."""
    ended: str = ""
    """Why training was over, once it was: what is left to do is what follows it."""


P = TypeVar("P", bound=LoopState)


class TrainingLoop(Generic[P]):
    """One fit, from its first step or from the last snapshot of ``checkpoints``."""

    def __init__(
        self,
        state: P,
        trainer: Resumable,
        config: TrainingConfig,
        kept: list[Tensor],
        monitor: DivergenceMonitor,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
    ) -> None:
        """``kept``: the weights to fall back on, until there are better ones."""
        assert config.epochs is not None
        self.state, self.kept, self.monitor, self.rng = state, kept, monitor, rng
        self.epochs, self._limit = config.epochs, config.time_limit
        self._trainer, self._checkpoints = trainer, checkpoints or Checkpoints()
        self.reason = "finished"
        self._rollback_point: Snapshot | None = None
        """Where a setback goes: a state from which a step was taken without harm."""
        self._candidate: Snapshot | None = None
        """The next such, once its step has shown it."""
        self._resumed: Snapshot | None = None
        """What the run went on from."""
        self._started_at = self._reported = time.monotonic()
        self.between_steps = True
        """Whether a snapshot would be one between two steps."""
        self._saved_step = 0
        """The step of the last snapshot that was taken."""
        if self._checkpoints.last is not None:
            self._rollback_point = self._resumed = self._checkpoints.last
            self._checkpoints.last = None
            self.restore(self._rollback_point)
            self._saved_step, self.reason = self.state.step, self.state.ended or "finished"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started_at

    @property
    def epochs_done(self) -> float:
        """Epochs."""
        raise NotImplementedError

    @property
    def progress(self) -> float:
        """From 0 to 1, by the epochs or the time, whichever is nearer its end."""
        spent = self.seconds / self._limit if self._limit else 0.0
        return min(1.0, max(self.epochs_done / self.epochs, spent))

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 - self.progress) / max(self.progress, 1e-9)

    def extra_arrays(self) -> Arrays:
        """What the fit has beside the trainer and the kept weights."""
        return {}

    def load_extra(self, snapshot: Snapshot) -> None:
        """Back to where ``extra_arrays`` was called."""

    def snapshot(self) -> Snapshot:
        """What ``restore`` needs; arrays that nothing changes any more."""
        kept = {f"kept.{i}": value.cpu().numpy() for i, value in enumerate(self.kept)}
        arrays = self._trainer.arrays() | kept | self.extra_arrays() | {"random": torch.get_rng_state().numpy()}
        self.state.seconds, self.state.first, self.state.mean = self.seconds, self.monitor.first, self.monitor.mean
        return Snapshot(arrays, {**asdict(self.state), "epochs": self.epochs, "rng": self.rng.bit_generator.state})

    def restore(self, snapshot: Snapshot) -> None:
        known = snapshot.values.keys() & {f.name for f in fields(self.state)}  # an older version may have had fewer
        self.state = type(self.state)(**{name: snapshot.values[name] for name in known})
        self._trainer.load(snapshot)
        kept = snapshot.part("kept")
        self.kept = [self.tensor(kept[str(i)]) for i in range(len(kept))]
        self.load_extra(snapshot)
        self.rng.bit_generator.state = snapshot.values["rng"]
        torch.set_rng_state(torch.from_numpy(snapshot.arrays["random"].copy()))
        self.monitor.first, self.monitor.mean = self.state.first, self.state.mean
        self._started_at = time.monotonic() - self.state.seconds

    def tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        """A copy of a snapshot's array, where the trainer computes."""
        return torch.from_numpy(array.copy()).to(self._trainer.device)

    def epoch_generator(self) -> np.random.Generator:
        """What draws the order of this epoch: the run's own the first time, and the same numbers again after that."""
        if not self.state.epoch_rng:
            self.state.epoch_rng = dict(self.rng.bit_generator.state)
            return self.rng
        again = np.random.default_rng()
        again.bit_generator.state = self.state.epoch_rng
        return again

    def should_stop(self, stop: Callable[[], bool]) -> bool:
        """Whether no step comes any more, and why; the moment to take snapshots."""
        if stop():
            self.reason = "interrupted"
        elif self._limit and self.seconds >= self._limit:
            self.reason = "time"
        if self._checkpoints.due() or self.reason == "interrupted":
            self._take(self.snapshot())
        if self._rollback_point is None:
            self._rollback_point = self.snapshot()
        elif self.state.step % ROLLBACK_STEPS == 0 and self.monitor.is_safe:
            self._candidate = self.snapshot()
        self.between_steps = self.reason != "finished"
        return self.between_steps

    def _take(self, snapshot: Snapshot, *, last: bool = False) -> None:
        self._checkpoints.take(snapshot, last=last)
        self._saved_step = int(snapshot.values["step"])

    def end(self) -> None:
        """Training is over: its outcome is on disk before anything is made of it."""
        if self.reason != "interrupted":
            self.state.ended = self.reason
            self._take(self.snapshot(), last=True)

    def save_on_error(self) -> None:
        """Training is torn off, by a second Ctrl-C or an error: a checkpoint of the last step that can be gone on from.

        Within a step that is an earlier one, if any is in memory that is not yet on disk.
        """
        with suppress(Exception):  # what tore it off is what there is to say
            snapshot = self.snapshot() if self.between_steps and self.reason != "diverged" else self._rollback_point
            if snapshot is not None and snapshot.values["step"] > self._saved_step:
                self._take(snapshot)

    def diverges(self, loss: float, *, validation: bool = False) -> bool:
        """Whether this loss, of the step just taken or of the validation split, ends the run or sets it back."""
        self.between_steps = True
        if self.monitor.diverged_in_validation(loss) if validation else self.monitor.diverged(loss):
            self.reason = "diverged"
        elif self._candidate is not None:
            self._rollback_point, self._candidate = self._candidate, None
        return self.reason == "diverged"

    def should_report(self) -> bool:
        """Whether it is time to report a step: now and then, the first, and the last."""
        now = time.monotonic()
        due = now - self._reported >= SECONDS_BETWEEN_STEPS or self.state.step == 1 or self.epochs_done >= self.epochs
        if due:
            self._reported = now
        return due

    def rollback(self) -> Warned:
        """Back to the last good state, to go on at a lower rate; after the last setback the run has diverged.

        Raises:
            LstmError: there are no weights worth keeping.
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
