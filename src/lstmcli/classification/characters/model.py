"""Score texts by the character n-grams of their words.

The score of a text is the sum of the scores of its distinct words, so the score of a word is computed once and kept.
That of a word is the sum over the distinct n-grams of its characters, a space before and after it among them: an
``NgramTable`` of characters, whose bias is added once a text.

Shapes: N texts, M words of all texts, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.characters.words import code_points
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.tokenization.places import Places

PREFIX = "characters."
"""Of the names of its tensors."""
MAX_CELLS = 2**22
"""Maximum numbers in the memory of words, 16 MB; above that it is cleared."""
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
        if len(there):
            starts = (lengths_N.cumsum() - lengths_N)[there]
            found_NC[there] += np.add.reduceat(self._scores[places_M], starts, axis=0)
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
