"""The training loop of a language model: truncated back-propagation through time over contiguous streams.

``training/loop.py`` has what does not depend on the task: epochs, snapshots, rollback, resuming.
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

from lstmcli.language_modeling.defaults import steps_per_epoch
from lstmcli.language_modeling.trainer import Ids, LmTrainer, stream_starts, streams, total_nats, window_lengths
from lstmcli.nn.cells import State
from lstmcli.nn.optim import swapped
from lstmcli.scoring.results import perplexity_of
from lstmcli.tokenization.ids import END_ID
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Arrays, Checkpoints, Snapshot
from lstmcli.training.divergence import DivergenceMonitor
from lstmcli.training.events import Event, Stopped, Validated
from lstmcli.training.loop import TrainingLoop
from lstmcli.training.loop_state import LoopState
from lstmcli.training.schedule import rate

NON_MONOTONE = 5
"""Validations without improvement after which SGD starts averaging (Merity et al. 2018, algorithm 1)."""
RESET_SHARE = 0.5
"""Share of the windows starting with a line that start from a zero state, so that the model also learns to read a line
without context."""


def reset_states(states: list[State], rows_B: NDArray[np.bool_]) -> list[State]:
    """The states [1, B, H], with the given rows set to zero."""
    if not rows_B.any():
        return states
    keep = torch.from_numpy(~rows_B)[None, :, None]
    return [tuple(part * keep.to(part) for part in state) for state in states]


@dataclass
class LmLoopState(LoopState):
    KEPT_ON_ROLLBACK: ClassVar[tuple[str, ...]] = ("kept_epoch", "losses")

    epoch: int = 1
    """The current epoch, from 1."""
    windows: int = 0
    """Completed windows of this epoch."""
    at: int = 0
    """Completed tokens of each stream in this epoch."""
    checks: int = 1
    """Number of the next validation within this epoch, from 1."""
    losses: list[float] = field(default_factory=list)
    """The validation losses so far, in nats per token."""
    since_best: int = 0


class _Run(TrainingLoop[LmLoopState]):
    UNIT = "tokens"

    def __init__(
        self,
        trainer: LmTrainer,
        train: Ids,
        valid: Ids,
        validations: int,
        rng: np.random.Generator,
        checkpoints: Checkpoints | None,
        budget: Budget | None,
    ) -> None:
        self.trainer, self.config, self.valid, self.validations = trainer, trainer.config, valid, validations
        self.per_epoch = steps_per_epoch(trainer.config, len(train) - 1)
        self.inputs, self.targets = (x[trainer.part.rows] for x in streams(train, trainer.config.batch_size))
        self.n = self.inputs.shape[1]
        self.starts_B = np.zeros(len(self.inputs), np.int64)
        self.hidden_states: list[State] | None = None
        monitor = DivergenceMonitor(trainer.learning_rate, trainer.default_rate)
        super().__init__(LmLoopState(), trainer, trainer.config, trainer.weights(), monitor, rng, checkpoints, budget)

    @property
    def epochs_done(self) -> float:
        return float(self.state.epoch - 1 + self.state.at / self.n)

    @property
    def epochs_ended(self) -> int:
        return self.state.epoch - 1

    @property
    def begun(self) -> bool:
        return self.state.windows > 0

    @property
    def steps(self) -> int:
        return max(self.per_epoch * self.epochs, self.state.step)

    def extra_arrays(self) -> Arrays:
        layers = enumerate(self.hidden_states or [])
        whole, size = self.group.whole, self.config.batch_size
        return {
            f"state.{layer}.{i}": whole(x.cpu().numpy(), 1, size)
            for layer, state in layers
            for i, x in enumerate(state)
        }

    def load_extra(self, snapshot: Snapshot) -> None:
        states: dict[int, list[Tensor]] = {}
        for name, array in sorted(snapshot.part("state").items()):
            states.setdefault(int(name.split(".")[0]), []).append(self.tensor(array[:, self.trainer.part.rows]))
        self.hidden_states = [tuple(states[layer]) for layer in sorted(states)] or None
        self._check_place()

    def _check_place(self) -> None:
        """Raises ValueError or RuntimeError for a position that this text, or states that this network, cannot have."""
        state = self.state
        begun = self.plan()[1][: state.windows] if state.epoch_rng else []
        if (len(begun), sum(begun)) != (state.windows, state.at):
            raise ValueError(f"at: {state.at}")
        if self.hidden_states is not None:
            size = self.trainer.module.config.embedding
            x_TBE = torch.zeros(1, len(self.inputs), size, device=self.trainer.device)
            with torch.no_grad():
                _, after = self.trainer.module.read(x_TBE, self.hidden_states)
            if [[part.shape for part in layer] for layer in after] != [
                [part.shape for part in layer] for layer in self.hidden_states
            ]:
                raise ValueError("the shapes of its states")

    def validate(self) -> Validated | None:
        state, config, trainer = self.state, self.config, self.trainer
        weights = trainer.weights()
        with self.budget.measure("validation"), swapped(trainer.parameters, weights):
            loss = total_nats(trainer.module, self.valid, trainer.device, self.group) / max(1, len(self.valid) - 1)
        if self.diverges(loss, validation=True):
            return None
        self.between_steps = False
        improved = loss < min(state.losses, default=math.inf)
        if improved:
            self.kept, state.kept_epoch, state.since_best = weights, state.epoch, 0
        else:
            state.since_best += 1
            if config.schedule == "plateau":
                state.factor /= 4
        waits = config.optimizer == "sgd" and config.schedule == "constant" and len(state.losses) > NON_MONOTONE
        if waits and loss > min(state.losses[:-NON_MONOTONE]):
            trainer.begin_averaging()
        state.losses.append(loss)
        best = perplexity_of(min(state.losses))
        self.between_steps = True
        return Validated(state.epoch, state.step, loss, "perplexity", perplexity_of(loss), best, improved)

    def within_epoch(self) -> Iterator[Event]:
        state = self.state
        if state.checks < self.validations and state.at >= self.n * state.checks / self.validations:
            validated = self.validate()
            state.checks += 1
            if validated:
                yield validated

    def out_of_patience(self) -> bool:
        state, patience = self.state, self.config.patience or 0
        return patience > 0 and state.since_best >= patience and state.epoch < self.epochs

    def plan(self) -> tuple[NDArray[np.int64], list[int]]:
        """Where this process begins its streams in this epoch, and the lengths of the windows."""
        rng = self.epoch_generator()
        starts_B = stream_starts(self.n, self.config, rng)
        return starts_B[self.trainer.part.rows], window_lengths(self.n, self.config, rng)

    def batches(self) -> list[int]:
        """The lengths of the remaining windows of this epoch."""
        self.starts_B, lengths = self.plan()
        return lengths[self.state.windows :]

    def next_epoch(self) -> None:
        state, self.hidden_states = self.state, None
        state.epoch, state.windows, state.at, state.checks, state.epoch_rng = state.epoch + 1, 0, 0, 1, {}

    def step(self, batch: int) -> tuple[float, float, float]:
        """One window of that length; the loss is in nats per token."""
        state, config = self.state, self.config
        schedule = "constant" if config.schedule == "plateau" else config.schedule
        learning_rate = self.trainer.learning_rate * state.factor * rate(schedule, self.progress, config.warmup)
        columns_BT = (self.starts_B[:, None] + np.arange(state.at, state.at + batch)) % self.n
        inputs, targets = (np.take_along_axis(ids, columns_BT, 1) for ids in (self.inputs, self.targets))
        if self.hidden_states is not None:
            begins = inputs[:, 0] == END_ID
            drawn = self.rng.random(config.batch_size)[self.trainer.part.rows]
            self.hidden_states = reset_states(self.hidden_states, begins & (drawn < RESET_SHARE))
        scaled = learning_rate * batch / config.bptt  # smaller steps for shorter windows (Merity et al. 2018, 4.1)
        loss, norm, self.hidden_states = self.trainer.step(inputs, targets, self.hidden_states, scaled)
        state.at += batch
        state.windows += 1
        state.step += 1
        state.seen += batch * config.batch_size
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
    budget: Budget | None = None,
) -> Iterator[Event]:
    """Train until epochs, time or patience are used up, or ``stop`` returns true; keeps the best weights.

    Args:
        train, valid: token ids; the first token of each is input only.
        validations: number of validations per epoch.
        checkpoints: where snapshots are saved, and the snapshot to resume from.
        budget: the clock of the whole run.

    Raises:
        DivergedError: training diverged before the first validation, so there are no weights to keep.
    """
    run = _Run(trainer, train, valid, validations, rng, checkpoints, budget)
    trainer.module.train()
    yield from run.run(stop)
    yield Stopped(run.reason, min(run.epochs_done, float(run.epochs)), run.state.kept_epoch, run.seconds)
