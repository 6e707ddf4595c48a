"""The training loop of a translator.

``training/loop.py`` has the parts that do not depend on the task: snapshots, rollback, resuming.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lstmcli.training import loop
from lstmcli.training.checkpoint import Checkpoints
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.events import Event, Step, Stopped, Validated
from lstmcli.training.schedule import rate
from lstmcli.translation.batches import Index, Pairs, batch, bucketed
from lstmcli.translation.config import TranslatorTrainConfig
from lstmcli.translation.trainer import TranslatorTrainer

VALIDATED = 500
"""At most so many validation texts are translated after an epoch."""
Measure = Callable[[list[list[int]]], float]
"""The score of the ids of translations of the first validation texts, the higher the better."""


@dataclass
class TranslatorLoopState(loop.LoopState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "best")
    MAY_BE_NAN: ClassVar[tuple[str, ...]] = ("first", "mean", "best")

    epoch: int = 0
    """Completed epochs, including their validation."""
    batches: int = 0
    """Completed batches of the current epoch."""
    done: float = 0.0
    """Share of the current epoch that is completed."""
    best: float = math.nan
    """The best score so far; of ``--metric loss`` the lowest loss, negated."""


class _Run(loop.TrainingLoop[TranslatorLoopState]):
    def __init__(
        self,
        trainer: TranslatorTrainer,
        train: Pairs,
        valid: Pairs,
        measure: Measure,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
    ) -> None:
        self.trainer, self.config, self.train, self.valid, self.measure = trainer, trainer.config, train, valid, measure
        self.lengths_N2, self.valid_tokens = train.lengths_N2, max(1, valid.tokens)
        monitor = DivergenceMonitor(self.config.learning_rate, TranslatorTrainConfig.learning_rate)
        super().__init__(TranslatorLoopState(), trainer, self.config, trainer.averaged(), monitor, rng, checkpoints)

    @property
    def epochs_done(self) -> float:
        return self.state.epoch + self.state.done

    def batches(self) -> list[Index]:
        """All batches of this epoch."""
        config = self.config
        assert config.batch_tokens is not None
        return bucketed(self.lengths_N2, config.batch_tokens, config.batch_size, self.epoch_generator())

    def step(self, index: Index, of: int) -> tuple[float, float, float]:
        """One update, of ``of`` in this epoch; returns loss, gradient norm, learning rate."""
        state, config = self.state, self.config
        learning_rate = config.learning_rate * state.factor * rate(config.schedule, self.progress, config.warmup)
        state.step += 1
        span = max(1.0, config.ema * of)
        decay = min(1 - 1 / span, state.step / (state.step + 10)) if config.ema else 0.0
        loss, norm = self.trainer.step(batch(self.train, index), learning_rate, decay)
        state.batches += 1
        state.done = state.batches / of
        state.seen += int(self.lengths_N2[index, 1].sum())
        return loss, norm, learning_rate

    def validate(self) -> Validated | None:
        """Validate and end the epoch; None if training diverged."""
        state, trainer, metric = self.state, self.trainer, self.config.metric
        weights = trainer.averaged()
        loss = trainer.nats(self.valid, weights) / self.valid_tokens
        if self.diverges(loss, validation=True):
            return None
        value = -loss
        if metric != "loss":
            value = self.measure(trainer.translate(self.valid.sources[:VALIDATED], weights))
        self.between_steps = False
        state.epoch, state.batches, state.done, state.epoch_rng = state.epoch + 1, 0, 0.0, {}
        improved = not value < state.best  # of equal scores the later one; also if there is none so far
        if improved:
            self.kept, state.kept_epoch, state.best = weights, state.epoch, value
        self.between_steps = True
        assert metric is not None
        shown, best = (-value, -state.best) if metric == "loss" else (value, state.best)
        return Validated(state.epoch, state.step, loss, metric, shown, best, improved)


def fit(
    trainer: TranslatorTrainer,
    train: Pairs,
    valid: Pairs,
    measure: Measure,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Event]:
    """Train until epochs, time or patience are used up, or ``stop`` returns true; keeps the best weights.

    Raises:
        LstmError: training diverged before the first validation, so there are no weights to keep.
    """
    run = _Run(trainer, train, valid, measure, rng, checkpoints)
    trainer.module.train()
    yield from run.run_epochs(_epochs(run, stop))
    yield Stopped(run.reason, min(run.epochs_done, float(run.epochs)), run.state.kept_epoch, run.seconds)


def _epochs(run: _Run, stop: Callable[[], bool]) -> Iterator[Event]:
    while run.reason == "finished" and run.state.epoch < run.epochs:
        batches = run.batches()
        for index in batches[run.state.batches :]:
            if run.should_stop(stop):
                break
            loss, norm, learning_rate = run.step(index, len(batches))
            if run.diverges(loss):
                break
            if run.should_report():
                yield Step(
                    run.state.step, len(batches) * run.epochs, run.epochs_done, run.epochs, loss, learning_rate, norm,
                    run.state.seen / run.seconds, run.seconds, run.seconds_left, "tokens",
                )  # fmt: skip
        if run.reason != "diverged" and run.state.step and (validated := run.validate()):
            yield validated
        if run.reason == "diverged":
            yield run.rollback()
        elif run.reason == "finished" and _out_of_patience(run):
            run.reason = "early"


def _out_of_patience(run: _Run) -> bool:
    patience, state = run.config.patience or 0, run.state
    return patience > 0 and state.epoch < run.epochs and state.epoch - state.kept_epoch >= patience
