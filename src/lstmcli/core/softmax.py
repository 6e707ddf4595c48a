"""The softmax over a vocabulary and its loss, a few rows at a time.

At 33,000 words the softmax is most of a training step, and its logits would be its largest tensors by far.
Here a chunk of rows goes forward and backward while it is in the cache: the gradients are made in the same
pass as the loss, no tensor is larger than chunk x vocabulary, and memory is flat in the number of rows.

Shapes: N rows, K units, V words.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

CHUNK = 128


class _ChunkedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, bf16: bool) -> Tensor:
        kind = torch.bfloat16 if bf16 else torch.float32
        weight, h = weight_VK.detach().to(kind), h_NK.detach().to(kind)
        need = any(ctx.needs_input_grad[:3])
        d_h = torch.empty_like(h) if need else None
        d_weight = torch.zeros_like(weight_VK) if need else None
        d_bias = torch.zeros_like(bias_V) if need else None
        loss = h_NK.new_zeros((), dtype=torch.float32)
        N = len(h)
        for start in range(0, N, CHUNK):
            rows = slice(start, start + CHUNK)
            p = torch.mm(h[rows], weight.T).float().add_(bias_V)
            peak = p.amax(dim=1, keepdim=True)
            right = p.gather(1, target_N[rows, None]) - peak
            p.sub_(peak).exp_()
            total = p.sum(dim=1, keepdim=True)
            loss += (total.log() - right).sum()
            if d_h is None or d_weight is None or d_bias is None:
                continue
            p.div_(total * N)
            p.scatter_add_(1, target_N[rows, None], p.new_full((len(p), 1), -1 / N))
            d_bias += p.sum(dim=0)
            small = p.to(kind)
            torch.mm(small, weight, out=d_h[rows])
            d_weight += torch.mm(small.T, h[rows])
        if need:
            ctx.save_for_backward(d_h.to(h_NK.dtype), d_weight, d_bias)  # type: ignore[union-attr]
        return loss / N

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_h, d_weight, d_bias = ctx.saved_tensors
        (upstream,) = gradients
        return d_h * upstream, d_weight * upstream, d_bias * upstream, None, None


def cross_entropy(h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, *, bf16: bool = False) -> Tensor:
    """Mean negative log-likelihood of the targets, in nats, under softmax(h W' + b); a scalar.

    Args:
        bf16: multiply in bfloat16; sums, exponentials and the gradient of the weights' sum stay in fp32.
    """
    found: Tensor = _ChunkedLoss.apply(h_NK, weight_VK, bias_V, target_N, bf16)  # type: ignore[no-untyped-call]
    return found
