"""Embedding, LSTM, one number."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lstmcli.nn.stack import Stack
from toy_length.config import LengthModelConfig


class LengthNetwork(nn.Module):
    def __init__(self, config: LengthModelConfig, rows: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(rows, config.embedding)
        self.stack = Stack("lstm", config.embedding, [config.hidden], False, 0.0, 0.0)
        self.head = nn.Linear(config.hidden, 1)

    def forward(self, ids_T: Tensor) -> Tensor:
        h_T1H = self.stack(self.embedding(ids_T)[:, None], torch.tensor([len(ids_T)]))
        length: Tensor = self.head(h_T1H.sum(dim=0))[0, 0]
        return length
