"""Pool the states of all time steps into one vector per text.

Shapes: T time steps, B texts, S segments of a text, N = B * S rows, K units.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Pooling(nn.Module):
    """Pool over all tokens of a text, without padding; several poolings are concatenated.

    ``last`` is the forward state after the last token and the backward state after the first token.
    """

    def __init__(self, kinds: tuple[str, ...], units: int, bidirectional: bool) -> None:
        super().__init__()
        self.kinds, self.units, self.bidirectional = kinds, units, bidirectional
        if "attention" in kinds:
            self.query = nn.Parameter(torch.zeros(units))

    @property
    def output_size(self) -> int:
        return self.units * len(self.kinds)

    def forward(self, h_TNK: Tensor, lengths_BS: Tensor) -> Tensor:
        """[T, N, K] -> [B, K * number of poolings]."""
        T, _, K = h_TNK.shape
        B, S = lengths_BS.shape
        inside_TN = torch.arange(T, device=h_TNK.device)[:, None] < lengths_BS.reshape(-1)
        h = h_TNK.view(T, B, S, K)
        inside = inside_TN.view(T, B, S, 1)
        return torch.cat([getattr(self, kind)(h, inside, lengths_BS) for kind in self.kinds], dim=-1)

    def max(self, h: Tensor, inside: Tensor, lengths_BS: Tensor) -> Tensor:
        nowhere = h.new_zeros(inside.shape).masked_fill_(~inside, -torch.inf)  # to add is faster than to fill h
        return (h + nowhere).amax(dim=(0, 2))

    def mean(self, h: Tensor, inside: Tensor, lengths_BS: Tensor) -> Tensor:
        return (h * inside.to(h.dtype)).sum(dim=(0, 2)) / lengths_BS.sum(1, keepdim=True)

    def attention(self, h: Tensor, inside: Tensor, lengths_BS: Tensor) -> Tensor:
        """Attention with a learned query over the states of a text (Yang et al. 2016, simplified)."""
        T, B, S, _ = h.shape
        scores = (h.tanh() @ self.query).masked_fill(~inside[..., 0], -torch.inf)
        weights = scores.transpose(0, 1).reshape(B, -1).softmax(-1).view(B, T, S).transpose(0, 1)
        return (h * weights[..., None]).sum(dim=(0, 2))

    def last(self, h: Tensor, inside: Tensor, lengths_BS: Tensor) -> Tensor:
        segment = (lengths_BS > 0).sum(1) - 1
        b = torch.arange(len(segment), device=h.device)
        end = h[lengths_BS[b, segment] - 1, b, segment]
        if not self.bidirectional:
            return end
        half = self.units // 2
        return torch.cat([end[:, :half], h[0, :, 0, half:]], dim=-1)
