"""The scripts of a text, by the names of its letters in Unicode."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

COMMON = frozenset({"FULLWIDTH", "HALFWIDTH", "MODIFIER", "MATHEMATICAL", "FEMININE", "MASCULINE", "MICRO", "KELVIN"})
"""First words of names of letters that belong to no script of their own."""

_NAMES = {"CJK": "Chinese", "IDEOGRAPHIC": "Chinese"}


@lru_cache(maxsize=20_000)
def script(character: str) -> str:
    """The script of a letter, as ``Latin`` or ``Chinese``; empty for what is no letter, or belongs to any script."""
    if not character.isalpha():
        return ""
    word = unicodedata.name(character, "").partition(" ")[0]
    return "" if word in COMMON else _NAMES.get(word, word.capitalize())


def scripts(texts: Iterable[str]) -> Counter[str]:
    """How many letters of each script the texts have."""
    characters: Counter[str] = Counter()
    for text in texts:
        characters.update(text)
    found: Counter[str] = Counter()
    for character, times in characters.items():
        if name := script(character):
            found[name] += times
    return found
