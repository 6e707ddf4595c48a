"""A fast path for ASCII text: the tokenizer's words, by our own library or Python's regular expressions.

ASCII text needs no composition, lower-casing keeps its length, and the rows of a word depend on the word only.  So they
are computed once per word and cached.

Shapes: T tokens of a text, N tokens of all texts, F rows per token, M new words, B texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, islice, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import DictionaryTable, Library, library
from lstmcli.engine.native_product import at
from lstmcli.tokenization.ids import Ids
from lstmcli.tokenization.places import Places
from lstmcli.tokenization.tokenizer import ENDINGS

WORD = re.compile(rf"'(?:{ENDINGS})(?![a-z0-9])|\w+|[^\s\w]", re.ASCII | re.IGNORECASE)
"""``tokenizer.WORD`` for ASCII text."""
MAX_COUNT = 2**18  # cached words, about 50 MB; above this the cache is cleared
GROWTH = 4
"""How much larger the library's dictionary becomes when it is full."""


class Dictionary(Protocol):
    """Words met before, each with its place."""

    def __len__(self) -> int: ...

    def split(self, texts: Sequence[str]) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
        """The place of each word [N], and the number of each text's words [B]; new words get the next places."""

    def words(self, first: int) -> list[str]:
        """Those from a place on."""


class PlainDictionary:
    """One in Python."""

    def __init__(self) -> None:
        self._places = Places()

    def __len__(self) -> int:
        return len(self._places)

    def split(self, texts: Sequence[str]) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
        words = [WORD.findall(text) for text in texts]
        places_N = np.fromiter(map(self._places.__getitem__, chain.from_iterable(words)), np.int64)
        return places_N, np.fromiter(map(len, words), np.int64, len(words))

    def words(self, first: int) -> list[str]:
        return list(islice(self._places, first, None))


class NativeDictionary:
    """One in our own library, in a fifth of the time."""

    def __init__(self, library: Library, capacity: int = 2**12, letters: int = 2**16) -> None:
        """Begins with room for so many words and letters."""
        self._library = library
        self._make_room(capacity, letters)

    def _make_room(self, capacity: int, letters: int) -> None:
        self._used = 0
        self._ends = np.zeros(capacity + 1, np.int64)
        self._letters = np.empty(letters, np.uint8)
        self._slots = np.zeros(1 << (2 * capacity - 1).bit_length(), np.int32)
        self._table = DictionaryTable(
            capacity, letters, at(self._ends), at(self._letters), at(self._slots), len(self._slots)
        )

    def __len__(self) -> int:
        return self._used

    def split(self, texts: Sequence[str]) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
        text = "".join(texts).encode("ascii")
        ends_B = np.fromiter(map(len, texts), np.int64, len(texts)).cumsum()
        places, counts_B = np.empty(len(text), np.int32), np.empty(len(texts), np.int64)
        how = (text, at(ends_B), len(texts), at(places), at(counts_B))
        while (used := self._library.split(self._table, self._used, *how)) < 0:
            self._grow()
        self._used = used
        return places[: int(counts_B.sum())], counts_B

    def _grow(self) -> None:
        known = self.words(0)
        self._make_room(GROWTH * (len(self._ends) - 1), GROWTH * len(self._letters))
        self.split([" ".join(known)])

    def words(self, first: int) -> list[str]:
        ends = self._ends[first : self._used + 1].tolist()
        letters = self._letters[: ends[-1]].tobytes().decode("ascii")
        return [letters[start:end] for start, end in pairwise(ends)]


class AsciiWords:
    """Encodes ASCII texts as rows of the embedding, word by word."""

    def __init__(self, rows: Callable[[Sequence[str]], Ids]) -> None:
        """``rows`` computes the rows of M words, [M, F]."""
        self._rows_of, self._library = rows, library()
        self.clear()

    def clear(self) -> None:
        """Clear the cache."""
        self._words: Dictionary = NativeDictionary(self._library) if self._library else PlainDictionary()
        self._rows = self._rows_of([])

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Each text as [T, F], T at least 0; texts must be ASCII."""
        if len(self._words) > MAX_COUNT:
            self.clear()
        places_N, counts_B = self._words.split(texts)
        if len(self._words) > len(self._rows):
            new = self._words.words(len(self._rows))
            self._rows = np.concatenate([self._rows, self._rows_of(new)])
        rows_NF = self._rows[places_N]
        return [rows_NF[start:end] for start, end in pairwise([0, *counts_B.cumsum().tolist()])]
