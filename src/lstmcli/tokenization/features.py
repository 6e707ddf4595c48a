"""What a token is made of, beside its id: rows of one embedding table.

A rare word says much through its affixes and a Chinese character through its neighbours.  So each
token is a bag of F = 4 rows, whose embeddings are summed: the token itself, and hashed features

* of a word: its first four characters, and its last three (as fastText's sub-words, but two, not all);
* of a Chinese or Japanese character, or a syllable of another script without spaces: the pair with the one before it,
  and the pair with the one after;
* of either, where it has capitals or is a number: how it was written (``casing.py``), else row 0, which is nothing.

Features are hashed into ``buckets`` rows that follow the vocabulary's, so the unknown word keeps its
affixes and a pair never seen in training falls where it may.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.casing import SPELLINGS
from lstmcli.tokenization.scripts import APART

Ids = NDArray[np.int32]

FEATURES = 4
_CJK = re.compile(r"[⺀-鿿豈-﫿ｦ-ﾟ𠀀-𳎯]")
_PREVIOUS, _CURRENT, _NEXT_SALT = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0x165667B19E3779F9),
)


def affixes(word: str) -> tuple[str, str]:
    """A word's first four and last three characters."""
    return f"<{word[:4]}", f"{word[-3:]}>"


class FeatureTable:
    """Token id to the rows of its features; a token's are worked out when it is first met."""

    def __init__(self, word: Callable[[int], str], vocab_size: int, buckets: int, *, unspaced: bool = True) -> None:
        """``word`` gives the token of an id below ``vocab_size``.

        Args:
            unspaced: tokens of Thai and the like are syllables; of version 0.1.0 they are whole texts.
        """
        self.word, self.vocab_size, self.buckets = word, vocab_size, buckets
        self._unspaced = unspaced
        self.has_neighbours = np.zeros(vocab_size, np.bool_)
        self.rows = np.full((vocab_size, FEATURES), -1, np.int32)
        spelling = [0, *(self._row(f"={kind}") for kind in range(1, SPELLINGS))]
        self.spelling = np.array(spelling, np.int32)
        """The rows of the spellings."""

    def _compute(self, ids_N: Ids) -> None:
        """Works out the rows of tokens not met before: hashing a whole vocabulary would delay a first answer."""
        for i in set(ids_N[self.rows[ids_N, 0] < 0].tolist()):  # np.unique would import numpy.ma
            word = self.word(i)
            self.has_neighbours[i] = _CJK.match(word) is not None or (self._unspaced and APART.match(word) is not None)
            self.rows[i] = i, *self.of_word(word), 0

    def of_word(self, word: str) -> tuple[int, int]:
        """The affix rows of a word, in the vocabulary or not."""
        first, last = affixes(word)
        return self._row(first), self._row(last)

    def _row(self, feature: str) -> int:
        return zlib.crc32(feature.encode("utf-8", "replace")) % self.buckets + self.vocab_size

    def expand(self, ids_N: Ids, starts: Ids, spelling_N: NDArray[np.integer]) -> Ids:
        """Rows of every token: [N] ids of texts laid end to end, each beginning at one of ``starts`` -> [N, F]."""
        self._compute(ids_N)
        rows_NF = self.rows[ids_N]
        rows_NF[:, 3] = self.spelling[spelling_N]
        at = np.flatnonzero(self.has_neighbours[ids_N])
        if at.size:
            padded = np.zeros(len(ids_N) + 2, np.uint64)
            padded[1:-1] = ids_N
            before, after = padded[:-2].copy(), padded[2:].copy()
            before[starts] = 0
            after[starts[1:] - 1] = 0
            here = padded[1:-1]
            rows_NF[at, 1] = self._pair(before[at], here[at])
            rows_NF[at, 2] = self._pair(here[at], after[at])
        return rows_NF

    def _pair(self, left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.int64]:
        mixed = (left * _PREVIOUS) ^ (right * _CURRENT + _NEXT_SALT)
        mixed ^= mixed >> np.uint64(29)
        mixed *= _PREVIOUS
        rows: NDArray[np.int64] = ((mixed >> np.uint64(32)) % np.uint64(self.buckets)).astype(np.int64)
        return rows + self.vocab_size
