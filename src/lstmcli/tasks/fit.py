"""Fitting a classifier's network, as events.

Like ``fit_lm.py``, every run can stop between two steps and go on from there; on a CPU with as many threads the
outcome is the same to the bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstmcli.config import TrainConfig
from lstmcli.events import Event, Step, Stopped, Validated, Warned
from lstmcli.tasks.checkpoint import Checkpoints, Snapshot
from lstmcli.tasks.divergence import LOWER, MOST_SETBACKS, Watch
from lstmcli.tasks.schedule import rate
from lstmcli.tasks.trainer import Split, Trainer
from lstmcli.tasks.validation import Score, score
from lstmcli.text.batching import bucketed

SECONDS_BETWEEN_STEPS = 0.5
"""A step is reported this often, not each time: a listener has no use for more."""


@dataclass
class Place:
    """How far a run has come; with the arrays and the random numbers it is all that the rest depends on."""

    epoch: int = 0
    """Epochs that are behind us, validation included."""
    batches: int = 0
    """Of the epoch at hand, behind us."""
    step: int = 0
    seen: int = 0
    best: Any = None
    """The fields of the best ``validation.Score``, once there is one."""
    best_epoch: int = 0
    kept_epoch: int = 0
    factor: float = 1.0
    """What setbacks left of the learning rate."""
    setbacks: int = 0
    limit: float = math.nan
    """The loss that is too much; see ``divergence.py``."""
    seconds: float = 0.0
    epoch_rng: dict[str, Any] = field(default_factory=dict)
    """The generator as it was when the batches of this epoch were drawn."""


class _Run:
    """One fit, from its first step or from a snapshot."""

    def __init__(
        self, trainer: Trainer, train: Split, valid: Split, rng: np.random.Generator, checkpoints: Checkpoints
    ) -> None:
        config = trainer.config
        assert config.epochs is not None
        self.trainer, self.config, self.rng, self.checkpoints = trainer, config, rng, checkpoints
        self.train, self.valid, self.epochs = train, valid, int(config.epochs)
        self.lengths = train.lengths(trainer.tokenizer.max_tokens)
        self.per_epoch = math.ceil(len(train) / config.batch_size)
        self.steps = self.per_epoch * self.epochs
        self.place = Place()
        self.kept = trainer.averaged()
        self.watch = Watch(config.learning_rate, TrainConfig.learning_rate)
        self.reason = "finished"
        self.begin = time.monotonic()
        if checkpoints.last is not None:
            self.restore(checkpoints.last)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begin

    @property
    def progress(self) -> float:
        spent = self.seconds / self.config.time_limit if self.config.time_limit else 0.0
        return max(self.place.step / self.steps, spent)

    def snapshot(self) -> Snapshot:
        """What ``restore`` needs; copies."""
        arrays = self.trainer.arrays() | {f"kept.{i}": x.cpu().numpy() for i, x in enumerate(self.kept)}
        arrays["random"] = torch.get_rng_state().numpy()
        self.place.seconds, self.place.limit = self.seconds, self.watch.limit
        return Snapshot(arrays, {**asdict(self.place), "epochs": self.epochs, "rng": self.rng.bit_generator.state})

    def restore(self, snapshot: Snapshot) -> None:
        values = {**snapshot.values}
        self.rng.bit_generator.state = values.pop("rng")
        self.place = Place(**{f.name: values[f.name] for f in fields(Place)})
        self.trainer.load(snapshot)
        kept = snapshot.part("kept")
        self.kept = [torch.from_numpy(kept[str(i)].copy()).to(self.trainer.device) for i in range(len(kept))]
        torch.set_rng_state(torch.from_numpy(snapshot.arrays["random"].copy()))
        self.watch.limit = self.place.limit
        self.begin = time.monotonic() - self.place.seconds

    def set_back(self) -> Warned | None:
        """Back to the last snapshot, to go on at a lower rate; None where that was done often enough."""
        place, last = self.place, self.checkpoints.last
        if last is None or place.setbacks == MOST_SETBACKS:
            return None
        warning = self.watch.setback(place.step, last.values["step"])
        kept, limit = self.kept, self.watch.limit
        self.restore(last)
        now, self.watch.limit = self.place, limit
        self.kept, now.best, now.best_epoch, now.kept_epoch = kept, place.best, place.best_epoch, place.kept_epoch
        now.factor *= LOWER ** (place.setbacks + 1 - now.setbacks)
        now.setbacks, self.reason = place.setbacks + 1, "finished"
        return warning

    def batches(self) -> list[NDArray[np.int64]]:
        """The batches of this epoch that are still to come."""
        place, rng = self.place, self.rng
        if not place.epoch_rng:
            place.epoch_rng = dict(rng.bit_generator.state)
        else:
            rng = np.random.default_rng()
            rng.bit_generator.state = place.epoch_rng
        return list(bucketed(self.lengths, self.config.batch_size, rng))[place.batches :]

    def step(self, index: NDArray[np.int64]) -> tuple[float, float, float]:
        """One update: loss, gradient norm, learning rate."""
        place, config, trainer = self.place, self.config, self.trainer
        learning_rate = config.learning_rate * place.factor * rate(config.schedule, self.progress, config.warmup)
        place.step += 1
        span = max(1.0, config.ema * self.per_epoch)
        decay = min(1 - 1 / span, place.step / (place.step + 10)) if config.ema else 0.0
        encoded = [self.train.encoded[i] for i in index]
        loss, norm = trainer.step(encoded, self.train.gold[index], learning_rate, decay)
        place.batches += 1
        place.seen += len(index)
        return loss, norm, learning_rate

    def validate(self) -> Validated | None:
        """Ends the epoch; None where the loss ran away."""
        place, trainer, valid = self.place, self.trainer, self.valid
        weights = trainer.averaged()
        found = score(trainer.logits(valid.encoded, weights), valid.gold, trainer.multilabel)
        if self.watch.diverged(found.loss):
            self.reason = "diverged"
            return None
        place.epoch, place.batches, place.epoch_rng = place.epoch + 1, 0, {}
        best = Score(*place.best) if place.best else None
        improved = best is None or found.rank > best.rank
        if best is None or improved:
            best, place.best, place.best_epoch = found, tuple(found), place.epoch
        if found.as_good_as(best, len(valid)):
            self.kept, place.kept_epoch = weights, place.epoch
        return Validated(place.epoch, place.step, found.loss, found.metric, found.value, best.value, improved)


def fit(
    trainer: Trainer,
    train: Split,
    valid: Split,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Event]:
    """Trains until the epochs, the time or the patience is used up, or ``stop`` says so; keeps the best weights.

    The best are the latest that validation cannot tell from those with the highest score, see ``validation.py``.

    Args:
        checkpoints: where to go on from, and where snapshots go.

    Raises:
        LstmError: the loss ran away in the first epoch, so there is nothing to keep.
        OutputError: a checkpoint cannot be written.
    """
    config, checkpoints = trainer.config, checkpoints or Checkpoints()
    run = _Run(trainer, train, valid, rng, checkpoints)
    told = time.monotonic()
    trainer.module.train()
    while run.reason == "finished" and run.place.epoch < run.epochs:
        for index in run.batches():
            if stop():
                run.reason = "interrupted"
            elif config.time_limit and run.seconds >= config.time_limit:
                run.reason = "time"
            if checkpoints.due() or run.reason == "interrupted":
                checkpoints.take(run.snapshot())
            if run.reason != "finished":
                break
            loss, norm, learning_rate = run.step(index)
            if run.watch.diverged(loss):
                run.reason = "diverged"
                break
            place, now = run.place, time.monotonic()
            if now - told >= SECONDS_BETWEEN_STEPS or place.step in (1, run.steps):
                told = now
                left = run.seconds * (1 - run.progress) / run.progress
                yield Step(
                    place.step, run.steps, place.step / run.per_epoch, run.epochs, loss, learning_rate, norm,
                    place.seen / run.seconds, run.seconds, left,
                )  # fmt: skip
        if run.reason != "diverged" and run.place.step and (validated := run.validate()):
            yield validated
        place = run.place
        if run.reason == "diverged":
            yield run.set_back() or run.watch.warning(place.step, place.kept_epoch)
        elif run.reason == "finished" and config.patience and place.epoch - place.best_epoch >= config.patience:
            run.reason = "early" if place.epoch < run.epochs else "finished"
    trainer.keep(run.kept)
    yield Stopped(run.reason, run.place.step / run.per_epoch, run.place.kept_epoch, run.seconds)
