"""Places of words in the order in which they were first met."""

from __future__ import annotations


class Places(dict[str, int]):
    """The place of each word; a new word gets the next one."""

    def __missing__(self, word: str) -> int:
        place = self[word] = len(self)
        return place
