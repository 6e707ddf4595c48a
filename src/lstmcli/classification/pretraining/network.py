"""The directions of a classifier as language models: the forward one predicts the next token, the backward one the
token before.

No direction reads what it predicts: upper layers read their own direction only, and of the features of a token without
spaces around it (its bigrams with both neighbours) a direction has the one that it has read.  Where each direction
comes from a language model of its own, each also has its own part of the embedding.

Shapes: T tokens, N texts, E embedding, H units, V words of the vocabulary, D directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.nn.cells import CELLS
from lstmcli.nn.dropout import locked_dropout
from lstmcli.nn.sampled_softmax import WordSampler, cross_entropy
from lstmcli.nn.stack import Direction, Stack, reorder, reversal


class Predicted(NamedTuple):
    nats: Tensor
    """Mean negative log-likelihood of the predicted tokens, a scalar."""
    tokens: int
    """Number of predicted tokens."""


class DirectionModels(nn.Module):
    """A one-way stack and a softmax for each direction."""

    def __init__(
        self,
        config: ClassifierModelConfig,
        outputs_V: Tensor,
        *,
        apart: bool,
        dropout: float,
        sampler: WordSampler | None = None,
    ) -> None:
        """
        Args:
            outputs_V: the place of each token of the vocabulary in the softmax; -1: it is not predicted.
            apart: each direction has its own part of the embedding, and its own softmax.
            sampler: in training, compute a sample of the softmax.
        """
        super().__init__()
        D = 2 if config.bidirectional else 1
        self.config, self.dropout, self.apart, self.sampler = config, dropout, apart, sampler
        self.inputs = config.embedding // (D if apart else 1)
        widths = [config.hidden] * config.layers
        self.stacks = nn.ModuleList(
            Stack(config.cell, self.inputs, widths, False, config.layer_dropout, config.weight_drop) for _ in range(D)
        )
        for stack in self.own_stacks():
            stack.initialize_uniform()
        words = int(outputs_V.max()) + 1
        self.decoders = nn.ModuleList(nn.Linear(config.hidden, words) for _ in range(D if apart else 1))
        self.register_buffer("outputs_V", outputs_V)
        self.outputs_V: Tensor

    def own_stacks(self) -> list[Stack]:
        """That of each direction."""
        return [stack for stack in self.stacks if isinstance(stack, Stack)]

    def own_decoders(self) -> list[nn.Linear]:
        """That of each direction, or one for both."""
        return [decoder for decoder in self.decoders if isinstance(decoder, nn.Linear)]

    def own(self, direction: int) -> slice:
        """The part of the embedding that a direction reads."""
        start = direction * self.inputs if self.apart else 0
        return slice(start, start + self.inputs)

    def forward(self, views: Sequence[Tensor], ids_TN: Tensor, lengths_N: Tensor, *, bf16: bool = False) -> Predicted:
        """
        Args:
            views: the embedded texts [T, N, E] as each direction may see them.
            ids_TN: the tokens.
            bf16: compute matrix products in bfloat16.
        """
        T, _ = ids_TN.shape
        back = reversal(lengths_N, T)
        inside = torch.arange(1, T, device=ids_TN.device)[:, None] < lengths_N
        states, targets = list[Tensor](), list[Tensor]()
        for direction, stack in enumerate(self.own_stacks()):
            x_TNE, ids = views[direction][..., self.own(direction)], ids_TN
            if direction:
                x_TNE, ids = reorder(x_TNE, back), ids_TN.reshape(-1)[back].view_as(ids_TN)
            x_TNE = locked_dropout(x_TNE, self.dropout, self.training)
            lower = bf16 and CELLS[self.config.cell].is_lowered(ids_TN.device.type)
            with torch.autocast(ids_TN.device.type, torch.bfloat16, enabled=lower):
                h_TNH, _ = stack.forward_from(x_TNE)
            h_TNH = locked_dropout(h_TNH[:-1].float(), self.dropout, self.training)
            found = self.outputs_V[ids[1:]]
            which = inside & (found >= 0)
            states.append(h_TNH[which])
            targets.append(found[which])
        if not self.apart:
            states, targets = [torch.cat(states)], [torch.cat(targets)]
        return self._loss(states, targets, bf16)

    def _loss(self, states: list[Tensor], targets: list[Tensor], bf16: bool) -> Predicted:
        count = sum(map(len, targets))
        total = torch.stack([part.sum() * 0.0 for part in states]).sum()
        sampler = self.sampler if self.training else None
        for decoder, h_MH, target_M in zip(self.own_decoders(), states, targets, strict=True):
            if len(target_M):
                nats = cross_entropy(h_MH, decoder.weight, decoder.bias, target_M, sampler, bf16=bf16)
                total = total + nats * (len(target_M) / count)
        return Predicted(total, count)

    @torch.no_grad()
    def write_into(self, stack: Stack) -> None:
        """Copy the layers into those of a classifier; what a layer reads of the other direction weighs nothing."""
        for direction, one_way in enumerate(self.own_stacks()):
            for depth, (mine, theirs) in enumerate(zip(one_way.layers, stack.layers, strict=True)):
                source, target = mine[0], theirs[direction]  # type: ignore[index]
                assert isinstance(source, Direction) and isinstance(target, Direction)
                below = self.own(direction) if depth == 0 else self._own_units(direction)
                for name, weight in target.named_parameters():
                    value = getattr(source, name)
                    if source.roles[name] == "input" and value.shape != weight.shape:
                        weight.zero_()
                        weight[:, below] = value
                    else:
                        weight.copy_(value)

    def _own_units(self, direction: int) -> slice:
        H = self.config.hidden
        return slice(direction * H, (direction + 1) * H)
