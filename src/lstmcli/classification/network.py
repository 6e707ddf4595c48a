"""The network of a classifier: embedding, recurrent stack, pooling, linear head.

Shapes: B texts, S segments per text, N = B * S, T tokens per segment, F rows per token, U rows of the table in a batch,
E embedding, K units of the last layer, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.nn.dropout import locked_dropout, word_dropout
from lstmcli.nn.pooling import Pooling
from lstmcli.nn.stack import Stack, init_scale
from lstmcli.tokenization.ids import PADDING_ID, UNKNOWN_ID


class Classifier(nn.Module):
    """Maps token rows to logits."""

    def __init__(self, config: ClassifierModelConfig, rows: int, classes: int) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.randn(rows, config.embedding) * init_scale(config.embedding))
        self.embedding.data[0] = 0.0
        self.stack = Stack(
            config.cell,
            config.embedding,
            [config.hidden] * config.layers,
            config.bidirectional,
            config.layer_dropout,
            config.weight_drop,
        )
        self.pooling = Pooling(config.pools, self.stack.output_size, config.bidirectional)
        self.head = nn.Linear(self.pooling.output_size, classes)

    def embed(self, ids_BSTF: Tensor, table_UE: Tensor | None = None) -> Tensor:
        """The sum of a token's F rows, time first, [T, N, E].

        In training, ``table_UE`` has only the rows of the batch, and ids are indices into it.
        """
        table = self.embedding if table_UE is None else table_UE
        B, S, T, F = ids_BSTF.shape
        ids_TNF = ids_BSTF.view(B * S, T, F).transpose(0, 1)
        word = word_dropout(ids_TNF[..., 0], self.config.word_dropout, UNKNOWN_ID, self.training)
        if F == 1:
            return functional.embedding(word, table, padding_idx=0)
        features = word_dropout(ids_TNF[..., 1:], self.config.feature_dropout, PADDING_ID, self.training)
        bags = torch.cat([word[..., None], features], dim=-1).reshape(-1, F)
        x = functional.embedding_bag(bags, table, mode="sum", padding_idx=0)
        return x.view(T, B * S, -1)

    def read(self, x_TNE: Tensor, lengths_BS: Tensor) -> Tensor:
        """From embedded texts to logits [B, C]."""
        x_TNE = locked_dropout(x_TNE, self.config.embedding_dropout, self.training)
        h_TNK = self.stack(x_TNE, lengths_BS.reshape(-1))
        pooled = self.pooling(h_TNK, lengths_BS)
        logits: Tensor = self.head(functional.dropout(pooled, self.config.output_dropout, self.training))
        return logits

    def forward(self, ids_BSTF: Tensor, lengths_BS: Tensor) -> Tensor:
        return self.read(self.embed(ids_BSTF), lengths_BS)

    def tensors(self) -> dict[str, NDArray[np.floating]]:
        """The weights by name, as stored in ``model.safetensors``: the embedding in fp16, the rest in fp32."""
        weights = {name: value.detach().float().cpu().numpy() for name, value in self.state_dict().items()}
        return {**weights, "embedding": weights["embedding"].astype(np.float16)}


def load_classifier_module(
    weights: Mapping[str, NDArray[np.generic]], config: ClassifierModelConfig, classes: int
) -> Classifier:
    """The PyTorch module with saved weights, in evaluation mode."""
    module = Classifier(config, len(weights["embedding"]), classes)
    own = module.state_dict()
    module.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in own})
    return module.eval()
