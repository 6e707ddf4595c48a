"""Fitting a classifier's network: a generator of events.

Each step sees a batch twice, as it is and with its embeddings pushed a little in the direction that
raises the loss most (adversarial training, Miyato et al. 2017, equation 5); the two losses are averaged.
The weights that are validated and kept are a moving average of those that are trained.

Shapes: B texts, S segments, T tokens, F rows a token, U rows of the table in a batch, C labels.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lstmcli.config import TokenizerConfig, TrainConfig
from lstmcli.core.build import Classifier
from lstmcli.core.optimizer import Average, RowAdam, swapped
from lstmcli.events import Event, Step, Stopped, Validated
from lstmcli.tasks.divergence import Watch
from lstmcli.tasks.schedule import rate
from lstmcli.tasks.validation import Score, score
from lstmcli.text.batching import bucketed, by_length, pack

Encoded = Sequence[NDArray[np.int32]]
EVALUATION_BATCH = 256
SECONDS_BETWEEN_STEPS = 0.5
"""A step is reported this often, not each time: a listener has no use for more."""


@dataclass
class Split:
    """Encoded texts and their labels: column numbers [N], or [N, C] of 0 and 1 for multi-label."""

    encoded: list[NDArray[np.int32]]
    gold: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.encoded)

    def lengths(self, max_tokens: int) -> NDArray[np.int64]:
        return np.minimum(np.fromiter(map(len, self.encoded), np.int64, len(self.encoded)), max_tokens)


class Trainer:
    """One network, its optimisers and its moving average."""

    def __init__(
        self,
        module: Classifier,
        config: TrainConfig,
        tokenizer: TokenizerConfig,
        *,
        multilabel: bool,
        class_weights: NDArray[np.float32] | None,
        device: str,
        bf16: bool,
    ) -> None:
        self.module, self.config, self.tokenizer = module.to(device), config, tokenizer
        self.multilabel, self.device, self.bf16 = multilabel, device, bf16
        self.class_weights = None if class_weights is None else torch.from_numpy(class_weights).to(device)
        module.embedding.requires_grad_(False)
        self.dense = [p for p in module.parameters() if p.requires_grad]
        self.table = RowAdam(module.embedding.data, decay=config.weight_decay)
        self.average = Average(self.dense)
        self.adam = torch.optim.AdamW(self.dense, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)
        self.position = np.zeros(len(module.embedding), np.int32)

    def autocast(self) -> AbstractContextManager[object]:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.bf16)

    def loss(self, logits_BC: Tensor, gold: Tensor) -> Tensor:
        """Mean over the texts, in nats; multi-label: of the summed losses of a text's decisions."""
        logits_BC, smoothing = logits_BC.float(), self.config.label_smoothing
        if self.multilabel:
            target = gold.float() * (1 - smoothing) + smoothing / 2
            losses = functional.binary_cross_entropy_with_logits(
                logits_BC, target, pos_weight=self.class_weights, reduction="none"
            )
            return losses.sum(1).mean()
        return functional.cross_entropy(logits_BC, gold, weight=self.class_weights, label_smoothing=smoothing)

    def gradients(self, encoded: Encoded, gold: NDArray[np.int64]) -> tuple[float, float, Tensor, Tensor]:
        """Forward and backward: loss, gradient norm, the batch's rows of the table [U] and those rows as a leaf."""
        ids_BSTF, lengths_BS = pack(encoded, self.module.config.segment, self.tokenizer.max_tokens)
        rows_U = np.unique(np.concatenate([np.array([0, 1], np.int32), ids_BSTF.ravel()]))  # padding, unknown: 0, 1
        self.position[rows_U] = np.arange(len(rows_U), dtype=np.int32)
        ids = torch.from_numpy(self.position[ids_BSTF]).to(self.device)
        lengths, target = torch.from_numpy(lengths_BS).to(self.device), torch.from_numpy(gold).to(self.device)
        rows = torch.from_numpy(rows_U.astype(np.int64)).to(self.device)
        leaf = self.module.embedding.data[rows].requires_grad_()
        with self.autocast():
            x_TNE = self.module.embed(ids, leaf)
            if self.config.adversarial:
                x_TNE.retain_grad()
            loss = self.loss(self.module.read(x_TNE, lengths), target)
        if not self.config.adversarial:
            loss.backward()  # type: ignore[no-untyped-call]
        else:
            (loss / 2).backward()  # type: ignore[no-untyped-call]
            push = adversarial_step(x_TNE, ids, lengths, self.config.adversarial)
            with self.autocast():
                pushed = self.loss(self.module.read(self.module.embed(ids, leaf) + push, lengths), target)
            (pushed / 2).backward()  # type: ignore[no-untyped-call]
        clip = self.config.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_([*self.dense, leaf], clip)
        return loss.item(), norm.item(), rows, leaf

    def step(
        self, encoded: Encoded, gold: NDArray[np.int64], learning_rate: float, decay: float
    ) -> tuple[float, float]:
        """One update at a learning rate; ``decay`` is the moving average's. Returns loss and gradient norm."""
        loss, norm, rows, leaf = self.gradients(encoded, gold)
        assert leaf.grad is not None
        for group in self.adam.param_groups:
            group["lr"] = learning_rate
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.table.step(rows, leaf.grad, learning_rate, decay)
        self.average.update(decay)
        return loss, norm

    def averaged(self) -> list[Tensor]:
        """The moving average: the table, then the dense parameters."""
        return [self.table.settled_average(), *(value.clone() for value in self.average.values)]

    def logits(self, encoded: Encoded, weights: list[Tensor]) -> NDArray[np.float32]:
        """Logits [N, C] of the network with given weights, as ``averaged`` gives them."""
        self.module.eval()
        result: NDArray[np.float32] | None = None
        segment, most = self.module.config.segment, self.tokenizer.max_tokens
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        with torch.inference_mode(), swapped([self.module.embedding, *self.dense], weights):
            for index in by_length(lengths, EVALUATION_BATCH):
                ids, sizes = pack([encoded[i] for i in index], segment, most)
                with self.autocast():
                    out = self.module(torch.from_numpy(ids).to(self.device), torch.from_numpy(sizes).to(self.device))
                if result is None:
                    result = np.zeros((len(encoded), out.shape[1]), np.float32)
                result[index] = out.float().cpu().numpy()
        self.module.train()
        assert result is not None
        return result

    def keep(self, weights: list[Tensor]) -> None:
        """Ends training with these weights in the module.

        A row that no batch held still has its first random value, which would be noise in a text to come.
        """
        weights[0][~self.table.seen] = 0.0
        for parameter, value in zip([self.module.embedding, *self.dense], weights, strict=True):
            parameter.data = value
        self.module.eval()


