"""A training loop whose epochs are drawn batches, each epoch ended by a validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from lstmcli.training.loop import TrainingLoop
from lstmcli.training.loop_state import LoopState


@dataclass
class EpochState(LoopState):
    epoch: int = 0
    """Completed epochs, including their validation."""
    batches: int = 0
    """Completed batches of the current epoch."""

    def end_epoch(self) -> None:
        self.epoch, self.batches, self.epoch_rng = self.epoch + 1, 0, {}


E = TypeVar("E", bound=EpochState)


class EpochLoop(TrainingLoop[E]):
    per_epoch: int
    """Batches of an epoch."""

    @property
    def epochs_done(self) -> float:
        return self.state.step / self.per_epoch

    @property
    def epochs_ended(self) -> int:
        return self.state.epoch

    @property
    def begun(self) -> bool:
        return self.state.batches > 0

    @property
    def steps(self) -> int:
        return self.per_epoch * self.epochs
