"""How many words a text has, in any script: one count for every guess that needs it."""

from __future__ import annotations

import re

_TWO = re.compile(r"[\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff]")
"""Chinese and Japanese: a word for two characters."""
_FIVE = re.compile(r"[\u0e00-\u109f\u1780-\u17ff]")  # Thai, Lao, Tibetan, Burmese, Khmer: a word for five


def word_count(text: str) -> float:
    """Words between blanks, and those of scripts that are written without."""
    count = len(text.split())
    return count if text.isascii() else count + len(_TWO.findall(text)) / 2 + len(_FIVE.findall(text)) / 5