def adversarial_step(x_TNE: Tensor, ids_BSTF: Tensor, lengths_BS: Tensor, size: float) -> Tensor:
    """The push on each text's embeddings: ``size`` times the root mean square norm of a token, along the gradient."""
    assert x_TNE.grad is not None
    T, _, E = x_TNE.shape
    B, S = lengths_BS.shape
    gradient = x_TNE.grad.view(T, B, S, E)
    norm_B = gradient.square().sum(dim=(0, 2, 3)).sqrt().clamp_min(1e-12)
    typical = (x_TNE.detach().square().sum() / lengths_BS.sum()).sqrt()  # padding is embedded as zeros
    return (size * typical * gradient / norm_B[:, None, None]).view(T, B * S, E)


def fit(
    trainer: Trainer,
    train: Split,
    valid: Split,
    *,
    stop: Callable[[], bool],
    rng: np.random.Generator,
) -> Iterator[Event]:
    """Trains until the epochs, the time or the patience is used up, or ``stop`` says so; keeps the best weights.

    The best are the latest that validation cannot tell from those with the highest score, see ``validation.py``.

    Raises:
        LstmError: the loss ran away in the first epoch, so there is nothing to keep.
    """
    config = trainer.config
    assert config.epochs is not None
    lengths = train.lengths(trainer.tokenizer.max_tokens)
    per_epoch = math.ceil(len(train) / config.batch_size)
    steps = per_epoch * config.epochs
    span = max(1.0, config.ema * per_epoch)
    begin = told = time.monotonic()
    best: Score | None = None
    best_epoch = kept_epoch = step = epoch = seen = 0
    kept = trainer.averaged()
    watch = Watch(config.learning_rate, TrainConfig.learning_rate)
    reason = "finished"
    trainer.module.train()

    def progress() -> float:
        spent = (time.monotonic() - begin) / config.time_limit if config.time_limit else 0.0
        return max(step / steps, spent)

    while epoch < config.epochs and reason == "finished":
        for index in bucketed(lengths, config.batch_size, rng):
            if stop():
                reason = "interrupted"
                break
            if config.time_limit and time.monotonic() - begin >= config.time_limit:
                reason = "time"
                break
            learning_rate = config.learning_rate * rate(config.schedule, progress(), config.warmup)
            step += 1
            decay = min(1 - 1 / span, step / (step + 10)) if config.ema else 0.0
            loss, norm = trainer.step([train.encoded[i] for i in index], train.gold[index], learning_rate, decay)
            if watch.diverged(loss):
                reason = "diverged"
                break
            seen += len(index)
            now = time.monotonic()
            if now - told >= SECONDS_BETWEEN_STEPS or step in (1, steps):
                told = now
                left = (now - begin) * (1 - progress()) / progress()
                yield Step(
                    step, steps, step / per_epoch, config.epochs, loss, learning_rate, norm,
                    seen / (now - begin), now - begin, left,
                )  # fmt: skip
        if step == 0 or reason == "diverged":
            break
        weights = trainer.averaged()
        found = score(trainer.logits(valid.encoded, weights), valid.gold, trainer.multilabel)
        if watch.diverged(found.loss):
            reason = "diverged"
            break
        epoch += 1
        improved = best is None or found.rank > best.rank
        if best is None or improved:
            best, best_epoch = found, epoch
        if found.as_good_as(best, len(valid)):
            kept, kept_epoch = weights, epoch
        yield Validated(epoch, step, found.loss, found.metric, found.value, best.value, improved)
        if reason == "finished" and config.patience and epoch - best_epoch >= config.patience and epoch < config.epochs:
            reason = "early"
    if reason == "diverged":
        yield watch.warning(step, kept_epoch)
    trainer.keep(kept)
    yield Stopped(reason, step / per_epoch, kept_epoch, time.monotonic() - begin)


def estimate_step(trainer: Trainer, train: Split, probes: int = 3) -> float:
    """Seconds of a training step on this machine, measured on batches of the corpus; changes nothing."""
    size = min(len(train), trainer.config.batch_size)
    lengths = train.lengths(trainer.tokenizer.max_tokens)
    state = torch.get_rng_state()
    trainer.module.train()
    seconds = []
    order = np.argsort(lengths, kind="stable")
    for probe in range(probes + 1):  # the first warms up
        middle = int(len(order) * (0.5 if probe == 0 else probe / (probes + 1)))
        first = max(0, min(len(order) - size, middle - size // 2))
        index = order[first : first + size]
        begin = time.monotonic()
        trainer.gradients([train.encoded[i] for i in index], train.gold[index])
        seconds.append(time.monotonic() - begin)
        trainer.adam.zero_grad(set_to_none=True)
    torch.set_rng_state(state)
    return float(np.median(seconds[1:]))
