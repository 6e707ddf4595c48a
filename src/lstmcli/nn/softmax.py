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

MAX_LOGITS = 2**25
"""Logits that exist at once; at least ``CHUNK`` rows of them.  Fewer, larger products are the faster ones."""
CHUNK = 128
ALIGN = 16
"""Columns of the products are a multiple of this, which the kernels like; two of those to spare hold the bias."""


def _padded(K: int) -> int:
    return -(-(K + 2) // ALIGN) * ALIGN


def _with_bias(weight_VK: Tensor, bias_V: Tensor, kind: torch.dtype) -> Tensor:
    """[V, P]: the matrix, the bias, what rounding took from the bias, and zeros.

    A product with ``[h, 1, 1, 0...]`` adds the bias on the way, exact to twice the digits of ``kind``; a bias added
    by addmm costs a quarter more time.
    """
    V, K = weight_VK.shape
    whole = weight_VK.new_zeros((V, _padded(K)), dtype=kind)
    whole[:, :K] = weight_VK
    whole[:, K] = bias_V
    whole[:, K + 1] = bias_V - whole[:, K]
    return whole


def _with_ones(h_NK: Tensor, kind: torch.dtype) -> Tensor:
    """[N, P]: what meets ``_with_bias``."""
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
        share = h / N  # of the mean's gradient
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

    With gradients, a target less likely than 1e-38 counts as that likely; without, the value is exact.

    Args:
        bf16: logits, probabilities and products in bfloat16; sums over them in fp32.
    """
    found: Tensor = _ChunkedLoss.apply(h_NK, weight_VK, bias_V, target_N, bf16)  # type: ignore[no-untyped-call]
    return found
