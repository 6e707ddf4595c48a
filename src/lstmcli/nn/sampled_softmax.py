"""Cross-entropy over a sample of the vocabulary: an estimate without bias of the softmax's denominator.

At 33,000 words the softmax takes most of a training step.  Here a step computes the logits of a sample alone, as in
Jean et al. (2015, arXiv 1412.2007, section 3).  A word w is in the sample with a probability pi_w that rises with its
frequency, the most frequent words always; its term of the denominator is divided by pi_w (Horvitz & Thompson 1952).
Words that are targets in the window are in it for certain, with their terms as they are.  So the denominator's
expectation is its true value.

Shapes: N rows, K units, V words, S words of a sample.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.nn import softmax

SIZE_STEP = 256
"""Samples have a multiple of it in words, because each new shape of a product has a set-up cost."""
FILL = -1e20
"""Logit of the columns that fill a sample up."""


class Sample(NamedTuple):
    """The words that a step computes."""

    words_S: Tensor
    shift_S: Tensor
    """Minus the logarithm of the probability that the word is in the sample: to be added to its logit."""
    column_N: Tensor
    """Where the targets are among the words."""


class WordSampler:
    """Draws samples of about ``size`` words and all targets."""

    def __init__(self, counts_V: NDArray[np.integer], size: int, device: str = "cpu") -> None:
        """
        Args:
            counts_V: how often each word occurs in the training text.
        """
        share_V = torch.from_numpy(inclusion(counts_V, size)).to(device)
        self.size, self.share_V, self.shift_V = min(size, len(share_V)), share_V, -share_V.log().float()

    def draw(self, target_N: Tensor) -> Sample:
        """A sample for the targets of a window, by systematic sampling in random order."""
        order_V = torch.randperm(len(self.share_V), device=self.share_V.device)
        ends_V = self.share_V[order_V].cumsum(0)
        at = torch.arange(self.size, device=ends_V.device) + torch.rand((), device=ends_V.device)
        drawn = order_V[torch.searchsorted(ends_V, at.to(ends_V)).clamp_max(len(ends_V) - 1)]
        shift_V = torch.full_like(self.shift_V, torch.nan)
        shift_V[drawn] = self.shift_V[drawn]
        shift_V[target_N] = 0.0
        words_S = (~shift_V.isnan()).nonzero().squeeze(1)
        fill = -len(words_S) % SIZE_STEP
        column_V = torch.empty_like(order_V)
        column_V[words_S] = torch.arange(len(words_S), device=words_S.device)
        shift_S = torch.cat([shift_V[words_S], shift_V.new_full((fill,), FILL)])
        return Sample(torch.cat([words_S, words_S.new_zeros(fill)]), shift_S, column_V[target_N])


def inclusion(counts_V: NDArray[np.integer], size: int) -> NDArray[np.float64]:
    """The probability of each word to be in a sample of ``size`` words: as the root of its count, at most 1."""
    weight_V = np.sqrt(counts_V + 1.0)
    share_V = np.ones(len(weight_V))
    if size >= len(weight_V):
        return share_V
    order = np.argsort(-weight_V, kind="stable")
    left = weight_V[order][::-1].cumsum()[::-1]  # of the words from each rank on
    certain = 0
    while weight_V[order[certain]] * (size - certain) >= left[certain]:
        certain += 1
    rest = order[certain:]
    share_V[rest] = weight_V[rest] * ((size - certain) / left[certain])
    return share_V


def cross_entropy(
    h_NK: Tensor,
    weight_VK: Tensor,
    bias_V: Tensor,
    target_N: Tensor,
    sampler: WordSampler | None,
    *,
    bf16: bool = False,
) -> Tensor:
    """``softmax.cross_entropy``, or an estimate of it from a sample of the words; a scalar."""
    if sampler is None:
        return softmax.cross_entropy(h_NK, weight_VK, bias_V, target_N, bf16=bf16)
    words_S, shift_S, column_N = sampler.draw(target_N)
    weight_SK, bias_S = weight_VK.index_select(0, words_S), bias_V.index_select(0, words_S) + shift_S
    return softmax.cross_entropy(h_NK, weight_SK, bias_S, column_N, bf16=bf16)
