"""Looking up n-grams with our own library: the scores of ``table.py``, bit for bit, in a tenth of the time.

Shapes: N texts, M tokens of all texts, C labels, P rows of the table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library, NgramTableCall
from lstmcli.engine.native_product import at


class NativeNgrams:
    """A hash table of the keys, beside the arrays of an n-gram table."""

    def __init__(
        self,
        library: Library,
        order: int,
        keys_P: NDArray[np.uint64],
        weights_PC: NDArray[np.float16],
        bias_C: NDArray[np.float32],
    ) -> None:
        """The keys are ascending."""
        (P, C), self.order = weights_PC.shape, order
        assert keys_P.shape == (P,) and bias_C.shape == (C,)
        assert [keys_P.dtype, weights_PC.dtype, bias_C.dtype] == ["uint64", "float16", "float32"]
        self._library = library
        arrays = [np.require(array, requirements=["C", "A"]) for array in (keys_P, weights_PC, bias_C)]
        self._kept = *arrays, np.zeros(1 << (2 * P).bit_length(), np.int32)
        self._table = NgramTableCall(order, P, C, *map(at, self._kept), len(self._kept[-1]))
        library.index_ngrams(self._table)
        self._classes = C

    def scores(self, encoded: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """As ``NgramTable.scores``: [N, C]."""
        lengths_N = np.fromiter(map(len, encoded), np.int64, len(encoded))
        return self.joined_scores(np.ascontiguousarray(np.concatenate(encoded)[:, 0], np.int32), lengths_N)

    def joined_scores(self, ids_M: NDArray[np.int32], lengths_N: NDArray[np.int64]) -> NDArray[np.float32]:
        """As ``NgramTable.joined_scores``; at least one text."""
        scores_NC = np.empty((len(lengths_N), self._classes), np.float32)
        first = np.zeros(len(lengths_N) + 1, np.int64)
        lengths_N.cumsum(out=first[1:])
        found = np.empty(self.order * int(lengths_N.max()), np.int32)
        self._library.score_ngrams(self._table, at(ids_M), at(first), len(lengths_N), at(found), at(scores_NC))
        return scores_NC
