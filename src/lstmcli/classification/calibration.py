"""How sure the answer is: temperature scaling of what the network and the n-gram model say together.

The answer is softmax(scale * (network + ngrams)), the scale an inverse temperature fitted on the validation split
(Guo et al. 2017, section 4.2).  One scale, not one for each model: fitted by likelihood, two of them tone the
overconfident network down until the n-grams say too much, which cost accuracy on ChnSentiCorp and AG News.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Logits = NDArray[np.floating]
Gold = NDArray[np.int64] | NDArray[np.bool_]


def total(network: Logits, ngrams: Logits | None) -> Floats:
    """Logits [N, C] of both models as one."""
    z_NC = network.astype(np.float64)
    return z_NC if ngrams is None else z_NC + ngrams


def combine(network: Logits, ngrams: Logits | None, scale: float, multilabel: bool = False) -> Floats:
    """Probabilities [N, C] of both models' logits [N, C]; rows sum to 1 unless multi-label.

    A row with a logit that is infinite or no number, as weights of a stranger can make it, may be NaN: callers look.
    """
    with np.errstate(invalid="ignore"):  # inf - inf
        z_NC = scale * total(network, ngrams)
        if multilabel:
            return np.asarray(np.exp(-np.logaddexp(0.0, -z_NC)), np.float64)
        p = np.exp(z_NC - z_NC.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)


def negative_log_likelihood(logits_NC: Logits, gold: Gold, scale: float, multilabel: bool = False) -> float:
    """Mean over the texts, nats; multi-label: of the sum over a text's label decisions."""
    z_NC = scale * logits_NC.astype(np.float64)
    if multilabel:
        loss = np.logaddexp(0.0, z_NC) - gold * z_NC
    else:
        right = np.take_along_axis(z_NC, gold.astype(np.int64)[:, None], axis=1)
        loss = np.logaddexp.reduce(z_NC, axis=1, keepdims=True) - right
    return float(loss.sum() / max(1, len(z_NC)))


def fit_scale(logits_NC: Logits, gold: Gold, multilabel: bool = False) -> float:
    """The scale that makes the validation split most likely.

    A Gamma prior with its mode at 1 and the weight of one text holds it: in log scale it is a Gaussian of standard
    deviation 1 near the mode, and it keeps the scale finite and above 0 when the split is tiny, empty or without a
    single error.  Loss and prior are convex, so there is one minimum; the prior is least at 1, so the likelihood is
    never worse than unscaled.

    Args:
        logits_NC: the sum of both models' logits, finite.
        gold: column numbers [N], or [N, C] bool when multi-label.
    """
    if not len(logits_NC):
        return 1.0

    def objective(log_scale: float) -> float:
        scale = float(np.exp(log_scale))
        return negative_log_likelihood(logits_NC, gold, scale, multilabel) + (scale - log_scale) / len(logits_NC)

    from scipy.optimize import minimize_scalar

    # The bounds are the bracket that the search needs, not a limit that fits reach.
    found = minimize_scalar(objective, bounds=(-14.0, 14.0), method="bounded", options={"xatol": 1e-7})
    return float(np.exp(found.x))
