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
    sizes = np.abs(panels_DLHJ).astype(np.float64)
    if not np.isfinite(sizes).all():
        return None
    tiny = np.finfo(np.float32).tiny
    largest = MOST / np.maximum(sizes.max(axis=2), tiny)
    without_overflow = (MOST_SUM - H / 2) / np.maximum(sizes.sum(axis=2), tiny)  # rounding adds a half to each
    scale_DLJ = np.minimum(np.minimum(largest, without_overflow), 2.0**40)
    whole = np.rint(panels_DLHJ * scale_DLJ[:, :, None]).astype(np.int16)
    paired = np.ascontiguousarray(whole.reshape(D, L, H // 2, 2, J).transpose(0, 1, 2, 4, 3))
    return paired, (1 / (scale_DLJ * ONE)).astype(np.float32)
