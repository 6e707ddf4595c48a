"""Tell UTF-16 and UTF-32 without a byte order mark from other bytes, and their byte orders apart.

Text has spaces and line ends, and in the wrong byte order those are U+2000, U+0A00 and U+0D00, which nobody writes.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_CODECS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_BLANKS = " \n\r"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
_ASCII_TEXT = re.compile(rb"[\0\t\n\r\x20-\x7e]*")
"""Text of one byte a character with stray NUL bytes, unless most of its spaces and line ends have one beside them."""
_SPACES = "\t\n\v\f\r\x1b\x85"
_OF_NATIONS = ("gb2312", "big5", "cp932", "euc_kr")
"""Standards with the Hanzi and Hangul in daily use; bytes that are no text make those of all Unicode."""
_MOSTLY = 0.9


def detected_wide(head: bytes) -> str | None:
    """The codec of the start of a file in which line ends and Western letters have NUL bytes, as text has them."""
    if b"\0" not in head:
        return None
    return next((c.codec for c in _candidates(head, _CODECS) if c.blanks or c.ascii >= _MOSTLY), None)


def wide_codec(head: bytes, family: str) -> str | None:
    """The codec of ``family``, utf-16 or utf-32, in which the start of a file is text; None if there is none."""
    return next((c.codec for c in _candidates(head, [codec for codec in _CODECS if codec.startswith(family)])), None)


class _Candidate(NamedTuple):
    """How well bytes read as text; more is better."""

    blanks: int
    familiar: float
    ascii: float
    codec: str


def _candidates(head: bytes, names: Iterable[str]) -> list[_Candidate]:
    """The codecs in which the bytes are text, the likeliest first."""
    found: list[_Candidate] = []
    narrow = sum(head.count(c.encode()) for c in _BLANKS) if _ASCII_TEXT.fullmatch(head) else 0
    for codec in names:
        text = _decoded(head, codec)
        if not text or _NO_TEXT.search(text):
            continue
        characters = Counter(text)
        blanks = sum(characters[c] for c in _BLANKS)
        familiar = sum(n for c, n in characters.items() if _familiar(c)) / len(text)
        if familiar > _MOSTLY and blanks >= narrow / 2:
            found.append(_Candidate(blanks, familiar, sum(c < "\x80" for c in text) / len(text), codec))
    return sorted(found, key=lambda candidate: candidate[:-1], reverse=True)


def _decoded(head: bytes, codec: str) -> str:
    """The text of the start of a file, which may be cut within a character; empty if it is no such text."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return ""


@lru_cache(maxsize=1 << 16)
def _familiar(character: str) -> bool:
    """Whether it is assigned, of any script, and if it is a Hanzi or of Hangul, in use."""
    if "\u3400" <= character < "\ua000" or "\uac00" <= character < "\ud7a4":
        return any(_has(codec, character) for codec in _OF_NATIONS)
    category = unicodedata.category(character)  # Cf: joiners, marks of direction
    return category[0] in "LMNPSZ" or category == "Cf" or character in _SPACES


def _has(codec: str, character: str) -> bool:
    try:
        return bool(character.encode(codec))
    except UnicodeEncodeError:
        return False
