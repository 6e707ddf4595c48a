"""One training step of a language model: streams and windows of tokens, optimiser, evaluation.

The text is one sequence of tokens, split into B parallel streams that are read window by window.  The state is carried
from window to window, the gradient is not (Mikolov et al. 2010; Williams & Peng 1990).  Window lengths are random
(Merity et al. 2018, section 4.1), with few distinct values, because each new shape has a set-up cost.  Each epoch
begins every stream at another place, so that other windows are together (Press 2019).

Shapes: T tokens of a window, B streams, n tokens of a stream.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.language_modeling.config import LmTrainConfig
from lstmcli.language_modeling.network import LanguageModel, activation_penalty
from lstmcli.nn.cells import State
from lstmcli.nn.optim import load_optimizer, optimizer_arrays
from lstmcli.nn.sampled_softmax import WordSampler
from lstmcli.training.checkpoint import Arrays, Snapshot
from lstmcli.training.distributed import ALONE, Group

Ids = NDArray[np.integer]
EVALUATION_STREAMS, EVALUATION_WINDOW = 16, 64
MIN_STREAM_TOKENS = 2_000
"""Minimum tokens of a stream in evaluation; each stream starts from a zero state, so short texts have few streams."""
SAMPLE_TEMPERATURE = 0.8
"""Temperature of the sampled texts."""
GRID = 5
"""Window lengths are multiples of this."""


def streams(ids: Ids, batch: int) -> tuple[Ids, Ids]:
    """Inputs and targets [B, n]: contiguous parts of the text, targets shifted by one token; views, not copies."""
    n = (len(ids) - 1) // batch
    return ids[: n * batch].reshape(batch, n), ids[1 : n * batch + 1].reshape(batch, n)


def stream_starts(n: int, config: LmTrainConfig, rng: np.random.Generator) -> NDArray[np.int64]:
    """Where each of the streams [B] of n tokens is begun in an epoch; it is read from there to its end, and on from its
    first token."""
    return rng.integers(0, n, config.batch_size) if config.random_starts else np.zeros(config.batch_size, np.int64)


def window_lengths(n: int, config: LmTrainConfig, rng: np.random.Generator) -> list[int]:
    """Random lengths that sum to n: about ``bptt``, one in twenty about half of it, at most ``bptt`` + 10."""
    lengths: list[int] = []
    left = n
    while left > 0:
        length = config.bptt
        if config.random_bptt:
            mean = config.bptt if rng.random() < 0.95 else config.bptt / 2
            drawn = round(rng.normal(mean, GRID) / GRID) * GRID
            length = int(min(max(GRID, drawn), config.bptt + 2 * GRID))
        lengths.append(min(length, left))
        left -= lengths[-1]
    return lengths


class LmTrainer:
    """A language model and its optimiser."""

    def __init__(
        self,
        module: LanguageModel,
        config: LmTrainConfig,
        *,
        device: str,
        bf16: bool,
        counts_V: NDArray[np.integer] | None = None,
        group: Group = ALONE,
    ) -> None:
        """
        Args:
            counts_V: how often each word occurs in the training text; needed for ``softmax_words``.
        """
        self.module, self.config, self.device, self.bf16 = module.to(device), config, device, bf16
        self.sampler: WordSampler | None = None
        if config.softmax_words:
            assert counts_V is not None
            self.sampler = WordSampler(counts_V, config.softmax_words, device)
        self.group, self.part = group, group.part(np.ones(config.batch_size))
        """``part``: the streams of this process."""
        group.copy_from_main(module.parameters())
        self.parameters = list(module.parameters())
        self.default_rate = 5e-3 if config.optimizer == "adamw" else 20.0
        self.learning_rate = config.learning_rate or self.default_rate
        kind: Any = torch.optim.AdamW if config.optimizer == "adamw" else torch.optim.SGD
        self.optimizer: torch.optim.Optimizer = kind(
            self.parameters, lr=self.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        self.mean: list[Tensor] | None = None
        """Mean of the weights since averaging started."""
        self.averaged_steps = 0

    def gradients(self, ids_BT: Ids, targets_BT: Ids, states: list[State] | None) -> tuple[float, float, list[State]]:
        """Forward and backward pass; returns loss in nats per token, gradient norm and the detached state."""
        ids, targets = (torch.from_numpy(x.T.astype(np.int64)).to(self.device) for x in (ids_BT, targets_BT))
        found = self.module.loss(ids, targets, states, bf16=self.bf16, sampler=self.sampler)
        loss, config = found.nats, self.config
        if config.alpha or config.beta:
            loss = loss + activation_penalty(found, config.alpha or 0.0, config.beta or 0.0)
        loss.backward()  # type: ignore[no-untyped-call]
        nats = self.group.sum_gradients(self.parameters, self.part.share, found.nats.item())
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, config.clip or math.inf)
        return nats, norm.item(), [tuple(part.detach() for part in state) for state in found.states]

    def step(
        self, ids_BT: Ids, targets_BT: Ids, states: list[State] | None, learning_rate: float
    ) -> tuple[float, float, list[State]]:
        """One update; returns loss in nats per token, gradient norm and the state for the next window."""
        nats, norm, states = self.gradients(ids_BT, targets_BT, states)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self.mean is not None:
            self.averaged_steps += 1
            torch._foreach_lerp_(self.mean, [p.detach() for p in self.parameters], 1 / self.averaged_steps)
        return nats, norm, states

    def begin_averaging(self) -> None:
        if self.mean is None:
            self.mean = [p.detach().clone() for p in self.parameters]

    def weights(self) -> list[Tensor]:
        """The weights to validate and keep: the average if there is one."""
        return [value.detach().clone() for value in self.mean or self.parameters]

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""
        result = {f"weights.{i}": p.detach().cpu().numpy().copy() for i, p in enumerate(self.parameters)}
        result |= {f"mean.{i}": value.cpu().numpy().copy() for i, value in enumerate(self.mean or [])}
        result["averaged_steps"] = np.array(self.averaged_steps)
        return result | {f"optimizer.{k}": v for k, v in optimizer_arrays(self.optimizer, self.parameters).items()}

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""
        for i, parameter in enumerate(self.parameters):
            parameter.data.copy_(torch.from_numpy(snapshot.arrays[f"weights.{i}"]))
        mean = snapshot.part("mean")
        self.mean = [torch.from_numpy(mean[str(i)].copy()).to(self.device) for i in range(len(mean))] or None
        self.averaged_steps = int(snapshot.arrays["averaged_steps"])
        load_optimizer(self.optimizer, self.parameters, snapshot.part("optimizer"))

    def keep(self, weights: list[Tensor]) -> None:
        for parameter, value in zip(self.parameters, weights, strict=True):
            parameter.data = value
        self.module.eval()


def total_nats(module: LanguageModel, ids: Ids, device: str = "cpu", group: Group = ALONE) -> float:
    """Total nats of all tokens of ``ids`` after the first, in fp32, with carried state.

    A long text is read as a few parallel streams, each from a zero state.

    Args:
        group: the processes that share the streams.
    """
    count = len(ids) - 1
    if count < 1:
        return 0.0
    batch = min(EVALUATION_STREAMS, max(1, count // MIN_STREAM_TOKENS))
    inputs, targets = streams(ids, batch)
    n = inputs.shape[1]
    own = slice(group.rank * batch // group.world, (group.rank + 1) * batch // group.world)
    inputs, targets, total = inputs[own], targets[own], 0.0
    module.eval()
    with torch.inference_mode():

        def read(x: Ids, y: Ids, states: list[State] | None) -> list[State]:
            nonlocal total
            x_TB, y_TB = (torch.from_numpy(part.T.astype(np.int64)).to(device) for part in (x, y))
            found = module.loss(x_TB, y_TB, states)
            total += found.nats.item() * y_TB.numel()
            return found.states

        states: list[State] | None = None
        for start in range(0, n if len(inputs) else 0, EVALUATION_WINDOW):
            part = slice(start, start + EVALUATION_WINDOW)
            states = read(inputs[:, part], targets[:, part], states)
        rest = ids[n * batch :]  # fewer tokens than streams; the last stream continues with them
        if len(rest) > 1 and states is not None and own.stop == batch:
            last = [tuple(part[:, -1:].contiguous() for part in state) for state in states]
            read(rest[None, :-1], rest[None, 1:], last)
    module.train()
    return group.sum(total)[0]


def evaluation_seconds(module: LanguageModel, ids: Ids, device: str = "cpu") -> float:
    """Seconds per token of ``total_nats``, measured on a few windows."""
    few = ids[: EVALUATION_STREAMS * EVALUATION_WINDOW + 1]
    batch = min(EVALUATION_STREAMS, max(1, (len(ids) - 1) // MIN_STREAM_TOKENS), len(few) - 1)
    x_TB, y_TB = (torch.from_numpy(part.T.astype(np.int64)).to(device) for part in streams(few, batch))
    seconds = 0.0
    module.eval()
    with torch.inference_mode():
        for _ in range(2):  # the first warms up
            begin = time.monotonic()
            module.loss(x_TB, y_TB)
            seconds = time.monotonic() - begin
    module.train()
    return seconds / y_TB.numel()


def estimate_step(trainer: LmTrainer, train: Ids, probes: int = 3) -> float:
    """Seconds of a training step on this machine; does not change the model."""
    config = trainer.config
    inputs, targets = (part[trainer.part.rows] for part in streams(train, config.batch_size))
    part = slice(0, config.bptt)
    state = torch.get_rng_state()
    trainer.module.train()
    seconds = []
    for _ in range(probes + 1):  # the first warms up
        begin = time.monotonic()
        trainer.gradients(inputs[:, part], targets[:, part], None)
        seconds.append(time.monotonic() - begin)
        trainer.optimizer.zero_grad(set_to_none=True)
    torch.set_rng_state(state)
    return float(np.median(seconds[1:]))


def sample(module: LanguageModel, start: int, count: int, rng: np.random.Generator, device: str = "cpu") -> list[int]:
    """Sample ``count`` tokens after the token ``start`` at temperature ``SAMPLE_TEMPERATURE``; never unknown (1)."""
    ids, states, drawn_ids = torch.full((1, 1), start, device=device), None, list[int]()
    module.eval()
    with torch.inference_mode():
        while len(drawn_ids) < count:
            logits_V, states = module(ids, states)
            logits = logits_V[0, 0].float().cpu().numpy().astype(np.float64) / SAMPLE_TEMPERATURE
            logits[1] = -np.inf
            p = np.exp(logits - logits.max())
            drawn_ids.append(int(rng.choice(len(p), p=p / p.sum())))
            ids = torch.full((1, 1), drawn_ids[-1], device=device)
    module.train()
    return drawn_ids
