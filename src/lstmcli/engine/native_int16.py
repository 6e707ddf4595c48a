"""Recurrent weights in 16 bits, for products at twice the rate.

A hidden state is smaller than 1, so one scale does for all, ``ONE``; weights have one for each sum of a gate, the
largest with which no sum of products overflows 32 bits, whatever the state.  Sums are exact, so no answer depends on
its batch.

Shapes: D directions, L panels, H units padded to whole vectors, J outputs of a panel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ONE = 8192
"""What 1 is among the states (``LSTM_ONE`` in ``native/lstm.h``)."""
MOST = 2**15 - 1
MOST_SUM = (2**31 - 1) // ONE
"""Of the sizes of the weights that make one sum."""


def quantised(panels_DLHJ: NDArray[np.float32]) -> tuple[NDArray[np.int16], NDArray[np.float32]] | None:
    """Packed weights in 16 bits, the weights of two units side by side, [D, L, H / 2, J, 2]; and what one stands for,
    for each output, [D, L, J].  None for weights that are not all finite."""
    D, L, H, J = panels_DLHJ.shape
    paired, step_DLJ = np.empty((D, L, H // 2, J, 2), np.int16), np.empty((D, L, J), np.float32)
    tiny = np.finfo(np.float32).tiny
    for place in np.ndindex(D, L):  # a panel fits into the cache, all of them may not
        weights_HJ = panels_DLHJ[place].astype(np.float64)
        sizes = np.abs(weights_HJ)
        if not np.isfinite(sizes).all():
            return None
        largest = MOST / np.maximum(sizes.max(axis=0), tiny)
        without_overflow = (MOST_SUM - H / 2) / np.maximum(sizes.sum(axis=0), tiny)  # rounding adds a half to each
        scale_J = np.minimum(np.minimum(largest, without_overflow), 2.0**40)
        whole = np.rint(weights_HJ * scale_J)
        paired[place] = whole.reshape(H // 2, 2, J).transpose(0, 2, 1)
        step_DLJ[place] = 1 / (scale_J * ONE)
    return paired, step_DLJ
