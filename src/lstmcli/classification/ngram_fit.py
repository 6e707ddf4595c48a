"""From encoded texts to the n-gram table that stands beside the network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.ngram_table import NgramTable, ngram_keys

# A fit holds some twenty vectors of features times labels in double precision: 0.7 GB at most.
MAX_WEIGHTS = 4_000_000


def fit_table(
    encoded: Sequence[NDArray[np.int32]],
    gold_NC: NDArray[np.float64],
    *,
    order: int,
    min_count: int,
    multilabel: bool,
    weight: float = 1.0,
) -> NgramTable:
    """Counts the n-grams of N texts, keeps those in ``min_count`` texts or more, and fits their weights.

    Where that would be more than ``MAX_WEIGHTS`` weights, the rarest are left out.  Its scores are log-odds of labels
    times ``weight``.
    """
    from scipy.sparse import csr_matrix

    from lstmcli.classification.ngram_training import fit_ngrams

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
