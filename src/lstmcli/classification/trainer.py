"""One training step of a classifier: optimisers, moving average, adversarial training.

Each step uses a batch twice: unchanged, and with the embeddings perturbed in the direction of the gradient (adversarial
training, Miyato et al. 2017, equation 5); the two losses are averaged.  The weights that are validated and kept are a
moving average of the trained weights.

Shapes: N texts, B texts of a batch, S segments, T tokens, F rows per token, U rows of the table in a batch, C labels.
"""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.model_selection import Encoded
from lstmcli.classification.network import Classifier
from lstmcli.classification.soft_labels import SoftBatch, SoftLabels
from lstmcli.nn.optim import Average, RowAdam, load_optimizer, optimizer_arrays, swapped
from lstmcli.tokenization.batching import by_length, pack
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.training.checkpoint import Arrays, Snapshot

EVALUATION_BATCH = 256


@dataclass
class Split:
    """Encoded texts and their gold labels: column indices [N], or 0 and 1 [N, C] for multi-label."""

    encoded: EncodedTexts
    gold: NDArray[np.int64]
    words: WordTexts | None = None
    """The words of the texts, if there is a character model."""
    soft: SoftLabels | None = None
    """What a teacher says of the texts, if it answered any."""

    def __len__(self) -> int:
        return len(self.encoded)

    def lengths(self, max_tokens: int) -> NDArray[np.int64]:
        return np.minimum(self.encoded.lengths, max_tokens)


