"""Cross-entropy over a large vocabulary, computed in chunks of rows.

At 33,000 words the softmax takes most of a training step, and the logits would be by far the largest tensors.  Here the
loss and its gradients are computed in one pass over chunks of rows that fit in the cache, so memory does not grow with
the number of rows.

Shapes: N rows, K units, V words.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

MAX_LOGITS = 2**25
"""Logits that exist at once; at least ``CHUNK`` rows of them.  Fewer, larger products are the faster ones."""
CHUNK = 128
ALIGN = 16
"""The inner dimension is padded to a multiple of this for the kernels; two of the padding columns hold the bias."""


def _padded(K: int) -> int:
    return -(-(K + 2) // ALIGN) * ALIGN


def _with_bias(weight_VK: Tensor, bias_V: Tensor, kind: torch.dtype) -> Tensor:
    """[V, P]: the matrix, the bias, the rounding error of the bias, and zeros.

    The product with ``[h, 1, 1, 0...]`` adds the bias with twice the precision of ``kind``; addmm would take a quarter
    longer.
    """
    V, K = weight_VK.shape
    whole = weight_VK.new_zeros((V, _padded(K)), dtype=kind)
    whole[:, :K] = weight_VK
    whole[:, K] = bias_V
    whole[:, K + 1] = bias_V - whole[:, K]
    return whole


def _with_ones(h_NK: Tensor, kind: torch.dtype) -> Tensor:
    """[N, P]: ``[h, 1, 1, 0...]``, the other factor of the product with ``_with_bias``."""
    N, K = h_NK.shape
    whole = h_NK.new_zeros((N, _padded(K)), dtype=kind)
    whole[:, :K] = h_NK
    whole[:, K : K + 2] = 1.0
    return whole


class _ChunkedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, bf16: bool) -> Tensor:
        kind = torch.bfloat16 if bf16 else torch.float32
        weight, h = _with_bias(weight_VK.detach(), bias_V.detach(), kind), _with_ones(h_NK.detach(), kind)
        N, K = h_NK.shape
        need = any(ctx.needs_input_grad[:3])
        share = h / N  # the mean divides gradients by N
        d_h, d_weight = torch.empty_like(h), None
        loss = h_NK.new_zeros((), dtype=torch.float32)
        step = max(CHUNK, MAX_LOGITS // len(weight))
        all_rows = torch.arange(N, device=h.device)
        for start in range(0, N, step):
            rows = slice(start, start + step)
            logits = torch.mm(h[rows], weight.T)
            if not need:
                loss -= torch.log_softmax(logits, dim=1, dtype=torch.float32).gather(1, target_N[rows, None]).sum()
                continue
            p = torch.softmax(logits, dim=1)
            at_target = p[all_rows[: len(p)], target_N[rows]]
            loss -= at_target.float().clamp_min(torch.finfo(torch.float32).tiny).log().sum()
            p[all_rows[: len(p)], target_N[rows]] = at_target - 1.0  # the gradient of the logits, times N
            torch.mm(p, weight, out=d_h[rows])
            part = torch.mm(p.T, share[rows])
            d_weight = part.float() if d_weight is None else d_weight.add_(part)
        if need:
            ctx.save_for_backward(d_h[:, :K].to(h_NK.dtype) / N, d_weight)
        return loss / N

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_h, d_weight = (saved * gradients[0] for saved in ctx.saved_tensors)
        K = d_h.shape[1]
        return d_h, d_weight[:, :K], d_weight[:, K], None, None


def cross_entropy(h_NK: Tensor, weight_VK: Tensor, bias_V: Tensor, target_N: Tensor, *, bf16: bool = False) -> Tensor:
    """Mean negative log-likelihood of the targets, in nats, under softmax(h W' + b); a scalar.

    When gradients are needed, probabilities below 1e-38 are clamped to it; otherwise the value is exact.

    Args:
        bf16: compute logits, probabilities and products in bfloat16, sums in fp32.
    """
    result: Tensor = _ChunkedLoss.apply(h_NK, weight_VK, bias_V, target_N, bf16)  # type: ignore[no-untyped-call]
    return result
