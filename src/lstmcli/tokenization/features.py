"""Features of a token: additional rows of the embedding table.

The affixes of a rare word and the neighbours of a Chinese character are informative.  So each token is a bag of F = 4
rows, whose embeddings are summed: the token itself, and hashed features

* of a word: its first four and its last three characters (like fastText's subwords, but only two);
* of a Chinese or Japanese character, or a syllable of Korean or a script without spaces: the bigrams with the previous
  and the next one;
* of both, if they have capitals or are numbers: their spelling; otherwise row 0, which is zero.  "US" is not "us", but
  a cased vocabulary would see each form of a word less often, so case is a feature (Collobert et al. 2011, 3.2.1).

Features are hashed into ``buckets`` rows after those of the vocabulary, so unknown words still have affixes, and
bigrams not seen in training get a row too.

Shapes: N tokens or characters of all texts, M words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import library
from lstmcli.engine.native_product import at
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.scripts import APART

PLAIN, TITLE, INITIAL, CAPITALS, MIXED, DIGITS, CODE = 0, 1, 2, 3, 4, 5, 9
"""apple, Apple, A, IBM, iPhone, 7 (6, 7 and 8: two, three, more digits), B52."""
SPELLINGS = 10
SCRIPTS_WITH_CASE = 0x2E80
"""The first character after the scripts with case, where CJK begins."""
FEATURES = 4
_CJK = "[⺀-鿿豈-﫿ｦ-ﾟ𠀀-𳎯]"
"""From U+8C48 to U+FAFF, so Hangul too, also in models whose tokens are Korean words: stored models rely on it."""
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
        if word.isascii():  # the expression takes milliseconds to compile
            return False
        return re.match(_CJK, word) is not None or (self._unspaced and APART.match(word) is not None)

    def of_word(self, word: str) -> tuple[int, int]:
        """The affix rows of any word."""
        first, last = affixes(word)
        return self._row(first), self._row(last)

    def of_ascii_words(self, words: Sequence[str]) -> Ids:
        """The affix rows [M, 2] of ASCII words."""
        if (found := library()) is None:
            return np.array([self.of_word(word) for word in words], np.int32).reshape(-1, 2)
        letters, ends_M = "".join(words).encode("ascii"), np.cumsum([*map(len, words)], dtype=np.int64)
        hashes_M2 = np.empty((len(words), 2), np.uint32)
        found.affixes(letters, at(ends_M), len(words), at(hashes_M2))
        return (hashes_M2 % self.buckets + self.vocab_size).astype(np.int32)

    def _row(self, feature: str) -> int:
        return zlib.crc32(feature.encode("utf-8", "replace")) % self.buckets + self.vocab_size

    def expand(self, ids_N: Ids, starts: Ids, spelling_N: NDArray[np.integer]) -> Ids:
        """The rows of every token [N, F], from the concatenated ids of texts [N]; ``starts`` are where texts begin."""
        self._compute(ids_N)
        rows_NF = self.rows[ids_N]
        rows_NF[:, 3] = self.spelling[spelling_N]
        near = np.flatnonzero(self.has_neighbours[ids_N])
        if near.size:
            padded = np.zeros(len(ids_N) + 2, np.uint64)
            padded[1:-1] = ids_N
            before, after = padded[:-2].copy(), padded[2:].copy()
            before[starts] = 0
            after[starts[1:] - 1] = 0
            here = padded[1:-1]
            rows_NF[near, 1] = self._pair(before[near], here[near])
            rows_NF[near, 2] = self._pair(here[near], after[near])
        return rows_NF

    def _pair(self, left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.int64]:
        mixed = (left * PREVIOUS) ^ (right * CURRENT + NEXT_SALT)
        mixed ^= mixed >> np.uint64(29)
        mixed *= PREVIOUS
        rows: NDArray[np.int64] = ((mixed >> np.uint64(32)) % np.uint64(self.buckets)).astype(np.int64)
        return rows + self.vocab_size


# Spellings


@cache
def kinds_of_letters(size: int) -> tuple[NDArray[np.bool_], ...]:
    """Masks of the characters below ``size`` that are upper case, lower case and digits."""
    characters = [chr(i) for i in range(size)]
    return tuple(
        np.array([*map(kind, characters), False]) for kind in (str.isupper, str.islower, str.isdecimal)
    )  # the last entry stands for all other characters


def spellings(text: str, first_M: NDArray[np.integer], last_M: NDArray[np.integer]) -> NDArray[np.intp]:
    """Spelling of each word ``text[first:last]``, one of the constants above; words must not be empty."""
    codes_N = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    size = 128 if text.isascii() else SCRIPTS_WITH_CASE
    codes_N = np.minimum(codes_N, size)
    upper_N, lower_N, digit_N = (table[codes_N] for table in kinds_of_letters(size))
    upper_M, lower_M, digits_M = (_count(mask_N, first_M, last_M) for mask_N in (upper_N, lower_N, digit_N))
    length_M = last_M - first_M
    result = np.full(len(first_M), MIXED)
    result[upper_N[first_M] & (upper_M == 1)] = TITLE
    result[lower_M == 0] = CAPITALS
    result[(length_M == 1) & (upper_M == 1)] = INITIAL
    result[digits_M > 0] = CODE
    number = digits_M == length_M
    result[number] = DIGITS + np.minimum(length_M[number], 4) - 1
    result[(upper_M == 0) & ((lower_M > 0) | (digits_M == 0))] = PLAIN
    return result


def _count(mask_N: NDArray[np.bool_], first_M: NDArray[np.integer], last_M: NDArray[np.integer]) -> NDArray[np.int64]:
    """Number of characters of each word that are in the mask."""
    before = np.zeros(len(mask_N) + 1, np.int64)
    np.cumsum(mask_N, out=before[1:])
    counts: NDArray[np.int64] = before[last_M] - before[first_M]
    return counts
