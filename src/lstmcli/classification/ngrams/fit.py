"""Fit the n-gram model: logistic regression on binary features, scaled as in naive Bayes (Wang & Manning 2012).

Each feature is scaled by the log ratio of its smoothed rate inside and outside a label, so that the penalty is smallest
for the n-grams that separate labels.  The rest is an L2-regularised logistic regression, a convex problem solved by
L-BFGS.

Shapes: N texts, M n-grams of all texts, P distinct n-grams, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from lstmcli.classification.ngrams.table import MAX_WEIGHTS, NgramTable, ngram_keys

Floats = NDArray[np.float64]


def fit_table(
    encoded: Sequence[NDArray[np.int32]],
    gold_NC: Floats,
    *,
    order: int,
    min_count: int,
    multilabel: bool,
    weight: float = 1.0,
) -> NgramTable:
    """The n-gram table of N encoded texts, with the n-grams in at least ``min_count`` texts.

    If there would be more than ``MAX_WEIGHTS`` weights, the rarest n-grams are left out.  The table's scores are
    log-odds of the labels times ``weight``.
    """
    keys_M, owners_M = ngram_keys(encoded, order)
    keys_P, inverse_M, count_P = np.unique(keys_M, return_inverse=True, return_counts=True)
    most = max(1, MAX_WEIGHTS // gold_NC.shape[1])
    if len(count_P) > most:
        min_count = max(min_count, int(np.partition(count_P, -most)[-most]) + 1)
    keep_P = count_P >= min_count
    row_P = np.cumsum(keep_P) - 1
    kept_M = keep_P[inverse_M]
    shape = (len(encoded), int(keep_P.sum()))
    presence = csr_matrix((np.ones(int(kept_M.sum())), (owners_M[kept_M], row_P[inverse_M[kept_M]])), shape=shape)
    weights_PC, bias_C = fit_ngrams(presence, gold_NC, multilabel=multilabel)
    weights_PC, bias_C = weight * weights_PC, weight * bias_C
    return NgramTable(order, keys_P[keep_P], weights_PC.astype(np.float16), bias_C.astype(np.float32))


def log_count_ratio(X_NP: csr_matrix, gold_NC: Floats, smoothing: float = 1.0) -> Floats:
    """Log ratio of each n-gram's smoothed rate inside a label to that outside it, [P, C]."""
    inside = np.asarray(X_NP.T @ gold_NC) + smoothing
    total = np.asarray(X_NP.sum(axis=0)).reshape(-1, 1) + 2 * smoothing
    outside = total - inside
    ratio: Floats = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    return ratio


def fit_ngrams(
    X_NP: csr_matrix, gold_NC: Floats, *, multilabel: bool, penalty: float = 1.0, iterations: int = 60
) -> tuple[Floats, Floats]:
    """Weights [P, C] and bias [C] of the n-gram model.

    ``penalty`` is the inverse of the usual C: the objective is the mean loss over texts plus ``penalty / (2 N)`` times
    the squared norm of the weights of scaled features.
    """
    N, P = X_NP.shape
    C = gold_NC.shape[1]
    ratio_PC = log_count_ratio(X_NP, gold_NC)
    X_PN = X_NP.T.tocsr()
    likelihood = _sigmoid_loss if multilabel else _softmax_loss

    def objective(flat: Floats) -> tuple[float, Floats]:
        weights_PC, bias_C = flat[: P * C].reshape(P, C), flat[P * C :]
        scores_NC = X_NP @ (weights_PC * ratio_PC) + bias_C
        loss, slope_NC = likelihood(scores_NC, gold_NC)
        gradient_PC = (X_PN @ slope_NC) * ratio_PC + penalty / N * weights_PC
        value = loss + 0.5 * penalty / N * float(np.vdot(weights_PC, weights_PC))
        return value, np.concatenate([gradient_PC.ravel(), slope_NC.sum(axis=0)])

    solution = minimize(
        objective, np.zeros(P * C + C), jac=True, method="L-BFGS-B", options={"maxiter": iterations, "maxcor": 8}
    ).x
    return solution[: P * C].reshape(P, C) * ratio_PC, solution[P * C :]


Loss = Callable[[Floats, Floats], tuple[float, Floats]]


def _softmax_loss(scores_NC: Floats, gold_NC: Floats) -> tuple[float, Floats]:
    """Mean cross entropy in nats, and its gradient."""
    shifted = scores_NC - scores_NC.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -float((logp * gold_NC).sum()) / len(gold_NC), (np.exp(logp) - gold_NC) / len(gold_NC)


def _sigmoid_loss(scores_NC: Floats, gold_NC: Floats) -> tuple[float, Floats]:
    """Mean over texts of the summed binary cross entropies in nats, and its gradient."""
    loss = np.logaddexp(0.0, scores_NC) - gold_NC * scores_NC
    return float(loss.sum()) / len(gold_NC), (expit(scores_NC) - gold_NC) / len(gold_NC)
