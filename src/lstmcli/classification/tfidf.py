"""Logistic regression on the n-grams of texts by TF-IDF: the models that check labels, which no classifier keeps.

An n-gram that n of N texts have counts ln((1 + N) / (1 + n)) + 1, and what is in a text is divided by its norm (Salton
and Buckley 1988, with one more text in each count).  So a text teaches no more for being long, and no n-gram more for
being frequent with a label, as it does by naive Bayes (``ngrams/fit.py``): wrong labels are learnt less.

Shapes: N texts, M of them, W words, P n-grams, C labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from lstmcli.classification.characters.fit import Words, frequent_in_words
from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.labels import Indicators
from lstmcli.classification.ngrams.counts import Presence, frequent_ngrams
from lstmcli.classification.ngrams.fit import Blocks, Floats, fit_ngrams
from lstmcli.classification.ngrams.table import max_rows
from lstmcli.tokenization.encoded import EncodedTexts

PENALTY = 0.1
"""The inverse of the usual C.  With 0.03 two points fewer of the first suspects are errors, with 0.3 as many (four sets
of ``benchmarks/label_errors.py``)."""


class Tfidf:
    """The n-grams of N texts, weighed."""

    def __init__(self, X_NW: Blocks, within: csr_matrix) -> None:
        """Weigh n-grams.

        Args:
            X_NW: which words are in each text.
            within: which n-grams are in each word, [W, P].  The norm of a text takes those of two words for different.
        """
        N = X_NW.shape[0]
        texts_W = sum((np.asarray(X.sum(axis=0)).reshape(-1) for _, X in X_NW), np.zeros(X_NW.shape[1]))
        texts_P = np.minimum(N, within.T @ texts_W)
        self.X_NW, self.weighed_WP = X_NW, (within @ diags(np.log((1 + N) / (1 + texts_P)) + 1)).tocsr()
        squares_W = np.asarray(self.weighed_WP.power(2).sum(axis=1)).reshape(-1)
        squares_N = np.concatenate([np.zeros(0), *(X @ squares_W for _, X in X_NW)])
        self.scale_N = 1 / np.sqrt(np.where(squares_N > 0, squares_N, 1.0))

    @classmethod
    def of_tokens(cls, texts: EncodedTexts, order: int, min_count: int, classes: int) -> Tfidf:
        """Of the n-grams of tokens that ``min_count`` texts have."""
        keys_P, _ = frequent_ngrams([texts], order, min_count, max_rows(classes))
        return cls(Presence.of([texts], order, keys_P), diags(np.ones(len(keys_P))).tocsr())

    @classmethod
    def of_characters(cls, texts: Sequence[Sequence[str]], order: int, classes: int) -> Tfidf:
        """Of the n-grams of characters in the distinct words of each text that two texts have."""
        words = Words([WordTexts(texts)])
        return cls(words, frequent_in_words(words, order, 2, max_rows(classes))[1])

    def judged(
        self, judged_N: NDArray[np.bool_], learnt_N: NDArray[np.bool_], gold_N: NDArray[np.int64], classes: int
    ) -> Floats:
        """Logits of the texts in ``judged_N``, [M, C], by a model that is fitted on those in ``learnt_N``."""
        gold_MC = Indicators(gold_N[learnt_N], classes, multilabel=False)
        ones, learnt = np.ones((self.weighed_WP.shape[1], classes)), _Texts(self, learnt_N)
        weights_PC, bias_C = fit_ngrams(
            learnt, gold_MC, multilabel=False, penalty=PENALTY, within=self.weighed_WP, scale_PC=ones
        )
        weights_WC = self.weighed_WP @ weights_PC
        return np.concatenate([X @ weights_WC + bias_C for _, X in _Texts(self, judged_N)])


@dataclass(frozen=True)
class _Texts:
    """Some of the texts, each divided by its norm."""

    of: Tfidf
    kept_N: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.kept_N.sum()), self.of.X_NW.shape[1]

    def __iter__(self) -> Iterator[tuple[slice, csr_matrix]]:
        first = 0
        for texts, X in self.of.X_NW:
            kept = np.flatnonzero(self.kept_N[texts])
            yield slice(first, first + len(kept)), diags(self.of.scale_N[texts][kept]) @ X[kept]
            first += len(kept)
