"""The likeliest words of many predictions, without sorting all words.

Shapes: N predictions, V words, L blocks of words, M words that are wanted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 64
"""Words of a block."""


def likeliest(logits_NV: NDArray[np.float32], most: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The ``most`` highest logits of each row and which words they are; of equal ones the first word comes first."""
    N, V = logits_NV.shape
    L = V // BLOCK
    lowest_N = np.full(N, -np.inf, np.float32)
    if most < L:
        # As many words reach the ``most``-th highest maximum of the blocks as are wanted, and few more.
        blocks_NJL = np.lib.stride_tricks.sliding_window_view(logits_NV, L, axis=1)[:, : BLOCK * L : L]
        lowest_N = np.partition(blocks_NJL.max(axis=1), L - most, axis=1)[:, L - most]
    values_NM, ids_NM = np.empty((N, most), np.float32), np.empty((N, most), np.int64)
    for logits_V, lowest, values_M, ids_M in zip(logits_NV, lowest_N, values_NM, ids_NM, strict=True):
        some = np.flatnonzero(logits_V >= lowest)
        chosen = some[np.argsort(-logits_V[some], kind="stable")[:most]]
        values_M[:], ids_M[:] = logits_V[chosen], chosen
    return values_NM, ids_NM
