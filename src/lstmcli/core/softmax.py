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

CELLS = 2**22
"""Logits that exist at once; at least ``CHUNK`` rows of them."""
CHUNK = 128


class _ChunkedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, bf16: bool) -> Tensor:
        kind = torch.bfloat16 if bf16 else torch.float32
        weight, bias, h = (x.detach().to(kind) for x in (weight_VK, bias_V, h_NK))
        need = any(ctx.needs_input_grad[:3])
        d_h = torch.empty_like(h) if need else None
        d_weight = torch.zeros_like(weight_VK) if need else None
        d_bias = torch.zeros_like(bias_V) if need else None
        loss = h_NK.new_zeros((), dtype=torch.float32)
        N, step = len(h), max(CHUNK, CELLS // len(weight))
        for start in range(0, N, step):
            rows = slice(start, start + step)
            logits = torch.addmm(bias, h[rows], weight.T)
            target = target_N[rows, None]
            p = torch.log_softmax(logits, dim=1, dtype=torch.float32)
            loss -= p.gather(1, target).sum()
            if d_h is None or d_weight is None or d_bias is None:
                continue
            p.exp_()
            p.scatter_add_(1, target, p.new_full((len(p), 1), -1.0))  # the gradient of the logits, times N
            d_bias += p.sum(dim=0)
            small = p.to(kind)
            torch.mm(small, weight, out=d_h[rows])
            d_weight += torch.mm(small.T, h[rows])
        if need:
            ctx.save_for_backward(d_h, d_weight, d_bias)
            ctx.rows, ctx.kind = N, h_NK.dtype
        return loss / N

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_h, d_weight, d_bias = ctx.saved_tensors
        scale = gradients[0] / ctx.rows
        return d_h.to(ctx.kind) * scale, d_weight * scale, d_bias * scale, None, None


def cross_entropy(h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, *, bf16: bool = False) -> Tensor:
    """Mean negative log-likelihood of the targets, in nats, under softmax(h W' + b); a scalar.

    Args:
        bf16: multiply in bfloat16; sums, exponentials and the gradient of the weights' sum stay in fp32.
    """
    found: Tensor = _ChunkedLoss.apply(h_NK, weight_VK, bias_V, target_N, bf16)  # type: ignore[no-untyped-call]
    return found
