"""A fast path for ASCII text: the tokenizer's words, by Python's regular expressions, in a fifth of the time.

ASCII text needs no composition, lower-casing keeps its length, and the rows of a word depend on the word only.  So they
are computed once per word and cached.

Shapes: T tokens of a text, N tokens of all texts, F rows per token, M new words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, pairwise

import numpy as np

from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.tokenizer import ENDINGS

WORD = re.compile(rf"'(?:{ENDINGS})(?![a-z0-9])|\w+|[^\s\w]", re.ASCII | re.IGNORECASE)
"""``tokenizer.WORD`` for ASCII text."""
MAX_COUNT = 2**18
"""Cached words, about 50 MB; above this the cache is cleared."""


class AsciiWords:
    """Encodes ASCII texts as rows of the embedding, word by word."""

    def __init__(self, rows: Callable[[Sequence[str]], Ids]) -> None:
        """``rows`` computes the rows of M words, [M, F]."""
        self._rows_of = rows
        self.clear()

    def clear(self) -> None:
        """Clear the cache."""
        self._place: dict[str, int] = {}
        self._rows = self._rows_of([])

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Each text as [T, F], T at least 0; texts must be ASCII."""
        words = [WORD.findall(text) for text in texts]
        if len(self._place) > MAX_COUNT:
            self.clear()
        try:
            return self._look_up(words)
        except KeyError:
            self._add(words)
        return self._look_up(words)

    def _look_up(self, texts: Sequence[Sequence[str]]) -> list[Ids]:
        """Raises KeyError for a word that is not cached."""
        places_N = np.fromiter(map(self._place.__getitem__, chain.from_iterable(texts)), np.int64)
        rows_NF = self._rows[places_N]
        ends = np.fromiter(map(len, texts), np.int64, len(texts)).cumsum().tolist()
        return [rows_NF[start:end] for start, end in pairwise([0, *ends])]

    def _add(self, texts: Sequence[Sequence[str]]) -> None:
        new = list(dict.fromkeys(word for text in texts for word in text if word not in self._place))
        self._place.update(zip(new, range(len(self._rows), len(self._rows) + len(new)), strict=True))
        self._rows = np.concatenate([self._rows, self._rows_of(new)])
