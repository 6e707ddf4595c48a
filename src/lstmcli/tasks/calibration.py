"""How loudly each of the two experts speaks: temperature scaling for the network and the n-gram model.

The answer is a product of experts, softmax(a * network + b * ngrams), a and b inverse temperatures fitted
on the validation split (Guo et al. 2017, section 4.2, with two inputs instead of one).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Logits = NDArray[np.floating]


def combine(network: Logits, ngrams: Logits | None, a: float, b: float, multilabel: bool = False) -> Floats:
    """Probabilities [N, C] of both experts' logits [N, C]; rows sum to 1 unless multi-label."""
    z = a * network.astype(np.float64)
    if ngrams is not None:
        z += b * ngrams.astype(np.float64)
    if multilabel:
        return _sigmoid(z)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)


def negative_log_likelihood(
    network: Logits,
    ngrams: Logits | None,
    gold: NDArray[np.int64] | NDArray[np.bool_],
    a: float,
    b: float,
    multilabel: bool = False,
) -> float:
    """Mean over the texts, nats; multi-label: of the sum over a text's label decisions."""
    experts = _experts(network, ngrams)
    return _loss_and_slope(np.array([a, b])[: len(experts)], experts, gold, multilabel)[0]


def fit_scales(
    network: Logits,
    ngrams: Logits | None,
    gold: NDArray[np.int64] | NDArray[np.bool_],
    multilabel: bool = False,
    defaults: tuple[float, float] = (1.0, 1.0),
) -> tuple[float, float]:
    """The scales (a, b) that make the validation split most likely; b is 0 without n-grams.

    A Gamma prior with its mode at the default and the weight of one text holds each scale: in log a it is
    a Gaussian of standard deviation 1 near the mode, and it keeps the scales finite and above 0 when the
    split is tiny, empty or without a single error.  Loss and prior are convex in (a, b), so there is one
    minimum; the prior is least at the defaults, so the likelihood is never worse than with those.

    Args:
        network, ngrams: logits [N, C], finite.
        gold: column numbers [N], or [N, C] bool when multi-label.
    """
    experts = _experts(network, ngrams)
    middle = np.array(defaults[: len(experts)])
    n = network.shape[0]
    if not n:
        return _pair(middle)

    def objective(scales: Floats) -> tuple[float, Floats]:
        loss, slope = _loss_and_slope(scales, experts, gold, multilabel)
        ratio = scales / middle
        prior = (ratio - np.log(ratio)).sum() / n
        return loss + float(prior), slope + (1.0 - 1.0 / ratio) / middle / n

    from scipy.optimize import minimize

    bounds = [(1e-6 * m, 1e6 * m) for m in middle]  # the logarithm's edge, not a limit that fits reach
    found = minimize(objective, middle, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-9})
    return _pair(found.x)


def _pair(scales: Floats) -> tuple[float, float]:
    return float(scales[0]), float(scales[1]) if len(scales) > 1 else 0.0


def _experts(network: Logits, ngrams: Logits | None) -> Floats:
    """Both experts' logits, [K, N, C]."""
    return np.stack([network] if ngrams is None else [network, ngrams]).astype(np.float64)


def _loss_and_slope(
    scales: Floats, experts: Floats, gold: NDArray[np.int64] | NDArray[np.bool_], multilabel: bool
) -> tuple[float, Floats]:
    """Mean negative log-likelihood, nats, and its gradient by the scales [K]."""
    n = max(1, experts.shape[1])
    z_NC = np.tensordot(scales, experts, axes=1)
    if multilabel:
        wanted = gold.astype(np.float64)
        loss = np.logaddexp(0.0, z_NC) - wanted * z_NC
        excess = _sigmoid(z_NC) - wanted
    else:
        wanted = np.zeros_like(z_NC)
        np.put_along_axis(wanted, gold.astype(np.int64)[:, None], 1.0, axis=1)
        log_p = z_NC - np.logaddexp.reduce(z_NC, axis=1, keepdims=True)
        loss = -wanted * log_p
        excess = np.exp(log_p) - wanted
    return float(loss.sum() / n), np.tensordot(experts, excess, axes=((1, 2), (0, 1))) / n


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)), np.float64)
