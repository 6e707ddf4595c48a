"""What a batch of texts without labels teaches: virtual adversarial training and entropy minimisation.

The loss is ``virtual * KL(p(x) || p(x + r)) + entropy * H(p(x))``.  The answer should be the same when the embeddings
move where it changes most (Miyato et al. 2017, equations 6 to 8; one power iteration), and it should be sure
(Grandvalet & Bengio 2005; Sachan et al. 2019).  All passes over a batch have the same dropout, so that only ``r`` makes
a difference.

Shapes: B texts, S segments, T tokens, N = B * S rows, E embedding, C labels.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from lstmcli.training.distributed import ALONE, Group

SMALL, USUAL_SIZE = 0.05, 0.5
"""Norms of the perturbation, relative to the RMS token norm: to find its direction; where ``--adversarial`` is 0."""


def token_norm(x_TNE: Tensor, lengths_BS: Tensor, group: Group = ALONE, share: float = 1.0) -> Tensor:
    """The RMS norm of the embedded tokens of a batch; the embedding of padding is zero.

    Args:
        group: the processes that each have a part of the batch.
        share: of the batch that this one has; 0: its texts do not count.
    """
    squares, tokens = x_TNE.detach().square().sum(), lengths_BS.sum()
    if group.world > 1:
        counts = bool(share)
        squares, tokens = x_TNE.new_tensor(group.sum(counts * squares.item(), counts * tokens.item()))
    return (squares / tokens).sqrt()


def perturbation(direction_TNE: Tensor, lengths_BS: Tensor, norm: Tensor) -> Tensor:
    """Along ``direction``, for each text, with this norm."""
    T, _, E = direction_TNE.shape
    B, S = lengths_BS.shape
    direction = direction_TNE.view(T, B, S, E)
    norm_B = direction.square().sum(dim=(0, 2, 3)).sqrt().clamp_min(1e-12)
    return (norm * direction / norm_B[:, None, None]).view(T, B * S, E)


def unlabelled_loss(
    read: Callable[[Tensor], Tensor],
    x_TNE: Tensor,
    lengths_BS: Tensor,
    *,
    virtual: float,
    entropy: float,
    size: float,
    multilabel: bool,
) -> Tensor:
    """The loss of a batch without labels, a scalar.

    Args:
        read: from embedded texts to logits [B, C].
        virtual, entropy: weights of the two parts.
        size: norm of the perturbation.
    """
    again = _same_dropout(x_TNE)
    clean_BC = read(x_TNE).float()
    fixed_BC = clean_BC.detach()
    total = entropy * _cross_entropy(clean_BC, clean_BC, multilabel) if entropy else clean_BC.new_zeros(())
    if not virtual:
        return total
    still, typical = x_TNE.detach(), token_norm(x_TNE, lengths_BS)
    random = torch.randn_like(still) * (still != 0)  # padding does not move
    direction = perturbation(random, lengths_BS, SMALL * typical).requires_grad_()
    again()
    moved = _cross_entropy(fixed_BC, read(still + direction).float(), multilabel)
    (steepest,) = torch.autograd.grad(moved, direction)
    again()
    pushed_BC = read(x_TNE + perturbation(steepest, lengths_BS, size * typical)).float()
    divergence = _cross_entropy(fixed_BC, pushed_BC, multilabel) - _cross_entropy(fixed_BC, fixed_BC, multilabel)
    return total + virtual * divergence


def _cross_entropy(p_BC: Tensor, q_BC: Tensor, multilabel: bool) -> Tensor:
    """Of the distributions of two logits, mean over the texts in nats."""
    if multilabel:
        losses = functional.binary_cross_entropy_with_logits(q_BC, p_BC.sigmoid(), reduction="none")
        return losses.sum(1).mean()
    return -(p_BC.softmax(1) * q_BC.log_softmax(1)).sum(1).mean()


def _same_dropout(x: Tensor) -> Callable[[], None]:
    """A function that repeats the random numbers from here on."""
    if x.is_cuda:
        there = torch.cuda.get_rng_state(x.device)
        return lambda: torch.cuda.set_rng_state(there, x.device)
    here = torch.get_rng_state()
    return lambda: torch.set_rng_state(here)
