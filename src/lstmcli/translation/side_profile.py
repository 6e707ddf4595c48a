"""What the two sides of the training data look like, so that a text of another kind is noticed when it is translated.

The profile is stored in ``config.json``: the scripts of each side, its most frequent words, and its longest text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lstmcli.data.scripts import scripts
from lstmcli.translation.batches import Lines, lengths

WORDS, SAMPLE = 100, 20_000
"""Words of each side that are kept, and texts that they are counted in."""
RARE = 0.001
"""Share of letters below which a script is not one of the language."""
MAX_WORD = 40
"""Characters of a word that is kept."""


@dataclass(frozen=True)
class SideProfile:
    """One side of the training data."""

    longest: int | None = None
    """Tokens of its longest text, the end among them; None if it is not known."""
    scripts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The most frequent words between blanks, in lower case."""

    @classmethod
    def of(cls, texts: Collection[str], ids: Lines) -> SideProfile:
        """The profile of texts and their ids."""
        letters = scripts(texts)
        total = sum(letters.values())
        kept = tuple(sorted(name for name, times in letters.items() if times >= RARE * total))
        counts = Counter(
            word for text in islice(texts, SAMPLE) for word in text.lower().split() if len(word) <= MAX_WORD
        )
        words = tuple(word for word, times in counts.most_common(WORDS) if times > 1)
        return cls(int(lengths(ids).max(initial=0)), kept, words)

    @classmethod
    def read(cls, stored: Any) -> SideProfile:
        """From ``config.json``; what is missing or wrong there is not known."""
        if not isinstance(stored, Mapping):
            return cls()
        longest = stored.get("longest")
        return cls(longest if type(longest) is int else None, _names(stored, "scripts"), _names(stored, "words"))


def _names(stored: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = stored.get(name)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
