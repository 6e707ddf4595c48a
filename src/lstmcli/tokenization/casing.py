"""How a word was written, which lower-casing takes away: its capitals and digits.

"US" is not "us" and "Apple" is seldom "apple"; but a vocabulary with both would halve what is seen of each word.
So the vocabulary is lower-cased and the spelling is a feature beside it (Collobert et al. 2011, section 3.2.1).

Shapes: N characters of all texts, M words.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

PLAIN, TITLE, INITIAL, CAPITALS, MIXED, DIGITS, CODE = 0, 1, 2, 3, 4, 5, 9
"""apple, Apple, A, IBM, iPhone, 7 (and the three after it: two, three, more digits), B52."""
SPELLINGS = 10
_SCRIPTS_WITH_CASE = 0x2E80
"""The first character beyond them, but for some that hardly anybody writes; CJK begins here."""


@cache
def _tables(size: int) -> tuple[NDArray[np.bool_], ...]:
    """Of the characters below ``size``, which are upper case, lower case, digits."""
    characters = [chr(i) for i in range(size)]
    return tuple(
        np.array([*map(kind, characters), False]) for kind in (str.isupper, str.islower, str.isdecimal)
    )  # the last stands for every other character


def spellings(text: str, first_M: NDArray[np.integer], last_M: NDArray[np.integer]) -> NDArray[np.intp]:
    """How the words ``text[first:last]`` are written, each one of the constants above; no word is empty."""
    codes_N = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    size = 128 if text.isascii() else _SCRIPTS_WITH_CASE
    codes_N = np.minimum(codes_N, size)
    upper_N, lower_N, digit_N = (table[codes_N] for table in _tables(size))
    upper_M, lower_M, digits_M = (_count(mask_N, first_M, last_M) for mask_N in (upper_N, lower_N, digit_N))
    length_M = last_M - first_M
    found = np.full(len(first_M), MIXED)
    found[upper_N[first_M] & (upper_M == 1)] = TITLE
    found[lower_M == 0] = CAPITALS
    found[(length_M == 1) & (upper_M == 1)] = INITIAL
    found[digits_M > 0] = CODE
    number = digits_M == length_M
    found[number] = DIGITS + np.minimum(length_M[number], 4) - 1
    found[(upper_M == 0) & ((lower_M > 0) | (digits_M == 0))] = PLAIN
    return found


def _count(mask_N: NDArray[np.bool_], first_M: NDArray[np.integer], last_M: NDArray[np.integer]) -> NDArray[np.int64]:
    """How many of each word's characters are in the mask."""
    before = np.zeros(len(mask_N) + 1, np.int64)
    np.cumsum(mask_N, out=before[1:])
    counts: NDArray[np.int64] = before[last_M] - before[first_M]
    return counts
