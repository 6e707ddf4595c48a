"""The loop of the pretraining: epochs over the texts, the weights of the best one kept.

``training/loop.py`` has what does not depend on the task: epochs, snapshots, rollback, resuming.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.events import Pretrained, Pretraining
from lstmcli.classification.pretraining.trainer import PretrainingTrainer
from lstmcli.scoring.results import perplexity_of
from lstmcli.tokenization.batching import bucketed
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Checkpoints
from lstmcli.training.config import TrainingConfig
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.epoch_loop import EpochLoop, EpochState
from lstmcli.training.events import Event, Step, Stopped, Validated, Warned
from lstmcli.training.schedule import rate

TIME_SHARE = 0.5
"""Of the time that is left, for the pretraining."""
WARMUP = 0.1
"""Share of the steps over which the rate rises, before it falls to 0: the slanted triangle of Howard & Ruder (2018)."""


@dataclass
class PretrainingState(EpochState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "losses")

    pretraining: bool = True
    """Tells the snapshots of this loop from those of the training after it."""
    losses: list[float] = field(default_factory=list)
    """The losses on the held-out texts so far, in nats per token."""


class _Run(EpochLoop[PretrainingState]):
    UNIT = "tokens"

    def __init__(
        self,
        trainer: PretrainingTrainer,
        config: TrainingConfig,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
        budget: Budget | None,
    ) -> None:
        self.trainer, self.lengths = trainer, trainer.texts.lengths
        self.per_epoch = trainer.texts.steps_per_epoch
        monitor = DivergenceMonitor(trainer.learning_rate, trainer.learning_rate)
        state = PretrainingState()
        super().__init__(state, trainer, config, trainer.weights(), monitor, rng, checkpoints, budget)

    def batches(self) -> list[NDArray[np.int64]]:
        drawn = list(bucketed(self.lengths, self.trainer.texts.batch_size, self.epoch_generator()))
        return drawn[self.state.batches :]

    def step(self, batch: NDArray[np.int64]) -> tuple[float, float, float]:
        state, trainer = self.state, self.trainer
        learning_rate = trainer.learning_rate * state.factor * rate("linear", self.progress, WARMUP)
        loss, norm = trainer.step([trainer.texts[int(i)] for i in batch], learning_rate)
        state.step += 1
        state.batches += 1
        state.seen += int(self.lengths[batch].sum())
        return loss, norm, learning_rate

    def out_of_patience(self) -> bool:
        return False

    def validate(self) -> Validated | None:
        """Also ends the epoch."""
        state, weights = self.state, self.trainer.weights()
        with self.budget.measure("validation"):
            loss = self.trainer.loss(weights)
        if self.diverges(loss, validation=True):
            return None
        self.between_steps = False
        state.end_epoch()
        improved = loss < min(state.losses, default=math.inf)
        if improved:
            self.kept, state.kept_epoch = weights, state.epoch
        state.losses.append(loss)
        self.between_steps = True
        perplexities = perplexity_of(loss), perplexity_of(min(state.losses))
        return Validated(state.epoch, state.step, loss, "perplexity", *perplexities, improved)


def pretrain(
    trainer: PretrainingTrainer,
    config: TrainingConfig,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    checkpoints: Checkpoints | None = None,
    budget: Budget | None = None,
) -> Generator[Event, None, bool]:
    """Pretrain the embedding and the layers of a classifier; returns whether it was not interrupted.

    Args:
        config: its ``epochs`` are those of the pretraining.
        budget: the clock of the whole run, of which this takes a part.

    Raises:
        DivergedError: it diverged in the first epoch.
    """
    run = _Run(trainer, config, rng, checkpoints, None if budget is None else _part(budget))
    trainer.classifier.train()
    trainer.models.train()
    for event in run.run(stop):
        yield Pretraining(event) if isinstance(event, (Step, Validated)) else event
    state = run.state
    if run.reason == "interrupted":
        yield Stopped(run.reason, 0.0, 0, run.seconds, "training on the labels had not begun")
        return False
    if not state.losses:
        yield Warned("there was no time to pretrain the network")
        return True
    texts, best = trainer.texts, perplexity_of(min(state.losses))
    yield Pretrained(len(texts), texts.tokens, state.kept_epoch, best, run.seconds)
    return True


def _part(budget: Budget) -> Budget:
    """A part of the time that is left."""
    limit = budget.spent + TIME_SHARE * max(0.0, budget.left)
    return Budget(limit, budget.clock, budget.started)
