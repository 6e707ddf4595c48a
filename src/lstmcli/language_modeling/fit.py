"""Fitting a language model: truncated back-propagation through time over contiguous streams, as events.

``resumable.py`` says how it stops and goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.language_modeling.defaults import steps_an_epoch
from lstmcli.language_modeling.trainer import Ids, LmTrainer, streams, total_nats, window_lengths
from lstmcli.nn.cells import State
from lstmcli.nn.optim import swapped
from lstmcli.tokenization.ids import END_ID
from lstmcli.training import loop
from lstmcli.training.checkpoint import Arrays, Checkpoints, Snapshot
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.events import Event, Step, Stopped, Validated
from lstmcli.training.schedule import rate

NON_MONOTONE = 5
"""Validations without an improvement after which SGD starts to average (Merity et al. 2018, algorithm 1)."""
EMPTIED = 0.5
"""Share of the windows beginning with a line that begin with an empty state: a model of carried state alone would not
know how to read a line by itself."""


def emptied(states: list[State], rows_B: NDArray[np.bool_]) -> list[State]:
    """The states [1, B, H] with those of some rows set to zero."""
    if not rows_B.any():
        return states
    keep = torch.from_numpy(~rows_B)[None, :, None]
    return [tuple(part * keep.to(part) for part in state) for state in states]


@dataclass
class Place(loop.LoopState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "losses")

    epoch: int = 1
    """The one at hand."""
    windows: int = 0
    """Of this epoch, behind us."""
    at: int = 0
    """The same in tokens of a stream."""
    checks: int = 1
    """Parts of this epoch whose end was, or will next be, a validation."""
    losses: list[float] = field(default_factory=list)
    """Of every validation, in nats a token."""
    since_best: int = 0


class _Run(loop.TrainingLoop[Place]):
    def __init__(
        self, trainer: LmTrainer, train: Ids, valid: Ids, rng: np.random.Generator, checkpoints: Checkpoints | None
    ) -> None:
        self.trainer, self.config, self.valid = trainer, trainer.config, valid
        self.inputs, self.targets = streams(train, trainer.config.batch_size)
        self.n = self.inputs.shape[1]
        self.states: list[State] | None = None
        watch = DivergenceMonitor(trainer.learning_rate, trainer.usual_rate)
        super().__init__(Place(), trainer, trainer.config, trainer.weights(), watch, rng, checkpoints)

    @property
    def done(self) -> float:
        return float(self.place.epoch - 1 + self.place.at / self.n)

    def more(self) -> Arrays:
        layers = enumerate(self.states or [])
        return {f"state.{layer}.{i}": x.cpu().numpy() for layer, state in layers for i, x in enumerate(state)}

    def load_more(self, snapshot: Snapshot) -> None:
        states: dict[int, list[Tensor]] = {}
        for name, array in sorted(snapshot.part("state").items()):
            states.setdefault(int(name.split(".")[0]), []).append(self.tensor(array))
        self.states = [tuple(states[layer]) for layer in sorted(states)] or None

    def validate(self) -> Validated:
        place, config, trainer = self.place, self.config, self.trainer
        weights = trainer.weights()
        with swapped(trainer.parameters, weights):
            loss = total_nats(trainer.module, self.valid, trainer.device) / max(1, len(self.valid) - 1)
        improved = not self.runs_away(loss, validation=True) and loss < min(place.losses, default=math.inf)
        self.steady = False
        if improved:
            self.kept, place.kept_epoch, place.since_best = weights, place.epoch, 0
        else:
            place.since_best += 1
            if config.schedule == "plateau":
                place.factor /= 4
        waits = config.optimizer == "sgd" and config.schedule == "constant" and len(place.losses) > NON_MONOTONE
        if waits and loss > min(place.losses[:-NON_MONOTONE]):
            trainer.begin_averaging()
        place.losses.append(loss)
        best = _perplexity(min(place.losses))
        self.steady = True
        return Validated(place.epoch, place.step, loss, "perplexity", _perplexity(loss), best, improved)

    def windows(self) -> list[int]:
        """The lengths of this epoch's windows that are still to come."""
        return window_lengths(self.n, self.config, self.epoch_generator())[self.place.windows :]

    def next_epoch(self) -> None:
        place, self.states = self.place, None
        place.epoch, place.windows, place.at, place.checks, place.epoch_rng = place.epoch + 1, 0, 0, 1, {}

    def step(self, length: int) -> tuple[float, float, float]:
        """One update: nats a token, gradient norm, learning rate."""
        place, config = self.place, self.config
        schedule = "constant" if config.schedule == "plateau" else config.schedule
        learning_rate = self.trainer.learning_rate * place.factor * rate(schedule, self.progress, config.warmup)
        part = slice(place.at, place.at + length)
        if self.states is not None:
            begins = self.inputs[:, place.at] == END_ID
            self.states = emptied(self.states, begins & (self.rng.random(len(begins)) < EMPTIED))
        scaled = learning_rate * length / config.bptt  # a short window's gradient is not worth a long one's
        inputs, targets = self.inputs[:, part], self.targets[:, part]
        loss, norm, self.states = self.trainer.step(inputs, targets, self.states, scaled)
        place.at += length
        place.windows += 1
        place.step += 1
        place.seen += length * config.batch_size
        return loss, norm, learning_rate


def fit_lm(
    trainer: LmTrainer,
    train: Ids,
    valid: Ids,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    validations: int = 1,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Event]:
    """Trains until the epochs, the time or the patience is used up, or ``stop`` says so; keeps the best weights.

    Args:
        train, valid: token ids; the first token of each is only read.
        validations: how many times an epoch the validation split is measured.
        checkpoints: where to go on from, and where snapshots go.

    Raises:
        LstmError: the loss ran away before the first validation, so there is nothing to keep.
    """
    run = _Run(trainer, train, valid, rng, checkpoints)
    trainer.module.train()
    try:
        yield from _epochs(run, stop, steps_an_epoch(trainer.config, len(train) - 1) * run.epochs, validations)
    except BaseException:
        run.leave()
        raise
    run.end()
    trainer.keep(run.kept)
    yield Stopped(run.reason, min(run.done, float(run.epochs)), run.place.kept_epoch, run.seconds)


def _epochs(run: _Run, stop: Callable[[], bool], steps: int, validations: int) -> Iterator[Event]:
    """``steps``: of the whole run, about."""
    config = run.config
    while run.reason == "finished" and run.place.epoch <= run.epochs:
        for length in run.windows():
            if run.ends(stop):
                break
            loss, norm, learning_rate = run.step(length)
            if run.runs_away(loss):
                break
            place = run.place
            if run.tells():
                yield Step(
                    place.step, max(steps, place.step), run.done, run.epochs, loss, learning_rate, norm,
                    place.seen / run.seconds, run.seconds, run.seconds_left, "tokens",
                )  # fmt: skip
            if place.checks < validations and place.at >= run.n * place.checks / validations:
                validated = run.validate()
                place.checks += 1
                yield validated
        if run.reason != "diverged" and run.place.step:
            yield run.validate()
        if run.reason == "diverged":
            yield run.rollback()
        elif run.reason == "finished":
            if config.patience and run.place.since_best >= config.patience and run.place.epoch < run.epochs:
                run.reason = "early"
            else:
                run.next_epoch()


def _perplexity(nats: float) -> float:
    return math.exp(min(nats, 700.0))
