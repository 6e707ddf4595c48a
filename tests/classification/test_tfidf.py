"""N-grams by TF-IDF: the weights and the logistic regression beside those of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from lstmcli.classification import tfidf
from lstmcli.classification.characters import fit as characters
from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.tfidf import PENALTY, Tfidf
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder

TEXTS = [
    *("a kind and fair act", "an unkind act", "the fair was kind of real", "unreal and unfair", "real and fair acts"),
    *("no act of mine", "kind kind people", "what an unfair play", "plays and acts", "the real thing"),
] * 3
GOLD = np.random.default_rng(0).integers(0, 3, len(TEXTS))
LEARNT = np.arange(len(TEXTS)) % 4 != 0


def of_tokens() -> Tfidf:
    encoder = TextEncoder.train(TEXTS, TokenizerConfig())
    return Tfidf.of_tokens(encoder.encode_all(TEXTS), 2, 1, 3)


def of_characters() -> Tfidf:
    return Tfidf.of_characters([list(dict.fromkeys(text.split())) for text in TEXTS], 4, 3)


def rows(model: Tfidf) -> csr_matrix:
    """The weighed n-grams of all texts, [N, P]."""
    every = np.ones(len(TEXTS), np.bool_)
    return (vstack([X for _, X in tfidf._Texts(model, every)]) @ model.weighed_WP).tocsr()


def test_weights_are_those_of_tf_idf() -> None:
    expected = TfidfVectorizer(ngram_range=(1, 2), binary=True, token_pattern=r"\w+").fit_transform(TEXTS)
    found = rows(of_tokens())
    assert found.shape == expected.shape
    # The columns are in another order; the products of texts are not.
    np.testing.assert_allclose((found @ found.T).toarray(), (expected @ expected.T).toarray(), atol=1e-12)


@pytest.mark.parametrize("model", [of_tokens, of_characters])
def test_texts_are_judged_by_a_logistic_regression_on_the_others(model: Callable[[], Tfidf]) -> None:
    made = model()
    X = rows(made)
    expected = LogisticRegression(C=1 / PENALTY, tol=1e-8, max_iter=1000).fit(X[LEARNT], GOLD[LEARNT])
    p_MC = np.exp(made.judged(~LEARNT, LEARNT, GOLD, 3))
    np.testing.assert_allclose(p_MC / p_MC.sum(axis=1, keepdims=True), expected.predict_proba(X[~LEARNT]), atol=2e-3)


def test_blocks_of_texts_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of_characters().judged(~LEARNT, LEARNT, GOLD, 3)
    monkeypatch.setattr(characters, "BLOCK_TEXTS", 7)
    np.testing.assert_allclose(of_characters().judged(~LEARNT, LEARNT, GOLD, 3), whole, atol=1e-4)


def test_a_text_without_ngrams_has_the_logits_of_the_bias() -> None:
    model = Tfidf.of_characters([["fair", "act"], ["unfair", "act"], ["fair"], []] * 4, 3, 2)
    learnt = np.array([True, True, True, False] * 4)
    logits = model.judged(~learnt, learnt, np.array([0, 1, 0, 1] * 4), 2)
    assert np.isfinite(logits).all() and np.ptp(logits, axis=0).max() == 0


def test_words_of_a_text_are_taken_for_different() -> None:
    """``act`` and ``acts`` share n-grams, which count once for each word in the norm."""
    words = WordTexts([["act"], ["act"], ["act", "acts"]])
    assert len(words.words) == 2
    model = Tfidf.of_characters([["act"], ["act"], ["act", "acts"]], 2, 2)
    squares_W = np.asarray(model.weighed_WP.power(2).sum(axis=1)).reshape(-1)
    np.testing.assert_allclose(model.scale_N[2], squares_W.sum() ** -0.5)