class Trainer:
    """A network, its optimisers and its moving average."""

    def __init__(
        self,
        module: Classifier,
        config: ClassifierTrainConfig,
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

    def loss(self, logits_BC: Tensor, gold: Tensor, soft: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Mean loss over the texts, in nats; multi-label: of the sum over the labels.

        Args:
            soft: what a teacher says [B, C] and what that counts [B], as in ``soft_labels.py``.
        """
        logits_BC, smoothing = logits_BC.float(), self.config.label_smoothing
        if soft is not None:
            return self._soft_loss(logits_BC, gold, *soft)
        if self.multilabel:
            target = gold.float() * (1 - smoothing) + smoothing / 2
            losses = functional.binary_cross_entropy_with_logits(
                logits_BC, target, pos_weight=self.class_weights, reduction="none"
            )
            return losses.sum(1).mean()
        return functional.cross_entropy(logits_BC, gold, weight=self.class_weights, label_smoothing=smoothing)

    def _on_device(self, soft: SoftBatch) -> tuple[Tensor, Tensor]:
        p_BC, weight_B = (torch.from_numpy(part).to(self.device) for part in soft)
        return p_BC, weight_B

    def _soft_loss(self, logits_BC: Tensor, gold: Tensor, p_BC: Tensor, weight_B: Tensor) -> Tensor:
        T, smoothing = self.config.teacher_temperature, self.config.label_smoothing
        if self.multilabel:
            target = gold.float() * (1 - smoothing) + smoothing / 2
            entropy = functional.binary_cross_entropy_with_logits
            own_B = entropy(logits_BC, target, pos_weight=self.class_weights, reduction="none").sum(1)
            teacher_B = entropy(logits_BC / T, torch.sigmoid(torch.logit(p_BC, 1e-6) / T), reduction="none").sum(1)
        else:
            own_B = functional.cross_entropy(
                logits_BC, gold, weight=self.class_weights, label_smoothing=smoothing, reduction="none"
            )
            softened_BC = p_BC ** (1 / T)
            softened_BC = softened_BC / softened_BC.sum(1, keepdim=True).clamp_min(1e-12)
            teacher_B = functional.cross_entropy(logits_BC / T, softened_BC, reduction="none")
        return ((1 - weight_B) * own_B + weight_B * T**2 * teacher_B).mean()

    def gradients(
        self, encoded: Encoded, gold: NDArray[np.int64], soft: SoftBatch | None = None
    ) -> tuple[float, float, Tensor, Tensor]:
        """Forward and backward pass; returns loss, gradient norm, the rows of the batch [U], and their embeddings with
        gradients."""
        ids_BSTF, lengths_BS = pack(encoded, self.module.config.segment, self.tokenizer.max_tokens)
        padding_and_unknown = np.array([0, 1], np.int32)
        rows_U = np.unique(np.concatenate([padding_and_unknown, ids_BSTF.ravel()]))
        self.position[rows_U] = np.arange(len(rows_U), dtype=np.int32)
        ids = torch.from_numpy(self.position[ids_BSTF]).to(self.device)
        lengths, target = torch.from_numpy(lengths_BS).to(self.device), torch.from_numpy(gold).to(self.device)
        rows = torch.from_numpy(rows_U.astype(np.int64)).to(self.device)
        teacher = None if soft is None else self._on_device(soft)
        leaf = self.module.embedding.data.index_select(0, rows).requires_grad_()
        with self.autocast():
            x_TNE = self.module.embed(ids, leaf)
            if self.config.adversarial:
                x_TNE.retain_grad()
            loss = self.loss(self.module.read(x_TNE, lengths), target, teacher)
        if not self.config.adversarial:
            loss.backward()  # type: ignore[no-untyped-call]
        else:
            (loss / 2).backward()  # type: ignore[no-untyped-call]
            push = adversarial_step(x_TNE, lengths, self.config.adversarial)
            with self.autocast():
                pushed = self.loss(self.module.read(self.module.embed(ids, leaf) + push, lengths), target, teacher)
            (pushed / 2).backward()  # type: ignore[no-untyped-call]
        clip = self.config.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_([*self.dense, leaf], clip)
        return loss.item(), norm.item(), rows, leaf

    def step(
        self,
        encoded: Encoded,
        gold: NDArray[np.int64],
        learning_rate: float,
        decay: float,
        soft: SoftBatch | None = None,
    ) -> tuple[float, float]:
        """One update; ``decay`` is that of the moving average.  Returns loss and gradient norm."""
        loss, norm, rows, leaf = self.gradients(encoded, gold, soft)
        assert leaf.grad is not None
        for group in self.adam.param_groups:
            group["lr"] = learning_rate
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.table.step(rows, leaf.grad, learning_rate, decay)
        self.average.update(decay)
        return loss, norm

    def averaged(self) -> list[Tensor]:
        """The moving average of the weights: the embedding, then the dense parameters."""
        return [self.table.current_average(), *(value.clone() for value in self.average.values)]

    def logits(self, encoded: Encoded, weights: list[Tensor]) -> NDArray[np.float32]:
        """Logits [N, C] of the network with the given weights, in the order of ``averaged``."""
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

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""
        result = {f"dense.{i}": p.detach().cpu().numpy().copy() for i, p in enumerate(self.dense)}
        result |= {f"average.{i}": value.cpu().numpy().copy() for i, value in enumerate(self.average.values)}
        result |= {f"table.{name}": value for name, value in self.table.arrays().items()}
        return result | {f"adam.{name}": value for name, value in optimizer_arrays(self.adam, self.dense).items()}

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""
        for i, (parameter, value) in enumerate(zip(self.dense, self.average.values, strict=True)):
            parameter.data.copy_(torch.from_numpy(snapshot.arrays[f"dense.{i}"]))
            value.copy_(torch.from_numpy(snapshot.arrays[f"average.{i}"]))
        self.table.load(snapshot.part("table"))
        load_optimizer(self.adam, self.dense, snapshot.part("adam"))

    def keep(self, weights: list[Tensor]) -> None:
        """End training with these weights in the module.

        Rows that were never updated are set to zero, because their random initial values would be noise.
        """
        weights[0][~self.table.seen] = 0.0
        for parameter, value in zip([self.module.embedding, *self.dense], weights, strict=True):
            parameter.data = value
        self.module.eval()


def adversarial_step(x_TNE: Tensor, lengths_BS: Tensor, size: float) -> Tensor:
    """The perturbation of each text's embeddings, along the gradient; its norm is ``size`` times the RMS token norm."""
    assert x_TNE.grad is not None
    T, _, E = x_TNE.shape
    B, S = lengths_BS.shape
    gradient = x_TNE.grad.view(T, B, S, E)
    norm_B = gradient.square().sum(dim=(0, 2, 3)).sqrt().clamp_min(1e-12)
    typical = (x_TNE.detach().square().sum() / lengths_BS.sum()).sqrt()  # the embedding of padding is zero
    return (size * typical * gradient / norm_B[:, None, None]).view(T, B * S, E)


def estimate_step(trainer: Trainer, train: Split, probes: int = 3) -> float:
    """Seconds of a training step on this machine, measured on the corpus; does not change the model."""
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
