r"""Scripts that are cut into characters or syllables, and their tokens.

============================================  ==============================================================
Chinese and Japanese                          characters
Burmese                                       syllables, including the final consonant
Thai, Lao, Khmer, Javanese, Balinese, Tai …   clusters: a consonant with all marks around it (for Thai and Lao:
                                              Theeramunkong et al. 2000, "Character Cluster Based Thai IR")
Tibetan                                       syllables; the mark between them is treated as a space
Korean                                        syllables: words have spaces but many endings; letters that stand
                                              alone, as in ㅋㅋㅋ, are words
============================================  ==============================================================

The patterns are in the syntax of ``tokenizers`` (Oniguruma), except the last, which is Python's.
"""

from __future__ import annotations

import re

CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
HANGUL = r"\uac00-\ud7a3"
UNSPACED = (
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Javanese}\p{Balinese}"
    r"\p{Tai_Tham}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Viet}\p{Yi}"
)
"""The other scripts without spaces, except Tibetan, which separates syllables by marks."""

_LETTER = rf"[\p{{L}}&&[{UNSPACED}]]"
_BEFORE = r"[\u0e40-\u0e44\u0ec0-\u0ec4]{0,2}"  # vowels written before their consonant; two of one kind: a typing error
_STACKED = rf"[\u17d2\u1039\ua9c0\u1b44\u1a60]{_LETTER}"  # a consonant below the one before it
_AM = r"[\u0e33\u0eb3]"  # marks that Unicode has as letters
_CODA = r"[\u1000-\u102a](?=\u1037?[\u1039\u103a])"  # closes a Burmese syllable
_AFTER = r"[\u0e30\u0e32\u0e45\u0eb0\u0eb2]?"  # vowels written after their consonant
CLUSTER = (
    rf"{_BEFORE}{_LETTER}(?:{_STACKED}|\p{{M}}|{_AM}|{_CODA})*{_AFTER}"
    rf"|[\p{{N}}&&[{UNSPACED}]]+|[\p{{M}}&&[{UNSPACED}]]+"
)
"""A cluster or syllable of these scripts, a number in their digits, or marks that stand alone."""
GAP = rf"[\u0f0b\u0f0c]|(?<=[{UNSPACED}])\u200b"
"""The mark between Tibetan syllables, and the zero-width space that some writers put between words."""

APART = re.compile(
    "[\u0e01-\u0e3a\u0e40-\u0e5b\u0e80-\u0edf\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"
    "\u1b00-\u1b7f\ua000-\ua4cf\ua980-\ua9df\ua9e0-\ua9fe\uaa60-\uaadf]"
)
"""Matches the first character of a token in the scripts without spaces, including Tibetan."""
