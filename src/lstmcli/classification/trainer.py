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
from lstmcli.classification.pretraining.layer_rates import LayerRates
from lstmcli.classification.soft_labels import SoftBatch, SoftLabels
from lstmcli.classification.virtual_trainer import USUAL_SIZE, perturbation, token_norm, unlabelled_loss
from lstmcli.nn.optim import Average, RowAdam, load_optimizer, optimizer_arrays, swapped
from lstmcli.tokenization.batching import by_length, pack
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import Ids
from lstmcli.training.checkpoint import Arrays, Snapshot
from lstmcli.training.distributed import ALONE, Group

EVALUATION_BATCH = 256
LEAST_STEPS = 40
"""Of an epoch, if there are texts without labels or the network was pretrained."""


@dataclass
class Split:
    """Encoded texts and their gold labels: column indices [N], or 0 and 1 [N, C] for multi-label."""

    encoded: EncodedTexts
    gold: NDArray[np.int64]
    words: WordTexts | None = None
    """The words of the texts, if there is a character model."""
    soft: SoftLabels | None = None
    """What a teacher says of the texts, if it answered any."""
    unlabelled: EncodedTexts | None = None
    """Texts without labels, if there are any, beside those of a training split."""
    least_steps: int = 1
    """Of an epoch."""

    def __len__(self) -> int:
        return len(self.encoded)

    def steps_per_epoch(self, batch_size: int) -> int:
        """Where texts have no labels, an epoch reads the others several times if they are few."""
        return max(self.least_steps, math.ceil(len(self) / batch_size))

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
        group: Group = ALONE,
    ) -> None:
        self.module, self.config, self.tokenizer = module.to(device), config, tokenizer
        self.multilabel, self.device, self.bf16, self.group = multilabel, device, bf16, group
        group.copy_from_main(module.parameters())
        self.taught_labels: Tensor | None = None
        """The labels that a teacher knows, if it does not know all."""
        self.class_weights = None if class_weights is None else torch.from_numpy(class_weights).to(device)
        self._text_weights = None if multilabel else class_weights
        """The weight of a text in the mean of the loss, by its label; None: all have the same."""
        module.embedding.requires_grad_(False)
        self.dense = [p for p in module.parameters() if p.requires_grad]
        self.table = RowAdam(module.embedding.data, decay=config.weight_decay)
        self.average = Average(self.dense)
        self.rates = LayerRates(config.layer_decay, config.unfreeze)
        groups = self.rates.groups(module)
        self.adam = torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)
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
            return self._label_losses(logits_BC, gold).mean()
        return functional.cross_entropy(logits_BC, gold, weight=self.class_weights, label_smoothing=smoothing)

    def _label_losses(self, logits_BC: Tensor, gold: Tensor) -> Tensor:
        """The loss of each text by its labels, [B]."""
        smoothing = self.config.label_smoothing
        if self.multilabel:
            target = gold.float() * (1 - smoothing) + smoothing / 2
            return functional.binary_cross_entropy_with_logits(
                logits_BC, target, pos_weight=self.class_weights, reduction="none"
            ).sum(1)
        return functional.cross_entropy(
            logits_BC, gold, weight=self.class_weights, label_smoothing=smoothing, reduction="none"
        )

    def _on_device(self, soft: SoftBatch) -> tuple[Tensor, Tensor]:
        p_BC, weight_B = (torch.from_numpy(part).to(self.device) for part in soft)
        return p_BC, weight_B

    def _soft_loss(self, logits_BC: Tensor, gold: Tensor, p_BC: Tensor, weight_B: Tensor) -> Tensor:
        T, own_B = self.config.teacher_temperature, self._label_losses(logits_BC, gold)
        if (known := self.taught_labels) is not None:
            logits_BC, p_BC = logits_BC[:, known], p_BC[:, known]
        if self.multilabel:
            softened_BC = torch.sigmoid(torch.logit(p_BC, 1e-6) / T)
            entropy = functional.binary_cross_entropy_with_logits
            teacher_B = entropy(logits_BC / T, softened_BC, reduction="none").sum(1)
        else:
            softened_BC = p_BC ** (1 / T)
            softened_BC = softened_BC / softened_BC.sum(1, keepdim=True).clamp_min(1e-12)
            teacher_B = functional.cross_entropy(logits_BC / T, softened_BC, reduction="none")
        return ((1 - weight_B) * own_B + weight_B * T**2 * teacher_B).mean()

    def gradients(
        self, encoded: Encoded, gold: NDArray[np.int64], soft: SoftBatch | None = None, unlabelled: Encoded = ()
    ) -> tuple[float, float, Tensor, Tensor]:
        """Forward and backward pass; returns loss, gradient norm, the rows of the batch [U], and their embeddings with
        gradients.  Each process computes its texts, and has the rows of all, so that gradients can be summed."""
        ids_BSTF, lengths_BS = self._pack(encoded)
        padding_and_unknown = np.array([0, 1], np.int32)
        others = self._pack(unlabelled) if unlabelled else None
        read = ids_BSTF.ravel() if others is None else np.concatenate([ids_BSTF.ravel(), others[0].ravel()])
        rows_U = np.unique(np.concatenate([padding_and_unknown, read]))
        self.position[rows_U] = np.arange(len(rows_U), dtype=np.int32)
        weights = self._text_weights if soft is None else None
        own, share = self.group.part(np.ones(len(gold)) if weights is None else weights[gold])
        ids = torch.from_numpy(self.position[ids_BSTF[own]]).to(self.device)
        lengths, target = (torch.from_numpy(part[own]).to(self.device) for part in (lengths_BS, gold))
        rows = torch.from_numpy(rows_U.astype(np.int64)).to(self.device)
        teacher = None if soft is None else self._on_device(SoftBatch(*(part[own] for part in soft)))
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
            assert x_TNE.grad is not None
            norm = self.config.adversarial * token_norm(x_TNE, lengths, self.group, share)
            push = perturbation(x_TNE.grad, lengths, norm)
            with self.autocast():
                pushed = self.loss(self.module.read(self.module.embed(ids, leaf) + push, lengths), target, teacher)
            (pushed / 2).backward()  # type: ignore[no-untyped-call]
        if others is not None:
            self._unlabelled_gradients(*others, leaf)
        nats = self.group.sum_gradients([*self.dense, leaf], share, loss.item())
        clip = self.config.clip or math.inf
        total_norm = torch.nn.utils.clip_grad_norm_([*self.dense, leaf], clip)
        return nats, total_norm.item(), rows, leaf

    def _pack(self, encoded: Encoded) -> tuple[Ids, NDArray[np.int64]]:
        return pack(encoded, self.module.config.segment, self.tokenizer.max_tokens)

    def _unlabelled_gradients(self, ids_BSTF: Ids, lengths_BS: NDArray[np.int64], leaf: Tensor) -> None:
        """Add the gradients of a batch without labels; every process computes all of it."""
        ids = torch.from_numpy(self.position[ids_BSTF]).to(self.device)
        lengths, config = torch.from_numpy(lengths_BS).to(self.device), self.config
        with self.autocast():
            loss = unlabelled_loss(
                lambda x_TNE: self.module.read(x_TNE, lengths),
                self.module.embed(ids, leaf),
                lengths,
                virtual=config.virtual,
                entropy=config.entropy,
                size=config.adversarial or USUAL_SIZE,
                multilabel=self.multilabel,
            )
        loss.backward()  # type: ignore[no-untyped-call]

    def step(
        self,
        encoded: Encoded,
        gold: NDArray[np.int64],
        learning_rate: float,
        decay: float,
        soft: SoftBatch | None = None,
        unlabelled: Encoded = (),
        epoch: int = 0,
    ) -> tuple[float, float]:
        """One update; ``decay`` is that of the moving average.  Returns loss and gradient norm."""
        loss, norm, rows, leaf = self.gradients(encoded, gold, soft, unlabelled)
        assert leaf.grad is not None
        for group in self.adam.param_groups:
            group["lr"] = learning_rate * self.rates.share(group["depth"], epoch)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.table.step(rows, leaf.grad, learning_rate * self.rates.share(self.rates.table_depth, epoch), decay)
        self.average.update(decay)
        return loss, norm

    def averaged(self) -> list[Tensor]:
        """The moving average of the weights: the embedding, then the dense parameters."""
        return [self.table.current_average(), *(value.clone() for value in self.average.values)]

    def logits(self, encoded: Encoded, weights: list[Tensor], group: Group = ALONE) -> NDArray[np.float32]:
        """Logits [N, C] of the network with the given weights, in the order of ``averaged``.

        Args:
            group: the processes that share the work.
        """
        self.module.eval()
        result = np.zeros((len(encoded), self.module.head.out_features), np.float32)
        segment, most = self.module.config.segment, self.tokenizer.max_tokens
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        with torch.inference_mode(), swapped([self.module.embedding, *self.dense], weights):
            for index in list(by_length(lengths, EVALUATION_BATCH))[group.rank :: group.world]:
                ids, sizes = pack([encoded[i] for i in index], segment, most)
                with self.autocast():
                    out = self.module(torch.from_numpy(ids).to(self.device), torch.from_numpy(sizes).to(self.device))
                result[index] = out.float().cpu().numpy()
        self.module.train()
        return group.sum_array(result)

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
        unlabelled = [] if train.unlabelled is None else train.unlabelled[:size]
        trainer.gradients([train.encoded[i] for i in index], train.gold[index], unlabelled=unlabelled)
        seconds.append(time.monotonic() - begin)
        trainer.adam.zero_grad(set_to_none=True)
    torch.set_rng_state(state)
    return float(np.median(seconds[1:]))
