"""Features of a token: additional rows of the embedding table.

The affixes of a rare word and the neighbours of a Chinese character are informative.  So each token is a bag of F = 4
rows, whose embeddings are summed: the token itself, and hashed features

* of a word: its first four and its last three characters (like fastText's subwords, but only two);
* of a Chinese or Japanese character, or a syllable of another script without spaces: the bigrams with the previous and
  the next one;
* of both, if they have capitals or are numbers: their spelling (``casing.py``); otherwise row 0, which is zero.

Features are hashed into ``buckets`` rows after those of the vocabulary, so unknown words still have affixes, and
bigrams not seen in training get a row too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.casing import SPELLINGS
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.scripts import APART

FEATURES = 4
_CJK = re.compile(r"[⺀-鿿豈-﫿ｦ-ﾟ𠀀-𳎯]")
PREVIOUS, CURRENT, NEXT_SALT = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0x165667B19E3779F9),
)


def affixes(word: str) -> tuple[str, str]:
    """A word's first four and last three characters."""
    return f"<{word[:4]}", f"{word[-3:]}>"


class FeatureTable:
    """Maps token ids to the rows of their features; a token's rows are computed when it first occurs."""

    def __init__(self, word: Callable[[int], str], vocab_size: int, buckets: int, *, unspaced: bool = True) -> None:
        """``word`` returns the token of an id below ``vocab_size``.

        Args:
            unspaced: tokens of Thai and similar scripts are syllables; in models of version 0.1.0 they are not.
        """
        self.word, self.vocab_size, self.buckets = word, vocab_size, buckets
        self._unspaced = unspaced
        self.has_neighbours = np.zeros(vocab_size, np.bool_)
        self.rows = np.full((vocab_size, FEATURES), -1, np.int32)
        spelling = [0, *(self._row(f"={kind}") for kind in range(1, SPELLINGS))]
        self.spelling = np.array(spelling, np.int32)
        """The rows of the spellings."""

    def _compute(self, ids_N: Ids) -> None:
        """Compute the rows of new tokens; hashing the whole vocabulary would delay the first answer."""
        for i in set(ids_N[self.rows[ids_N, 0] < 0].tolist()):  # np.unique would import numpy.ma
            word = self.word(i)
            self.has_neighbours[i] = self.is_apart(word)
            self.rows[i] = i, *self.of_word(word), 0

    def is_apart(self, word: str) -> bool:
        """Whether it is a character or syllable of a script without spaces, whose features are its neighbours."""
        return _CJK.match(word) is not None or (self._unspaced and APART.match(word) is not None)

    def of_word(self, word: str) -> tuple[int, int]:
        """The affix rows of any word."""
        first, last = affixes(word)
        return self._row(first), self._row(last)

    def _row(self, feature: str) -> int:
        return zlib.crc32(feature.encode("utf-8", "replace")) % self.buckets + self.vocab_size

    def expand(self, ids_N: Ids, starts: Ids, spelling_N: NDArray[np.integer]) -> Ids:
        """The rows of every token [N, F], from the concatenated ids of texts [N]; ``starts`` are where texts begin."""
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
        mixed = (left * PREVIOUS) ^ (right * CURRENT + NEXT_SALT)
        mixed ^= mixed >> np.uint64(29)
        mixed *= PREVIOUS
        rows: NDArray[np.int64] = ((mixed >> np.uint64(32)) % np.uint64(self.buckets)).astype(np.int64)
        return rows + self.vocab_size
