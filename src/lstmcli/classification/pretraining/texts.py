"""The texts that a classifier is pretrained on: those of the training split and those without labels.

Shapes: V words of the vocabulary.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids

HELD_OUT_EVERY, MOST_HELD_OUT = 20, 1_000
"""One text in so many is held out to measure the language model on, up to a number."""
BATCH_TOKENS = 1_000
"""Tokens of a step, about."""
MOST_OUTPUTS, LEAST_COUNT = 10_000, 2
"""The tokens that are predicted: so many at most, and those of so many occurrences at least."""


class Texts:
    """Encoded texts of two tokens or more, in a fixed random order, for a file may be sorted; the first are held out.

    Args:
        has_neighbours: of the tokens of the vocabulary, whether their features are those of their neighbours; None: of
            no token.
    """

    def __init__(
        self, parts: tuple[EncodedTexts, ...], max_tokens: int, has_neighbours: NDArray[np.bool_] | None = None
    ) -> None:
        self.parts, self.max_tokens, self.has_neighbours = parts, max_tokens, has_neighbours
        lengths = np.concatenate([part.lengths for part in parts])
        order = np.random.default_rng(0).permutation(np.flatnonzero(lengths > 1))
        held = min(MOST_HELD_OUT, max(1, len(order) // HELD_OUT_EVERY))
        self._held_out, self._learnt = order[:held], order[held:]
        """By their number in all parts."""
        self.lengths: NDArray[np.int64] = np.minimum(lengths[self._learnt], max_tokens)
        """Tokens of each text to learn from, as far as they are read."""
        self.tokens = int(self.lengths.sum())
        """Tokens of all texts to learn from."""
        self.batch_size = int(min(64, max(4, round(BATCH_TOKENS * len(self) / max(1, self.tokens)))))
        """Texts of a step."""
        self.steps_per_epoch = -(-len(self) // self.batch_size)

    def __len__(self) -> int:
        """Number of texts to learn from."""
        return len(self._learnt)

    def __getitem__(self, i: int) -> Ids:
        return self._text(int(self._learnt[i]))

    def held_out(self) -> list[Ids]:
        return [self._text(int(i)) for i in self._held_out]

    def _text(self, number: int) -> Ids:
        for part in self.parts:
            if number < len(part):
                return part[number]
            number -= len(part)
        raise IndexError(number)

    def counts(self, vocab_size: int) -> NDArray[np.int64]:
        """How often each token occurs, [V]."""
        counts_V = np.zeros(vocab_size, np.int64)
        for part in self.parts:
            counts_V += np.bincount(part.ids(slice(None)), minlength=vocab_size)
        return counts_V


def outputs(counts_V: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each token in the softmax, the most frequent first; -1: it is not predicted, as it is rare."""
    counts_V = counts_V.copy()
    counts_V[: UNKNOWN_ID + 1] = 0
    frequent = np.argsort(-counts_V, kind="stable")[:MOST_OUTPUTS]
    least = LEAST_COUNT if (counts_V >= LEAST_COUNT).any() else 1
    frequent = frequent[counts_V[frequent] >= least]
    places = np.full(len(counts_V), -1, np.int64)
    places[frequent] = np.arange(len(frequent))
    return places
