"""The linear n-gram model of the ensemble: extract the n-grams of a text and sum their weights.

N-grams of token ids are identified by a 64-bit hash; those with an unknown token are ignored.  Features are binary:
presence, not frequency (Wang & Manning 2012, section 2.3).  The table maps a hash to a row of C weights.

Shapes: N texts, M n-grams of all texts, C labels, P rows of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.ngrams.native import NativeNgrams
from lstmcli.engine.native import library
from lstmcli.errors import ModelError

Keys = NDArray[np.uint64]
KEYS, WEIGHTS, BIAS, ORDER = "keys", "weights", "bias", "order"
MAX_WEIGHTS = 4_000_000
"""Maximum weights of a table.  A fit needs 28 vectors of that size in double precision, at most 0.9 GB."""
_UNKNOWN_ID = 1
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xBF58476D1CE4E5B9)


def max_rows(classes: int) -> int:
    """Maximum number of rows of a table."""
    return max(1, MAX_WEIGHTS // classes)


def ngram_keys(encoded: Sequence[NDArray[np.int32]], order: int) -> tuple[Keys, NDArray[np.int64]]:
    """The distinct n-grams of each text, for n = 1 to ``order``.

    Returns:
        their keys and the indices of their texts, both [M], sorted by text, then key.
    """
    keys, owners = all_ngram_keys(*_joined(encoded), order)
    sort = np.lexsort((keys, owners))
    keys, owners = keys[sort], owners[sort]
    first = np.ones(len(keys), np.bool_)
    first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    return keys[first], owners[first]


def _joined(encoded: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The token ids of texts, concatenated, and the lengths of the texts."""
    ids_T = np.concatenate([np.zeros(0, np.int32), *(text[:, 0] for text in encoded)])
    return ids_T, np.fromiter(map(len, encoded), np.int64, len(encoded))


def all_ngram_keys(
    ids_T: NDArray[np.int32], lengths_N: NDArray[np.int64], order: int
) -> tuple[Keys, NDArray[np.int64]]:
    """The keys of all n-grams of texts, repeated ones too, and the indices of their texts, both [M].

    Args:
        ids_T: the token ids of N texts, concatenated.
    """
    owner = np.repeat(np.arange(len(lengths_N)), lengths_N)
    keys, owners = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for found, starts in ngrams_by_length(ids_T, owner, order):
        keys.append(found)
        owners.append(owner[starts])
    return np.concatenate(keys), np.concatenate(owners)


def ngrams_by_length(
    ids_T: NDArray[np.int32], owner_T: NDArray[np.int64], order: int
) -> Iterator[tuple[Keys, NDArray[np.int64]]]:
    """For n = 1 to ``order``: the keys of all n-grams, and the places of their first tokens."""
    ids = ids_T.astype(np.uint64)
    known = ids != _UNKNOWN_ID
    running = np.zeros(len(ids), np.uint64)
    valid = np.ones(len(ids), np.bool_)
    for n in range(1, order + 1):
        here = len(ids) - n + 1
        if here <= 0:
            break
        running = (running[:here] + ids[n - 1 :] + np.uint64(n)) * MULTIPLIER
        running ^= running >> np.uint64(31)
        running *= MIX
        running ^= running >> np.uint64(28)
        valid = valid[:here] & known[n - 1 :]
        starts = np.flatnonzero(valid & (owner_T[:here] == owner_T[n - 1 :]))
        yield running[starts], starts


class NgramTable:
    """Scores texts by their n-grams."""

    def __init__(self, order: int, keys: Keys, weights_PC: NDArray[np.float16], bias_C: NDArray[np.float32]) -> None:
        self.order, self.keys, self.weights_PC, self.bias_C = order, keys, weights_PC, bias_C

    @cached_property
    def _native(self) -> NativeNgrams | None:
        """The same table for our own library, if it was built and the arrays are such as training writes."""
        found, usual = library(), [self.weights_PC.dtype, self.bias_C.dtype] == ["float16", "float32"]
        if found is None or not usual or not (self.keys[1:] > self.keys[:-1]).all():
            return None
        return NativeNgrams(found, self.order, self.keys, self.weights_PC, self.bias_C)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[np.generic]]) -> NgramTable:
        """The table from the result of ``tensors`` or of ``packed.pack``.  Raises: KeyError, ModelError."""
        if KEYS not in tensors:
            from lstmcli.classification.ngrams.packed import unpack

            return unpack(tensors)
        keys = np.asarray(tensors[KEYS]).view(np.uint64)
        order = int(np.asarray(tensors[ORDER]).reshape(-1)[0])
        return cls(order, keys, np.asarray(tensors[WEIGHTS]), np.asarray(tensors[BIAS], np.float32))

    def check(self, order: int, C: int) -> None:
        """Raises ModelError if it is not a table of n-grams up to ``order`` for ``C`` labels."""
        P = len(self.keys)
        found = (self.order, self.keys.shape, self.weights_PC.shape, self.bias_C.shape)
        if found != (order, (P,), (P, C), (C,)) or not np.issubdtype(self.weights_PC.dtype, np.floating):
            raise ModelError("the table is not the one that the config describes")

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """The table as tensors for ``ngrams.safetensors`` (keys as int64 bits)."""
        return {
            KEYS: self.keys.view(np.int64),
            WEIGHTS: self.weights_PC,
            BIAS: self.bias_C,
            ORDER: np.array([self.order], np.int64),
        }

    def scaled(self, factor: float) -> NgramTable:
        """The table of scores ``factor`` times as large."""
        weights_PC = (self.weights_PC.astype(np.float32) * np.float32(factor)).astype(np.float16)
        return NgramTable(self.order, self.keys, weights_PC, self.bias_C * np.float32(factor))

    def lookup(self, encoded: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the table for the distinct n-grams of the texts, and the indices of their texts, both [M]."""
        return self._find(*ngram_keys(encoded, self.order))

    def _find(self, keys: Keys, owners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the table for the n-grams that are in it, and the indices of their texts."""
        if not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[rows] == keys
        return rows[found], owners[found]

    def known_share(self, encoded: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
        """The share of the n-grams of each text that are in the table, repeated ones as often as they occur, [N]."""
        ids_T, lengths_N = _joined(encoded)
        _, owners = self._find(*all_ngram_keys(ids_T, lengths_N, self.order))
        all_N = sum(np.maximum(0, lengths_N - n) for n in range(self.order))
        return np.bincount(owners, minlength=len(encoded)) / np.maximum(1, all_N)

    def scores(self, encoded: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """Weighted log-odds of each label, which are added to the network's logits, [N, C]."""
        if encoded and self._native:
            return self._native.scores(encoded)
        return self.sum(*self.lookup(encoded), len(encoded))

    def joined_scores(self, ids_M: NDArray[np.int32], lengths_N: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores [N, C] of texts whose token ids are concatenated."""
        if len(lengths_N) and self._native:
            return self._native.joined_scores(ids_M, lengths_N)
        return self.scores(np.split(ids_M[:, None], lengths_N.cumsum()[:-1]))

    def sum(self, rows: NDArray[np.int64], owners: NDArray[np.int64], N: int) -> NDArray[np.float32]:
        """The scores [N, C] from rows of the table and the indices of their texts, both [M]."""
        scores_NC = np.tile(self.bias_C, (N, 1)).astype(np.float32)
        np.add.at(scores_NC, owners, self.weights_PC[rows].astype(np.float32))
        return scores_NC
