"""The spelling of a word: which characters are capitals or digits, information that lower-casing removes.

"US" is not "us", but a cased vocabulary would see each form of a word less often.  So the vocabulary is lower-cased and
the spelling is an additional feature (Collobert et al. 2011, section 3.2.1).

Shapes: N characters of all texts, M words.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

PLAIN, TITLE, INITIAL, CAPITALS, MIXED, DIGITS, CODE = 0, 1, 2, 3, 4, 5, 9
"""apple, Apple, A, IBM, iPhone, 7 (6, 7 and 8: two, three, more digits), B52."""
SPELLINGS = 10
_SCRIPTS_WITH_CASE = 0x2E80
"""First character after the scripts with case (CJK begins here); rare exceptions are ignored."""


@cache
def _tables(size: int) -> tuple[NDArray[np.bool_], ...]:
    """Masks of the characters below ``size`` that are upper case, lower case and digits."""
    characters = [chr(i) for i in range(size)]
    return tuple(
        np.array([*map(kind, characters), False]) for kind in (str.isupper, str.islower, str.isdecimal)
    )  # the last entry stands for all other characters


def spellings(text: str, first_M: NDArray[np.integer], last_M: NDArray[np.integer]) -> NDArray[np.intp]:
    """Spelling of each word ``text[first:last]``, one of the constants above; words must not be empty."""
    codes_N = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    size = 128 if text.isascii() else _SCRIPTS_WITH_CASE
    codes_N = np.minimum(codes_N, size)
    upper_N, lower_N, digit_N = (table[codes_N] for table in _tables(size))
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
