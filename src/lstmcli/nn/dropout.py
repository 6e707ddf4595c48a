"""The dropouts of recurrent networks.

Locked (variational) dropout draws one mask a text and keeps it over time (Gal & Ghahramani 2016);
weight-drop drops recurrent weights, once a pass (Merity et al. 2018, section 2).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def locked_dropout(x_TNE: Tensor, rate: float, training: bool) -> Tensor:
    """Drops whole columns: the same units of a row at every time step."""
    if not training or rate == 0.0:
        return x_TNE
    mask = x_TNE.new_empty(1, *x_TNE.shape[1:]).bernoulli_(1 - rate).div_(1 - rate)
    return x_TNE * mask


def weight_drop(w_hh: Tensor, rate: float, training: bool) -> Tensor:
    """Recurrent weights with a share of them dropped."""
    return functional.dropout(w_hh, rate, training) if rate else w_hh


def word_dropout(ids: Tensor, rate: float, instead: int, training: bool) -> Tensor:
    """Token ids with a share replaced by ``instead``; padding (0) stays."""
    if not training or rate == 0.0:
        return ids
    drop = torch.rand(ids.shape, device=ids.device) < rate
    return ids.masked_fill(drop & (ids != 0), instead)
