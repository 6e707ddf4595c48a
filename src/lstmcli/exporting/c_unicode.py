"""What a program in C has to know of Unicode to cut texts as ``tokenizers`` and Python do.

The classes of characters are asked of ``tokenizers`` itself, whose regular expressions cut the words; the rest is what
Python says: lower case, composition, and the context of the Greek letter that ends a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from typing import NamedTuple

from tokenizers import Regex, pre_tokenizers

from lstmcli.tokenization.scripts import CJK, HANGUL, UNSPACED

CHARACTERS = [chr(i) for span in (range(0xD800), range(0xE000, 0x32400), range(0xE0000, 0xE0200)) for i in span]
"""All that are assigned or may be soon, without surrogates and private planes."""
PATTERNS = {
    "LETTER": r"\p{L}",
    "MARK": r"\p{M}",
    "NUMBER": r"\p{N}",
    "SPACE": r"\s",
    "CJK": f"[{CJK}{HANGUL}]",
    "UNSPACED": f"[{UNSPACED}]",
}
"""Classes of the tokenizer's regular expressions."""
LAST_CASED = 0x2E80
"""Spelling looks at the scripts with case only."""


class Tables(NamedTuple):
    """Tables of a program, flat."""

    names: list[str]
    """The classes; the n-th has the bit 1 << n."""
    classes: list[int]
    """First and last character and the classes of each span, in order."""
    lower: list[int]
    """A character and two of its lower case, the second 0 if there is none."""
    decomposed: list[int]
    """A character and four of its decomposition, 0 after its end."""
    combining: list[int]
    """First and last character and the combining class of each span."""
    composed: list[int]
    """Two characters and what they make together."""


@cache
def tables() -> Tables:
    """The tables."""
    own: dict[str, Callable[[str], bool]] = {
        "UPPER": lambda c: ord(c) < LAST_CASED and c.isupper(),
        "LOWER": lambda c: ord(c) < LAST_CASED and c.islower(),
        "DIGIT": lambda c: ord(c) < LAST_CASED and c.isdecimal(),
        "BLANK": str.isspace,
        "IGNORED": lambda c: _ends(f"A{c}Σ") and not _ends(f"{c}Σ"),
        "CASED": lambda c: _ends(f"{c}Σ"),
    }
    members = {name: _matched(pattern) for name, pattern in PATTERNS.items()}
    members |= {name: {c for c in CHARACTERS if holds(c)} for name, holds in own.items()}
    bits = dict.fromkeys(CHARACTERS, 0)
    for place, found in enumerate(members.values()):
        for character in found:
            bits[character] |= 1 << place
    lower = [(ord(c), *map(ord, c.lower()), 0)[:3] for c in CHARACTERS if c.lower() != c]
    decomposed = []
    composed = []
    for c in CHARACTERS:
        parts = unicodedata.normalize("NFD", c)
        if parts == c or 0xAC00 <= ord(c) <= 0xD7A3:
            continue  # syllables of Hangul are computed
        decomposed.append((ord(c), *map(ord, parts), 0, 0, 0)[:5])
        pair = [chr(int(code, 16)) for code in unicodedata.decomposition(c).split()]
        if len(pair) == 2 and unicodedata.normalize("NFC", "".join(pair)) == c:
            composed.append((ord(pair[0]), ord(pair[1]), ord(c)))
    return Tables(
        [*members],
        _spans(bits.items()),
        _flat(lower),
        _flat(decomposed),
        _spans((c, unicodedata.combining(c)) for c in CHARACTERS),
        _flat(sorted(composed)),
    )


def _matched(pattern: str) -> set[str]:
    """The characters that a class of the tokenizer's regular expressions has."""
    splitter = pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)
    return {piece for piece, _ in splitter.pre_tokenize_str("".join(CHARACTERS))}


def _ends(text: str) -> bool:
    """Whether the last letter, a Σ, is taken for the end of a word."""
    return text.lower().endswith("ς")


def _spans(values: Iterable[tuple[str, int]]) -> list[int]:
    """First and last character and the value of each run of characters with one value, without those of 0."""
    found: list[tuple[int, ...]] = []
    for (value, _), run in groupby(((value, ord(c)) for c, value in values), lambda each: (each[0], _block(each[1]))):
        codes = [code for _, code in run]
        if value:
            found.append((codes[0], codes[-1], value))
    return _flat(found)


def _block(code: int) -> int:
    """Runs of ``CHARACTERS`` without a gap."""
    return (code >= 0xE000) + (code >= 0xE0000)


def _flat(rows: Iterable[tuple[int, ...]]) -> list[int]:
    return [number for row in rows for number in row]


def c_string(text: str) -> str:
    """A text as a string literal of C, in ASCII."""
    escaped = "".join(chr(byte) if chr(byte) in _PLAIN else f"\\{byte:03o}" for byte in text.encode("utf-8", "replace"))
    return f'"{escaped}"'


_PLAIN = set(map(chr, range(0x20, 0x7F))) - set('"\\?%')


def safe_comment(text: str) -> str:
    """A text that can stand in a comment of C."""
    return re.sub(r"[^\x20-\x7e]|\*/", "?", text)
