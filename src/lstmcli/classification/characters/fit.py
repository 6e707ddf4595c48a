"""Fit the character model, as the n-gram model is fitted (``ngrams/fit.py``).

The n-grams of a text are those of its words.  So the matrix of texts and n-grams is never made: it is the product of
texts times words and words times n-grams, which together have a tenth of its entries.

Shapes: N texts, W distinct words, M n-grams of all words, P n-grams of the table, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lstmcli.classification.characters.words import WordTexts, code_points
from lstmcli.classification.ngrams.counts import SAMPLED_KEYS
from lstmcli.classification.ngrams.fit import Gold, fit_ngrams
from lstmcli.classification.ngrams.table import Keys, NgramTable, all_ngram_keys, max_rows

BLOCK_TEXTS = 2**16
BLOCK_WORDS = 2**16
MAX_NGRAMS = 2**23
"""Maximum n-grams of all distinct words; each takes about 60 bytes for a moment."""


def fit_characters(
    parts: Sequence[WordTexts],
    gold_NC: Gold,
    *,
    order: int,
    min_count: int = 2,
    multilabel: bool = False,
    weight: float = 1.0,
    stop: Callable[[], bool] = lambda: False,
) -> NgramTable:
    """The table of the n-grams of up to ``order`` characters that occur ``min_count`` times in distinct words of texts.

    If there would be more than ``max_rows`` weights, the rarest n-grams are left out; those of the rarest words, if
    there would be more than ``MAX_NGRAMS`` in all words.

    Args:
        weight: the table's scores are log-odds of the labels times this.
    """
    words = Words(parts)
    keys_P, within = frequent_in_words(words, order, min_count, max_rows(gold_NC.shape[1]))
    weights_PC, bias_C = fit_ngrams(words, gold_NC, multilabel=multilabel, stop=stop, within=within)
    weights_PC *= weight
    return NgramTable(order, keys_P, weights_PC.astype(np.float16), (weight * bias_C).astype(np.float32))


def frequent_in_words(words: Words, order: int, min_count: int, most: int) -> tuple[Keys, csr_matrix]:
    """The keys of the n-grams that occur ``min_count`` times, ascending, and which of them are in each word, [W, P].

    A word counts once for each text that it is in.  If they would be more than ``most``, the rarest are left out.
    """
    return _frequent(*_ngrams_of_common(words, order), words.texts_W, min_count, most)


def estimated_ngrams(parts: Sequence[WordTexts], order: int, classes: int, min_count: int = 2) -> tuple[int, int]:
    """About how many n-grams the table of ``fit_characters`` has, and how many n-grams all distinct words have."""
    words = Words(parts)
    keys_M, owners_M = _ngrams_of_common(words, order)
    sampled = keys_M < np.uint64(2**64 // SAMPLED_KEYS)
    most = max(1, max_rows(classes) // SAMPLED_KEYS)
    keys_P, _ = _frequent(keys_M[sampled], owners_M[sampled], words.texts_W, min_count, most)
    return SAMPLED_KEYS * len(keys_P), len(keys_M)


class Words:
    """Which of W words are in each of N texts: a sparse matrix of zeros and ones, in blocks of texts."""

    def __init__(self, parts: Sequence[WordTexts]) -> None:
        places: dict[str, int] = {}
        which = [np.array([places.setdefault(word, len(places)) for word in part.words], np.int32) for part in parts]
        self.words = list(places)
        self._which_M = np.concatenate([at[part.which_M] for at, part in zip(which, parts, strict=True)])
        lengths = np.concatenate([np.diff(part.ends) for part in parts])
        self._ends = np.append(0, lengths.cumsum())
        self.shape = (len(lengths), len(places))
        self.texts_W = np.bincount(self._which_M, minlength=len(places))
        """Number of texts that each word is in."""

    def common(self, characters: int) -> NDArray[np.int32]:
        """The indices of the most frequent words, as many as have so many characters together."""
        order = np.argsort(-self.texts_W, kind="stable")
        lengths = np.fromiter((len(word) + 2 for word in self.words), np.int64, len(self.words))
        return np.sort(order[lengths[order].cumsum() <= characters]).astype(np.int32)

    def __iter__(self) -> Iterator[tuple[slice, csr_matrix]]:
        for start in range(0, self.shape[0], BLOCK_TEXTS):
            ends = self._ends[start : start + BLOCK_TEXTS + 1]
            which = self._which_M[ends[0] : ends[-1]]
            shape = (len(ends) - 1, self.shape[1])
            yield slice(start, start + shape[0]), csr_matrix((np.ones(len(which)), which, ends - ends[0]), shape=shape)


def word_ngrams(words: Sequence[str], order: int) -> tuple[Keys, NDArray[np.int32]]:
    """The keys of all n-grams of words, and the indices of the words, both [M]."""
    keys, owners = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)]
    for start in range(0, len(words), BLOCK_WORDS):
        found, which = all_ngram_keys(*code_points(words[start : start + BLOCK_WORDS]), order)
        keys.append(found)
        owners.append((which + start).astype(np.int32))
    return np.concatenate(keys), np.concatenate(owners)


def _ngrams_of_common(words: Words, order: int) -> tuple[Keys, NDArray[np.int32]]:
    """The keys of all n-grams of the words, the rarest left out if there are too many, and their words, both [M]."""
    common = words.common(MAX_NGRAMS // order)
    keys_M, owners_M = word_ngrams([words.words[w] for w in common], order)
    return keys_M, common[owners_M]


def _frequent(
    keys_M: Keys, owners_M: NDArray[np.int32], texts_W: NDArray[np.int64], min_count: int, most: int
) -> tuple[Keys, csr_matrix]:
    """The keys of the frequent n-grams, ascending, and which of them are in each word, [W, P]."""
    order = np.argsort(keys_M)
    keys_M, owners_M = keys_M[order], owners_M[order]
    first = np.append(True, keys_M[1:] != keys_M[:-1])[: len(keys_M)]
    row_M = first.cumsum() - 1
    count_D = np.bincount(row_M, texts_W[owners_M], minlength=int(first.sum()))
    if len(count_D) > most:
        min_count = max(min_count, int(np.partition(count_D, -most - 1)[-most - 1]) + 1)
    kept_D = count_D >= min_count
    kept_M = kept_D[row_M]
    column_M = (kept_D.cumsum() - 1)[row_M[kept_M]]
    shape = (len(texts_W), int(kept_D.sum()))
    within = csr_matrix((np.ones(len(column_M), np.float32), (owners_M[kept_M], column_M)), shape=shape)
    within.data[:] = 1  # an n-gram that is in a word twice counts once
    return keys_M[first][kept_D], within
