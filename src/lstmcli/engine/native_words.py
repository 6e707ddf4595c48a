"""The softmax over a vocabulary by our own kernel: the product with the words and the sum of its exponentials in one
call, so that the logits of a token are never in memory together.

Shapes: N rows, K inputs, M words, J words of a panel, L panels.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library, WordsCall
from lstmcli.engine.native_int16 import ONE, quantised
from lstmcli.engine.native_product import Floats, Product, at, padded, room
from lstmcli.errors import ModelError

ROWS = 96
"""That are best scored in one call, or a multiple of it."""
NEVER = -1e30
"""The bias of words that only fill a panel."""


class Scores(NamedTuple):
    """In nats, of each row."""

    nats_N: NDArray[np.float64]
    """Negative log-probability of the target."""
    entropy_N: NDArray[np.float64]
    """Of the prediction."""


class Words:
    """A product whose outputs are the words of a softmax.  Several threads may use it at once."""

    def __init__(self, library: Library, weights_MK: NDArray[Any], bias_M: NDArray[Any], int16: bool = False) -> None:
        """``int16``: it scores with products in 16 bits; inputs are then between -1 and 1."""
        self._library, self.count = library, len(weights_MK)
        self._product = Product(library, weights_MK, bias_M, NEVER)
        self._int16 = None
        if int16:
            panels_LKJ = self._product.panels
            even = np.pad(panels_LKJ, ((0, 0), (0, panels_LKJ.shape[1] % 2), (0, 0)))
            self._int16 = quantised(even[None])

    def logits(self, x_NK: Floats) -> Floats:
        """[N, M]."""
        return self._product.into(x_NK, room(len(x_NK), self._product.outputs))[:, : self.count]

    def score(self, x_NK: Floats, targets_N: NDArray[np.integer]) -> Scores:
        """Raises ModelError for a target that is no word of the model."""
        N, K = x_NK.shape
        product, inputs = self._product, self._product.inputs
        targets_N = np.ascontiguousarray(targets_N, np.int64)
        assert targets_N.shape == (N,) and inputs <= K and x_NK.dtype == np.float32
        if N and (targets_N.min() < 0 or targets_N.max() >= self.count):
            raise ModelError("a token has an id that the model does not know")
        out_4N = np.empty((4, N), np.float32)
        weights, bias = product.weights
        own: tuple[int | None, ...] = (at(x_NK), weights, None, None, K, None)
        if self._int16:
            inputs, (paired, scale) = padded(inputs, 2), self._int16
            x_int16_NK = np.zeros((N, inputs), np.int16)
            np.rint(x_NK[:, : product.inputs] * ONE, out=x_int16_NK[:, : product.inputs], casting="unsafe")
            own = (None, None, at(x_int16_NK), at(paired), inputs, at(scale))
        self._library.run(WordsCall(N, inputs, product.outputs, *own, bias, at(targets_N), *map(at, out_4N)))
        target, most, total, weighted = out_4N.astype(np.float64)
        log_total = np.log(total)
        return Scores(log_total + most - target, log_total - math.log(2) * weighted / total)
