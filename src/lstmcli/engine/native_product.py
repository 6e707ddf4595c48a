"""Arrays as our own kernel wants them, and its plain product.

Shapes: N rows, K inputs, M outputs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library, ProductCall

_LINE = 64
"""Bytes of a cache line; vectors that lie across two of them take twice the time."""
Floats = NDArray[np.float32]
Places = NDArray[np.int64]


def at(array: NDArray[Any]) -> int:
    """Where an array is in memory."""
    assert array.flags.c_contiguous
    return array.ctypes.data


def room(*shape: int) -> Floats:
    """Floats that are not set to anything, at the beginning of a cache line."""
    count = math.prod(shape)
    whole = np.empty(count + _LINE // 4, np.float32)
    start = -whole.ctypes.data % _LINE // 4
    return whole[start : start + count].reshape(shape)


def padded(count: int, width: int) -> int:
    """The next multiple of ``width``."""
    return -(-count // width) * width


class Product:
    """x W + b, with the weights as the kernel wants them."""

    def __init__(self, library: Library, weights_MK: NDArray[Any], bias_M: NDArray[Any], beyond: float = 0.0) -> None:
        """M is rounded up to whole panels; what is beyond it comes to ``beyond``."""
        self._library = library
        M, self.inputs = weights_MK.shape
        panel = 4 * library.width
        self.outputs = padded(M, panel)
        weights = np.zeros((self.outputs, self.inputs), np.float32)
        weights[:M] = weights_MK
        self._bias_M = room(self.outputs)
        self._bias_M[:] = beyond
        self._bias_M[:M] = bias_M
        self.panels = room(self.outputs // panel, self.inputs, panel)
        self.panels[:] = weights.reshape(-1, panel, self.inputs).transpose(0, 2, 1)
        self.weights = at(self.panels), at(self._bias_M)
        """Where they are in memory, and where the bias is."""

    def into(self, x_NK: Floats, out_NM: Floats) -> Floats:
        """``x_NK`` may have more columns than the weights."""
        N, K = x_NK.shape
        assert self.inputs <= K and out_NM.shape == (N, self.outputs) and out_NM.dtype == x_NK.dtype == np.float32
        self._library.run(ProductCall(N, self.inputs, self.outputs, at(x_NK), K, *self.weights, at(out_NM)))
        return out_NM
