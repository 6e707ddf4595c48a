"""The training loop of a translator.

``training/loop.py`` has what does not depend on the task: epochs, snapshots, rollback, resuming.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Checkpoints
from lstmcli.training.distributed import Group
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.epoch_loop import EpochLoop, EpochState
from lstmcli.training.events import Event, Stopped, Validated
from lstmcli.training.schedule import average_decay, rate
from lstmcli.translation.batches import Index, Pairs, bucketed
from lstmcli.translation.beam_search import Hypothesis
from lstmcli.translation.config import TranslatorTrainConfig
from lstmcli.translation.reserve import REPORTS
from lstmcli.translation.trainer import TranslatorTrainer

VALIDATED = 500
"""At most so many validation texts are translated after an epoch."""
Measure = Callable[[list[Hypothesis]], float]
"""The score of translations of the first validation texts, the higher the better."""


@dataclass
class TranslatorLoopState(EpochState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "best")
    MAY_BE_NAN: ClassVar[tuple[str, ...]] = ("first", "mean", "best")

    done: float = 0.0
    """Share of the current epoch that is completed."""
    best: float = math.nan
    """The best score so far; of ``--metric loss`` the lowest loss, negated."""


class _Run(EpochLoop[TranslatorLoopState]):
    UNIT = "tokens"

    def __init__(
        self,
        trainer: TranslatorTrainer,
        train: Pairs,
        valid: Pairs,
        measure: Measure,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
        budget: Budget | None = None,
    ) -> None:
        self.trainer, self.config, self.train, self.valid, self.measure = trainer, trainer.config, train, valid, measure
        self.lengths_N2, self.valid_tokens = train.lengths_N2, max(1, valid.tokens)
        monitor = DivergenceMonitor(self.config.learning_rate, TranslatorTrainConfig.learning_rate)
        super().__init__(
            TranslatorLoopState(), trainer, self.config, trainer.averaged(), monitor, rng, checkpoints, budget
        )

    @property
    def epochs_done(self) -> float:
        return self.state.epoch + self.state.done

    def batches(self) -> list[Index]:
        config = self.config
        assert config.batch_tokens is not None
        drawn = bucketed(self.lengths_N2, config.batch_tokens, config.batch_size, self.epoch_generator())
        self.per_epoch = len(drawn)  # not the same in every epoch
        return drawn[self.state.batches :]

    def step(self, batch: Index) -> tuple[float, float, float]:
        state, config = self.state, self.config
        learning_rate = config.learning_rate * state.factor * rate(config.schedule, self.progress, config.warmup)
        state.step += 1
        decay = average_decay(config.ema, self.per_epoch, state.step)
        loss, norm = self.trainer.step(self.train, batch, learning_rate, decay)
        state.batches += 1
        state.done = state.batches / self.per_epoch
        state.seen += int(self.lengths_N2[batch, 1].sum())
        return loss, norm, learning_rate

    def out_of_patience(self) -> bool:
        state, patience = self.state, self.config.patience or 0
        return patience > 0 and state.epoch < self.epochs and state.epoch - state.kept_epoch >= patience

    def validate(self) -> Validated | None:
        """Also ends the epoch."""
        expected = self.budget.validation
        with self.budget.measure("validation"):
            found = self._validate()
        if REPORTS in self.budget.after and expected:  # they do the same work on more pairs
            self.budget.after[REPORTS] *= self.budget.validation / expected
        return found

    def _validate(self) -> Validated | None:
        state, trainer, metric = self.state, self.trainer, self.config.metric
        weights = trainer.averaged()
        loss = trainer.nats(self.valid, weights, self.group) / self.valid_tokens
        if self.diverges(loss, validation=True):
            return None
        value = -loss
        if metric != "loss":
            sources = self.valid.sources[:VALIDATED]
            own = trainer.translate(sources[self.group.rank :: self.group.world], weights)
            value = self.measure(shared(own, self.group))
        self.between_steps = False
        state.end_epoch()
        state.done = 0.0
        improved = not value < state.best  # of equal scores the later one; also if there is none so far
        if improved:
            self.kept, state.kept_epoch, state.best = weights, state.epoch, value
        self.between_steps = True
        assert metric is not None
        shown, best = (-value, -state.best) if metric == "loss" else (value, state.best)
        return Validated(state.epoch, state.step, loss, metric, shown, best, improved)


def shared(translations: list[Hypothesis], group: Group) -> list[Hypothesis]:
    """The translations of all processes, of which each made those of its own texts."""
    if group.world == 1:
        return translations
    values = [(*found[:3], None if found.weights_TS is None else found.weights_TS.tolist()) for found in translations]
    return [
        Hypothesis(ids, log_p, rank, None if weights is None else np.array(weights, np.float32))
        for ids, log_p, rank, weights in group.gather(values)
    ]


def fit(
    trainer: TranslatorTrainer,
    train: Pairs,
    valid: Pairs,
    measure: Measure,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    checkpoints: Checkpoints | None = None,
    budget: Budget | None = None,
) -> Iterator[Event]:
    """Train until epochs, time or patience are used up, or ``stop`` returns true; keeps the best weights.

    Args:
        budget: the clock of the whole run.

    Raises:
        DivergedError: training diverged before the first validation, so there are no weights to keep.
    """
    run = _Run(trainer, train, valid, measure, rng, checkpoints, budget)
    trainer.module.train()
    yield from run.run(stop)
    yield Stopped(run.reason, min(run.epochs_done, float(run.epochs)), run.state.kept_epoch, run.seconds)
