"""Scores of the tokens of a text.

Shapes: T tokens of a text, B texts of a batch, V tokens of the vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import Floats
from lstmcli.errors import ModelError
from lstmcli.tokenization.ids import Ids

TINY = float(np.finfo(np.float32).tiny)
"""The smallest probability that has a logarithm."""


class Scores(NamedTuple):
    """Scores of the tokens of a text."""

    nats: NDArray[np.float64]
    """Negative log-probability of each token, [T]."""
    entropy: NDArray[np.float64] | None
    """Entropy of the prediction of each token in nats, [T], if requested."""


ProbabilityCallback = Callable[[int, int, NDArray[np.float32]], None]
"""Called with the index of a text, a position in it, and the distributions [t, V] of the t tokens from there on."""


def empty_scores(T: int, entropy: bool) -> Scores:
    """Scores of zeros, to be filled in."""
    return Scores(np.zeros(T), np.zeros(T) if entropy else None)


def entropy_of(p_NC: NDArray[np.floating]) -> NDArray[np.floating]:
    """The entropy of each distribution in nats, [N]."""
    return np.asarray(-(p_NC * np.log(np.maximum(p_NC, TINY))).sum(axis=1))


def probabilities(
    logits_TBV: Floats, targets_TB: Ids, entropy: bool
) -> tuple[Floats, Floats | None, NDArray[np.float32]]:
    """Nats of the targets, entropies if requested, and the probabilities of all tokens."""
    centred = logits_TBV - logits_TBV.max(axis=-1, keepdims=True)
    p = np.exp(centred)
    total = p.sum(axis=-1, keepdims=True)
    p /= total
    log_total = np.log(total[..., 0])
    nats = log_total - np.take_along_axis(centred, targets_TB[..., None].astype(np.int64), axis=-1)[..., 0]
    return nats, log_total - np.multiply(p, centred, out=centred).sum(axis=-1) if entropy else None, p


class HasPath(Protocol):
    """A model."""

    @property
    def path(self) -> Path: ...


def check_finite(model: HasPath, nats: float) -> None:
    """Raises ``ModelError`` for a negative log-probability that is not finite."""
    if not math.isfinite(nats):
        raise ModelError("its weights give no finite probability for this text", path=model.path, hint="train it anew")
