"""Fitting a language model: truncated back-propagation through time over contiguous streams, as events.

Every run can stop between two steps and go on from there, in this process after a setback or in another after a
kill: what the rest depends on is in one place, and on a CPU with as many threads the outcome is the same to the bit.
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

from lstmcli.core.cells import State
from lstmcli.core.optimizer import swapped
from lstmcli.events import Event, Step, Stopped, Validated, Warned
from lstmcli.tasks.checkpoint import Checkpoints, Snapshot
from lstmcli.tasks.defaults import steps_an_epoch
from lstmcli.tasks.divergence import LOWER, MOST_SETBACKS, Watch
from lstmcli.tasks.schedule import rate
from lstmcli.tasks.trainer_lm import Ids, LmTrainer, streams, total_nats, window_lengths
from lstmcli.text.lm_tokenizer import END_ID

SECONDS_BETWEEN_STEPS = 0.5
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
class Place:
    """How far a run has come; with the arrays and the random numbers it is all that the rest depends on."""

    epoch: int = 1
    windows: int = 0
    """Of this epoch, behind us."""
    at: int = 0
    """The same in tokens of a stream."""
    checks: int = 1
    """Parts of this epoch whose end was, or will next be, a validation."""
    step: int = 0
    seen: int = 0
    losses: list[float] = field(default_factory=list)
    """Of every validation, in nats a token."""
    best_epoch: int = 0
    since_best: int = 0
    factor: float = 1.0
    """What the plateaus and the setbacks left of the learning rate."""
    setbacks: int = 0
    limit: float = math.nan
    """The loss that is too much; see ``divergence.py``."""
    seconds: float = 0.0
    epoch_rng: dict[str, Any] = field(default_factory=dict)
    """The generator as it was when the windows of this epoch were drawn."""


class _Run:
    """One fit, from its first step or from a snapshot."""

    def __init__(
        self, trainer: LmTrainer, train: Ids, valid: Ids, rng: np.random.Generator, checkpoints: Checkpoints
    ) -> None:
        assert trainer.config.epochs is not None
        self.trainer, self.config, self.rng, self.checkpoints = trainer, trainer.config, rng, checkpoints
        self.valid, self.epochs = valid, int(trainer.config.epochs)
        self.inputs, self.targets = streams(train, trainer.config.batch_size)
        self.n = self.inputs.shape[1]
        self.place = Place()
        self.states: list[State] | None = None
        self.best = trainer.weights()
        self.watch = Watch(trainer.learning_rate, trainer.usual_rate)
        self.reason = "finished"
        self.begin = time.monotonic()
        if checkpoints.last is not None:
            self.restore(checkpoints.last)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begin

    @property
    def done(self) -> float:
        """Epochs."""
        return float(self.place.epoch - 1 + self.place.at / self.n)

    @property
    def progress(self) -> float:
        spent = self.seconds / self.config.time_limit if self.config.time_limit else 0.0
        return min(1.0, max(self.done / self.epochs, spent))

    def snapshot(self) -> Snapshot:
        """What ``restore`` needs; copies."""
        arrays = self.trainer.arrays() | {f"best.{i}": value.cpu().numpy() for i, value in enumerate(self.best)}
        for layer, state in enumerate(self.states or []):
            arrays |= {f"state.{layer}.{i}": part.cpu().numpy() for i, part in enumerate(state)}
        arrays["random"] = torch.get_rng_state().numpy()
        self.place.seconds, self.place.limit = self.seconds, self.watch.limit
        return Snapshot(arrays, {**asdict(self.place), "epochs": self.epochs, "rng": self.rng.bit_generator.state})

    def restore(self, snapshot: Snapshot) -> None:
        values = {**snapshot.values}
        self.rng.bit_generator.state = values.pop("rng")
        self.place = Place(**{f.name: values[f.name] for f in fields(Place)})
        self.trainer.load(snapshot)
        device = self.trainer.device
        self.best = [torch.from_numpy(snapshot.arrays[f"best.{i}"].copy()).to(device) for i in range(len(self.best))]
        kept = snapshot.part("state")
        layers = sorted({int(name.split(".")[0]) for name in kept})
        parts = [[kept[name] for name in sorted(kept) if name.startswith(f"{layer}.")] for layer in layers]
        self.states = [tuple(torch.from_numpy(x.copy()).to(device) for x in state) for state in parts] or None
        torch.set_rng_state(torch.from_numpy(snapshot.arrays["random"].copy()))
        self.watch.limit = self.place.limit
        self.begin = time.monotonic() - self.place.seconds

    def validate(self) -> Validated:
        place, config, trainer = self.place, self.config, self.trainer
        weights = trainer.weights()
        with swapped(trainer.parameters, weights):
            loss = total_nats(trainer.module, self.valid, trainer.device) / max(1, len(self.valid) - 1)
        if self.watch.diverged(loss):
            self.reason = "diverged"
        improved = self.reason != "diverged" and loss < min(place.losses, default=math.inf)
        if improved:
            self.best, place.best_epoch, place.since_best = weights, place.epoch, 0
        else:
            place.since_best += 1
            if config.schedule == "plateau":
                place.factor /= 4
        waits = config.optimizer == "sgd" and config.schedule == "constant" and len(place.losses) > NON_MONOTONE
        if waits and loss > min(place.losses[:-NON_MONOTONE]):
            trainer.begin_averaging()
        place.losses.append(loss)
        best = _perplexity(min(place.losses))
        return Validated(place.epoch, place.step, loss, "perplexity", _perplexity(loss), best, improved)

    def windows(self) -> list[int]:
        """The lengths of this epoch's windows that are still to come."""
        place = self.place
        if not place.epoch_rng:
            place.epoch_rng = dict(self.rng.bit_generator.state)
            return window_lengths(self.n, self.config, self.rng)
        again = np.random.default_rng()
        again.bit_generator.state = place.epoch_rng
        return window_lengths(self.n, self.config, again)[place.windows :]

    def next_epoch(self) -> None:
        place, self.states = self.place, None
        place.epoch, place.windows, place.at, place.checks, place.epoch_rng = place.epoch + 1, 0, 0, 1, {}

    def set_back(self) -> Warned | None:
        """Back to the last snapshot, to go on at a lower rate; None where that was done often enough."""
        setbacks, last = self.place.setbacks + 1, self.checkpoints.last
        if last is None or setbacks > MOST_SETBACKS:
            return None
        warning = self.watch.setback(self.place.step, last.values["step"])
        best, best_epoch, losses, limit = self.best, self.place.best_epoch, self.place.losses, self.watch.limit
        self.restore(last)
        self.watch.limit = limit
        self.best, self.place.best_epoch, self.place.losses = best, best_epoch, losses
        self.place.factor *= LOWER ** (setbacks - self.place.setbacks)
        self.place.setbacks, self.reason = setbacks, "finished"
        return warning

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
        OutputError: a checkpoint cannot be written.
    """
    config, checkpoints = trainer.config, checkpoints or Checkpoints()
    run = _Run(trainer, train, valid, rng, checkpoints)
    steps = steps_an_epoch(config, len(train) - 1) * run.epochs
    told = time.monotonic()
    trainer.module.train()
    while run.reason == "finished" and run.place.epoch <= run.epochs:
        for length in run.windows():
            if stop():
                run.reason = "interrupted"
            elif config.time_limit and run.seconds >= config.time_limit:
                run.reason = "time"
            if checkpoints.due() or run.reason == "interrupted":
                checkpoints.take(run.snapshot())
            if run.reason != "finished":
                break
            loss, norm, learning_rate = run.step(length)
            if run.watch.diverged(loss):
                run.reason = "diverged"
                break
            place, now = run.place, time.monotonic()
            if now - told >= SECONDS_BETWEEN_STEPS or place.step == 1 or run.done >= run.epochs:
                told = now
                left = run.seconds * (1 - run.progress) / max(run.progress, 1e-9)
                yield Step(
                    place.step, max(steps, place.step), run.done, run.epochs, loss, learning_rate, norm,
                    place.seen / run.seconds, run.seconds, left, "tokens",
                )  # fmt: skip
            if place.checks < validations and place.at >= run.n * place.checks / validations:
                place.checks += 1
                yield run.validate()
        if run.reason != "diverged" and run.place.step:
            yield run.validate()
        if run.reason == "diverged":
            warning = run.set_back()
            yield warning or run.watch.warning(run.place.step, run.place.best_epoch)
        elif run.reason == "finished":
            if config.patience and run.place.since_best >= config.patience and run.place.epoch < run.epochs:
                run.reason = "early"
            else:
                run.next_epoch()
    trainer.keep(run.best)
    yield Stopped(run.reason, min(run.done, float(run.epochs)), run.place.best_epoch, run.seconds)


def _perplexity(nats: float) -> float:
    return math.exp(min(nats, 700.0))
