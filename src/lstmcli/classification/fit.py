"""The training loop of a classifier.

``training/loop.py`` has what does not depend on the task: epochs, snapshots, rollback, resuming.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.model_selection import Encoded, Score, score_in_blocks, selection_reason
from lstmcli.classification.trainer import Split, Trainer
from lstmcli.tokenization.batching import bucketed
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Checkpoints
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.epoch_loop import EpochLoop, EpochState
from lstmcli.training.events import Event, Stopped, Validated
from lstmcli.training.schedule import average_decay, rate


@dataclass
class ClassifierLoopState(EpochState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "kept_value", "best", "best_epoch")

    best: Any = None
    """The fields of the best ``model_selection.Score`` so far; None before the first validation."""
    best_epoch: int = 0
    kept_value: float = 0.0
    """The score of the epoch whose weights are kept."""


class _Run(EpochLoop[ClassifierLoopState]):
    def __init__(
        self,
        trainer: Trainer,
        train: Split,
        valid: Split,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
        budget: Budget | None,
    ) -> None:
        config = trainer.config
        self.trainer, self.config, self.train, self.valid = trainer, config, train, valid
        self.lengths = train.lengths(trainer.tokenizer.max_tokens)
        self.per_epoch = train.steps_per_epoch(config.batch_size)
        self._pass: tuple[int, list[NDArray[np.int64]]] = (-1, [])
        """A pass over the texts without labels, and its batches."""
        monitor = DivergenceMonitor(config.learning_rate, ClassifierTrainConfig.learning_rate)
        super().__init__(ClassifierLoopState(), trainer, config, trainer.averaged(), monitor, rng, checkpoints, budget)

    def batches(self) -> list[NDArray[np.int64]]:
        rng, drawn = self.epoch_generator(), list[NDArray[np.int64]]()
        while len(drawn) < self.per_epoch:
            drawn += bucketed(self.lengths, self.config.batch_size, rng)
        return drawn[self.state.batches : self.per_epoch]

    def _unlabelled(self) -> Encoded:
        """The texts without labels of this step: a function of its number, so that a resumed run has the same."""
        pool, size = self.train.unlabelled, self.config.batch_size
        if pool is None:
            return ()
        number, place = divmod(self.state.step, math.ceil(len(pool) / size))
        if number != self._pass[0]:
            lengths = np.minimum(pool.lengths, self.trainer.tokenizer.max_tokens)
            rng = np.random.default_rng([self.config.seed, number])
            self._pass = number, list(bucketed(lengths, size, rng))
        return [pool[int(i)] for i in self._pass[1][place]]

    def step(self, batch: NDArray[np.int64]) -> tuple[float, float, float]:
        state, config, trainer = self.state, self.config, self.trainer
        learning_rate = config.learning_rate * state.factor * rate(config.schedule, self.progress, config.warmup)
        state.step += 1
        decay = average_decay(config.ema, self.per_epoch, state.step)
        encoded = [self.train.encoded[i] for i in batch]
        soft = None if self.train.soft is None else self.train.soft[batch]
        gold, others = self.train.gold[batch], self._unlabelled()
        loss, norm = trainer.step(encoded, gold, learning_rate, decay, soft, others, state.epoch)
        state.batches += 1
        state.seen += len(batch)
        return loss, norm, learning_rate

    def out_of_patience(self) -> bool:
        epochs, patience = self.state.epoch, self.config.patience or 0
        return patience > 0 and epochs < self.epochs and epochs - self.state.best_epoch >= patience

    def validate(self) -> Validated | None:
        """Also ends the epoch."""
        state, trainer, valid = self.state, self.trainer, self.valid
        weights = trainer.averaged()
        classes = len(trainer.module.head.weight)
        with self.budget.measure("validation"):
            found = score_in_blocks(
                lambda encoded: trainer.logits(encoded, weights, self.group),
                valid.encoded,
                valid.gold,
                classes,
                trainer.multilabel,
            )
        if self.diverges(found.loss, validation=True):
            return None
        self.between_steps = False
        state.end_epoch()
        best = Score(*state.best) if state.best else None
        improved = best is None or found.rank > best.rank
        if best is None or improved:
            best, state.best, state.best_epoch = found, tuple(found), state.epoch
        if found.as_good_as(best, len(valid)):
            self.kept, state.kept_epoch, state.kept_value = weights, state.epoch, found.value
        self.between_steps = True
        return Validated(state.epoch, state.step, found.loss, found.metric, found.value, best.value, improved)


def fit(
    trainer: Trainer,
    train: Split,
    valid: Split,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    checkpoints: Checkpoints | None = None,
    budget: Budget | None = None,
) -> Iterator[Event]:
    """Train until epochs, time or patience are used up, or ``stop`` returns true; keeps the best weights.

    Those are the latest weights that are not significantly worse than the best, see ``model_selection.py``.

    Args:
        checkpoints: where snapshots are saved, and the snapshot to resume from.
        budget: the clock of the whole run.

    Raises:
        DivergedError: training diverged in the first epoch, so there are no weights to keep.
    """
    run = _Run(trainer, train, valid, rng, checkpoints, budget)
    trainer.module.train()
    yield from run.run(stop)
    state = run.state
    best = Score(*state.best) if state.best else None
    why = (
        "" if best is None else selection_reason(state.kept_epoch, state.kept_value, state.best_epoch, best, len(valid))
    )
    yield Stopped(run.reason, run.epochs_done, state.kept_epoch, run.seconds, why)
