"""Dropout for recurrent networks.

Locked (variational) dropout uses one mask per text at all time steps (Gal & Ghahramani 2016); weight-drop drops
recurrent weights, once per pass (Merity et al. 2018, section 2).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def locked_dropout(x_TNE: Tensor, rate: float, training: bool) -> Tensor:
    """Drop the same units of a row at every time step, but never all of a row.

    Where every input is 0, a cell with layer normalisation divides by nearly 0 at each step, and gradients overflow.
    """
    if not training or rate == 0.0:
        return x_TNE
    kept_1NE = x_TNE.new_empty(1, *x_TNE.shape[1:]).bernoulli_(1 - rate)
    if kept_1NE.shape[-1] > 1:
        kept_1NE[..., :1] += kept_1NE.sum(-1, keepdim=True) == 0
    return x_TNE * kept_1NE.div_(1 - rate)


def weight_drop(w_hh: Tensor, rate: float, training: bool) -> Tensor:
    """The recurrent weights, a share of them set to zero."""
    return functional.dropout(w_hh, rate, training) if rate else w_hh


def word_dropout(ids: Tensor, rate: float, instead: int, training: bool) -> Tensor:
    """Token ids, a share of them replaced by ``instead``; padding (0) is kept."""
    if not training or rate == 0.0:
        return ids
    drop = torch.rand(ids.shape, device=ids.device) < rate
    return ids.masked_fill(drop & (ids != 0), instead)
