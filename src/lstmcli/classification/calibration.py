"""Calibrated probabilities of the ensemble of network and n-gram model, by temperature scaling.

The probabilities are softmax(scale * (network + ngrams)), where scale is an inverse temperature fitted on the
validation split (Guo et al. 2017, section 4.2).  There is one scale for both models: with two, the likelihood fit damps
the overconfident network so much that the n-gram model dominates, which cost accuracy on ChnSentiCorp and AG News.

If the labels differ in frequency, each has an offset, softmax(scale * (network + ngrams) + offsets); it is added to the
weights of the network when they are loaded.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Logits = NDArray[np.floating]
Gold = NDArray[np.int64] | NDArray[np.bool_] | Floats
"""Column indices [N], distributions over the labels [N, C], or indicators [N, C] if multi-label."""


USUAL, USUAL_ALONE = 0.15, 0.35
"""The scale of network and linear models together, and of a network alone, as validation splits usually find it: on six
sets of 100 to 4,000 rows it was 0.05 to 0.3, and 0.05 to 0.7, on 1,000 other texts.  A split of a few texts, or one
without errors, says little of it."""
EQUAL = 20
"""Texts of validation that weigh as much as the assumption that the experts count alike."""


def with_offsets(weights: dict[str, NDArray[Any]], offsets_C: Floats | None, scale: float) -> dict[str, NDArray[Any]]:
    """The weights of a network that answers with the offsets of the labels; infinite for those of a broken model."""
    if offsets_C is None:
        return weights
    with np.errstate(over="ignore"):
        return {**weights, "head.bias": (weights["head.bias"] + offsets_C / scale).astype(np.float32)}


def total(network: Logits, ngrams: Logits | None) -> Floats:
    """The sum of both models' logits, [N, C]."""
    z_NC = network.astype(np.float64)
    return z_NC if ngrams is None else z_NC + ngrams


def combine(
    network: Logits, ngrams: Logits | None, scale: float, multilabel: bool = False, offsets_C: Floats | float = 0.0
) -> Floats:
    """Probabilities [N, C] from both models' logits [N, C]; rows sum to 1 unless multi-label.

    A row with an infinite or NaN logit, which untrusted weights can cause, may be NaN: callers check.
    """
    with np.errstate(invalid="ignore"):  # inf - inf
        z_NC = scale * total(network, ngrams) + offsets_C
        if multilabel:
            return np.asarray(np.exp(-np.logaddexp(0.0, -z_NC)), np.float64)
        p = np.exp(z_NC - z_NC.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)


def negative_log_likelihood(
    logits_NC: Logits, gold: Gold, scale: float, multilabel: bool = False, offsets_C: Floats | float = 0.0
) -> float:
    """Mean over the texts, in nats; multi-label: of the sum over the labels."""
    z_NC = scale * logits_NC.astype(np.float64) + offsets_C
    if multilabel:
        loss = np.logaddexp(0.0, z_NC) - gold * z_NC
    elif gold.ndim == 2:
        loss = np.logaddexp.reduce(z_NC, axis=1) - (gold * z_NC).sum(axis=1)
    else:
        right = np.take_along_axis(z_NC, gold.astype(np.int64)[:, None], axis=1)
        loss = np.logaddexp.reduce(z_NC, axis=1, keepdims=True) - right
    return float(loss.sum() / max(1, len(z_NC)))


def _slope(logits_NC: Floats, gold: Gold, scale: float, multilabel: bool, offsets_C: Floats | float) -> Floats:
    """The derivative of the negative log-likelihood of all texts with respect to the scaled logits, [N, C]."""
    slope_NC = combine(logits_NC, None, scale, multilabel, offsets_C)
    if gold.ndim == 2:
        return slope_NC - gold
    slope_NC[np.arange(len(gold)), gold.astype(np.int64)] -= 1
    return slope_NC


class Scales(NamedTuple):
    """What the experts count: all of them, and the linear models beside the network."""

    all: float = 1.0
    ngrams: float = 1.0
    characters: float = 1.0


def fit_scales(
    network_NC: Logits,
    ngrams_NC: Logits | None,
    characters_NC: Logits,
    gold: Gold,
    multilabel: bool = False,
    usual: float = 1.0,
    offsets_C: Floats | float = 0.0,
) -> Scales:
    """The scales of the experts with the maximum posterior probability on the validation split.

    The prior of each linear model's scale is a Gamma distribution with mode 1 and the weight of ``EQUAL`` texts: a
    small validation split moves it little.  That of ``all`` is as in ``fit_scale``.
    """
    if not len(network_NC):
        return Scales(usual)
    beside = [characters_NC] if ngrams_NC is None else [ngrams_NC, characters_NC]

    weights, modes = np.array([1.0, *[float(EQUAL)] * len(beside)]), np.array([usual, *[1.0] * len(beside)])

    def objective(logs: Floats) -> tuple[float, Floats]:
        scales = np.exp(logs)
        parts = [scale * logits.astype(np.float64) for scale, logits in zip(scales[1:], beside, strict=True)]
        z_NC, count = network_NC + sum(parts, np.zeros(network_NC.shape)), len(network_NC)
        slope_NC = scales[0] * _slope(z_NC, gold, float(scales[0]), multilabel, offsets_C)
        gradient = np.array([(slope_NC * part).sum() for part in (z_NC, *parts)]) + weights * (scales / modes - 1)
        loss = negative_log_likelihood(z_NC, gold, float(scales[0]), multilabel, offsets_C)
        return loss + float(weights @ (scales / modes - logs)) / count, gradient / count

    from scipy.optimize import minimize

    start, bounds = np.log(modes), [(-14.0, 14.0), *[(-3.0, 3.0)] * len(beside)]
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    scales = np.exp(found)
    return Scales(float(scales[0]), 1.0 if ngrams_NC is None else float(scales[1]), float(scales[-1]))


def fit_scale(
    logits_NC: Logits,
    gold: Gold,
    multilabel: bool = False,
    usual: float = 1.0,
    offsets_C: Floats | float = 0.0,
) -> float:
    """The scale with the maximum posterior probability on the validation split.

    The prior is a Gamma distribution with mode ``usual`` and the weight of one text.  It keeps the scale finite and
    above 0 if the split is tiny, empty or has no errors; near the mode, log scale is about normal with standard
    deviation 1.  Negative log-likelihood and prior are convex, so there is one minimum.  The prior is largest at
    ``usual``, so the likelihood is never lower than with that scale.

    Args:
        logits_NC: the sum of both models' logits, finite.
        offsets_C: of the labels, as in ``combine``.
    """
    if not len(logits_NC):
        return usual

    def objective(log_scale: float) -> float:
        scale = float(np.exp(log_scale))
        loss = negative_log_likelihood(logits_NC, gold, scale, multilabel, offsets_C)
        return loss + (scale / usual - log_scale) / len(logits_NC)

    from scipy.optimize import minimize_scalar

    # The bounded search needs bounds; no fit reaches them.
    found = minimize_scalar(objective, bounds=(-14.0, 14.0), method="bounded", options={"xatol": 1e-7})
    return float(np.exp(found.x))
