"""One step of the pretraining of a classifier's embedding and recurrent layers as language models.

Shapes: B texts, S segments, N = B * S rows, T tokens, F rows per token, U rows of the table in a batch.
"""

from __future__ import annotations

import math
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.classification.model_selection import Encoded
from lstmcli.classification.network import Classifier
from lstmcli.classification.pretraining.network import DirectionModels
from lstmcli.classification.pretraining.texts import Texts
from lstmcli.nn.optim import RowAdam, load_optimizer, optimizer_arrays, swapped
from lstmcli.tokenization.batching import by_length, pack
from lstmcli.tokenization.ids import Ids
from lstmcli.training.checkpoint import Arrays, Snapshot
from lstmcli.training.distributed import ALONE, Group

EVALUATION_BATCH = 64
LEFT, RIGHT = 1, 2
"""The columns of a token with the features of its neighbours, where it has such."""


class PretrainingTrainer:
    """The language models of a classifier's directions, with its embedding, and their optimisers."""

    def __init__(
        self,
        classifier: Classifier,
        models: DirectionModels,
        texts: Texts,
        *,
        learning_rate: float,
        layer_decay: float,
        clip: float,
        device: str,
        bf16: bool,
        group: Group = ALONE,
    ) -> None:
        """
        Args:
            layer_decay: how many times slower a layer learns than the one above it.
        """
        self.classifier, self.models, self.texts = classifier.to(device), models.to(device), texts
        self.learning_rate, self.clip, self.device, self.bf16, self.group = learning_rate, clip, device, bf16, group
        group.copy_from_main([classifier.embedding, *models.parameters()])
        classifier.embedding.requires_grad_(False)
        self.dense = list(models.parameters())
        self.table = RowAdam(classifier.embedding.data, decay=0.0)
        depths = classifier.config.layers
        stacks = models.own_stacks()
        layers = [[p for stack in stacks for p in stack.layers[depth].parameters()] for depth in range(depths)]
        groups = [{"params": list(models.decoders.parameters()), "share": 1.0}] + [
            {"params": layer, "share": layer_decay ** -(depths - 1 - depth)} for depth, layer in enumerate(layers)
        ]
        self.table_share = layer_decay**-depths
        self.adam = torch.optim.AdamW(groups, lr=learning_rate, weight_decay=0.0, fused=True)
        self.outputs_V = models.outputs_V.cpu().numpy()
        self.position = np.zeros(len(classifier.embedding), np.int32)

    def _views(self, ids_BSTF: Ids, table: Tensor | None = None) -> list[Tensor]:
        """The embedded texts as each direction may see them."""
        near = self.texts.has_neighbours
        place = ids_BSTF if table is None else self.position[ids_BSTF]
        if near is None:
            x = self.classifier.embed(torch.from_numpy(place).to(self.device), table)
            return [x] * len(self.models.stacks)
        apart = near[ids_BSTF[..., 0]]
        views = []
        for unread in (RIGHT, LEFT)[: len(self.models.stacks)]:
            seen = place.copy()
            seen[..., unread][apart] = 0
            views.append(self.classifier.embed(torch.from_numpy(seen).to(self.device), table))
        return views

    def _arguments(self, ids_BSTF: Ids, lengths_BS: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        ids_TN = torch.from_numpy(ids_BSTF[..., 0].reshape(-1, ids_BSTF.shape[2]).T.astype(np.int64))
        return ids_TN.to(self.device), torch.from_numpy(lengths_BS.reshape(-1)).to(self.device)

    def _predicted(self, ids_BSTF: Ids, lengths_BS: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many tokens of each text are predicted, [B]: the weights of the texts in the mean of the loss."""
        inside_BST = np.arange(ids_BSTF.shape[2]) < lengths_BS[..., None]
        which_BST = inside_BST & (self.outputs_V[ids_BSTF[..., 0]] >= 0)
        backward_BST = which_BST & (np.arange(ids_BSTF.shape[2]) < lengths_BS[..., None] - 1)
        counts_B: NDArray[np.float64] = which_BST[..., 1:].sum((1, 2), dtype=np.float64)
        if len(self.models.stacks) > 1:
            counts_B += backward_BST.sum((1, 2))
        return counts_B

    def gradients(self, encoded: Encoded) -> tuple[float, float, Tensor, Tensor]:
        """Forward and backward pass; returns the loss in nats per token, the gradient norm, the rows of the batch [U],
        and their embeddings with gradients.  Each process computes its texts, and has the rows of all."""
        ids_BSTF, lengths_BS = pack(encoded, self.classifier.config.segment, self.texts.max_tokens)
        rows_U = np.unique(np.concatenate([np.array([0, 1], np.int32), ids_BSTF.ravel()]))
        self.position[rows_U] = np.arange(len(rows_U), dtype=np.int32)
        own, share = self.group.part(self._predicted(ids_BSTF, lengths_BS))
        rows = torch.from_numpy(rows_U.astype(np.int64)).to(self.device)
        leaf = self.classifier.embedding.data.index_select(0, rows).requires_grad_()
        views = self._views(ids_BSTF[own], leaf)
        found = self.models(views, *self._arguments(ids_BSTF[own], lengths_BS[own]), bf16=self.bf16)
        found.nats.backward()
        nats = self.group.sum_gradients([*self.dense, leaf], share, found.nats.item())
        norm = torch.nn.utils.clip_grad_norm_([*self.dense, leaf], self.clip or math.inf)
        return nats, norm.item(), rows, leaf

    def step(self, encoded: Encoded, learning_rate: float) -> tuple[float, float]:
        """One update.  Returns loss and gradient norm."""
        loss, norm, rows, leaf = self.gradients(encoded)
        assert leaf.grad is not None
        for group in self.adam.param_groups:
            group["lr"] = learning_rate * group["share"]
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.table.step(rows, leaf.grad, learning_rate * self.table_share, 0.0)
        return loss, norm

    def weights(self) -> list[Tensor]:
        """Copies of the embedding, then of the dense parameters."""
        return [self.table.table.clone(), *(p.detach().clone() for p in self.dense)]

    def loss(self, weights: list[Tensor]) -> float:
        """Nats per token of the texts that are held out, with the given weights."""
        texts, segment = self.texts, self.classifier.config.segment
        held = texts.held_out()
        lengths = np.fromiter(map(len, held), np.int64, len(held))
        total = tokens = 0.0
        self._train(False)
        parameters = [self.classifier.embedding, *self.dense]
        with torch.inference_mode(), swapped(parameters, weights):
            for index in list(by_length(lengths, EVALUATION_BATCH))[self.group.rank :: self.group.world]:
                ids_BSTF, lengths_BS = pack([held[i] for i in index], segment, texts.max_tokens)
                found = self.models(self._views(ids_BSTF), *self._arguments(ids_BSTF, lengths_BS), bf16=self.bf16)
                total, tokens = total + found.nats.item() * found.tokens, tokens + found.tokens
        self._train(True)
        total, tokens = self.group.sum(total, tokens)
        return total / max(1.0, tokens)

    def _train(self, mode: bool) -> None:
        self.classifier.train(mode)
        self.models.train(mode)

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""
        result = {f"dense.{i}": p.detach().cpu().numpy().copy() for i, p in enumerate(self.dense)}
        result |= {f"table.{name}": value for name, value in self.table.arrays().items()}
        return result | {f"adam.{name}": value for name, value in optimizer_arrays(self.adam, self.dense).items()}

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""
        for i, parameter in enumerate(self.dense):
            parameter.data.copy_(torch.from_numpy(snapshot.arrays[f"dense.{i}"]))
        self.table.load(snapshot.part("table"))
        load_optimizer(self.adam, self.dense, snapshot.part("adam"))

    def keep(self, weights: list[Tensor]) -> None:
        """End with these weights, in the classifier too."""
        for parameter, value in zip([self.classifier.embedding, *self.dense], weights, strict=True):
            parameter.data = value
        self.models.write_into(self.classifier.stack)


def estimate_step(trainer: PretrainingTrainer, probes: int = 2) -> float:
    """Seconds of a step on this machine; does not change the model."""
    texts, state = trainer.texts, torch.get_rng_state()
    lengths = texts.lengths
    middle = np.argsort(lengths, kind="stable")[len(lengths) // 2 :][: texts.batch_size]
    seconds = []
    for _ in range(probes):  # the first warms up
        begin = time.monotonic()
        trainer.gradients([texts[int(i)] for i in middle])
        seconds.append(time.monotonic() - begin)
        trainer.adam.zero_grad(set_to_none=True)
    torch.set_rng_state(state)
    return seconds[-1]
