"""Score texts by the character n-grams of their words.

The score of a text is the sum of the scores of its distinct words, so the score of a word is computed once and kept.
That of a word is the sum over the distinct n-grams of its characters, a space before and after it among them: an
``NgramTable`` of characters, whose bias is added once a text.

Shapes: N texts, M words of all texts, C labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.characters.words import code_points
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.tokenization.places import Places

PREFIX = "characters."
"""Of the names of its tensors."""
MAX_CELLS = 2**22
"""Maximum numbers in the memory of words, 16 MB; above that it is cleared.  Also of those added up at once."""
GROUP = 2**16
"""Words scored at once."""


class CharacterModel:
    """An n-gram table of characters, and the scores of the words met before."""

    def __init__(self, table: NgramTable) -> None:
        self.table = table
        self._words = NgramTable(table.order, table.keys, table.weights_PC, np.zeros_like(table.bias_C))
        self._clear()

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[np.generic]]) -> CharacterModel:
        """The model from the result of ``tensors``.  Raises: KeyError."""
        own = {name.removeprefix(PREFIX): value for name, value in tensors.items() if name.startswith(PREFIX)}
        return cls(NgramTable.from_tensors(own))

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """The model as tensors for ``ngrams.safetensors``."""
        return {PREFIX + name: value for name, value in self.table.tensors().items()}

    def scaled(self, factor: float) -> CharacterModel:
        """The model of scores ``factor`` times as large."""
        return CharacterModel(self.table.scaled(factor))

    def _clear(self) -> None:
        self._places, self._known = Places(), 0
        self._scores = np.zeros((256, self.table.weights_PC.shape[1]), np.float32)

    def scores(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Weighted log-odds of each label, [N, C], from the distinct words of each text."""
        if self._scores.size > MAX_CELLS:
            self._clear()
        lengths_N = np.fromiter(map(len, texts), np.int64, len(texts))
        places_M = np.fromiter(
            map(self._places.__getitem__, chain.from_iterable(texts)), np.int64, int(lengths_N.sum())
        )
        self._score_new()
        found_NC = np.tile(self.table.bias_C, (len(texts), 1))
        there = np.flatnonzero(lengths_N)
        ends = lengths_N[there].cumsum()
        for group in groups(ends, MAX_CELLS // found_NC.shape[1]):
            start = ends[group.start - 1] if group.start else 0
            scores_MC = self._scores[places_M[start : ends[group.stop - 1]]]
            starts = np.append(start, ends[group][:-1]) - start
            found_NC[there[group]] += np.add.reduceat(scores_MC, starts, axis=0)
        return found_NC

    def _score_new(self) -> None:
        """Score the words that were met for the first time."""
        count = len(self._places)
        if count > len(self._scores):
            grown = np.zeros((2 * count, self._scores.shape[1]), np.float32)
            grown[: self._known] = self._scores[: self._known]
            self._scores = grown
        while self._known < count:
            words = list(islice(self._places, self._known, self._known + GROUP))
            self._scores[self._known : self._known + len(words)] = self._of_words(words)
            self._known += len(words)

    def _of_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        return self._words.joined_scores(*code_points(words))


def groups(ends_N: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Runs of texts with at most so many words together, or of one text.

    Args:
        ends_N: the number of words up to the end of each text.
    """
    start = 0
    while start < len(ends_N):
        before = int(ends_N[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends_N, before + most, side="right")))
        yield slice(start, stop)
        start = stop
