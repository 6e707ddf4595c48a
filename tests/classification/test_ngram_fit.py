"""From encoded texts to the n-gram table."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.classification import ngram_fit as module
from lstmcli.classification.ngram_fit import fit_table


def corpus(n: int = 200) -> tuple[list[np.ndarray], np.ndarray]:
    """Texts in which token 5 after 6 means label 1 and before it label 0: only pairs tell."""
    rng = np.random.default_rng(0)
    texts, gold = [], rng.integers(0, 2, n)
    for label in gold:
        noise = rng.integers(10, 30, 6).astype(np.int32)
        pair = np.array([6, 5] if label else [5, 6], np.int32)
        texts.append(np.concatenate([noise[:3], pair, noise[3:]])[:, None])
    return texts, gold


def test_pairs_tell_what_single_tokens_cannot() -> None:
    texts, gold = corpus()
    indicators = np.eye(2)[gold]
    pairs = fit_table(texts[:150], indicators[:150], order=2, min_count=1, multilabel=False)
    single = fit_table(texts[:150], indicators[:150], order=1, min_count=1, multilabel=False)
    assert (pairs.scores(texts[150:]).argmax(1) == gold[150:]).all()
    assert (single.scores(texts[150:]).argmax(1) == gold[150:]).mean() < 0.8


def test_rare_ngrams_are_left_out() -> None:
    texts, gold = corpus()
    every = fit_table(texts, np.eye(2)[gold], order=2, min_count=1, multilabel=False)
    twice = fit_table(texts, np.eye(2)[gold], order=2, min_count=2, multilabel=False)
    assert 0 < len(twice.keys) < len(every.keys)
    assert set(twice.keys.tolist()) <= set(every.keys.tolist())
    assert (np.diff(every.keys.astype(object)) > 0).all()  # sorted: the lookup is a binary search


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, gold = corpus()
    monkeypatch.setattr(module, "MAX_WEIGHTS", 40)
    table = fit_table(texts, np.eye(2)[gold], order=2, min_count=1, multilabel=False)
    assert 0 < len(table.keys) * 2 <= 40


def test_multilabel_scores_decide_each_label_by_itself() -> None:
    texts = [np.array([[t] for t in row], np.int32) for row in ([5], [6], [5, 6], [7]) * 20]
    gold = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 20, np.float64)
    table = fit_table(texts, gold, order=1, min_count=1, multilabel=True)
    assert ((table.scores(texts[:4]) > 0) == (gold[:4] > 0)).all()


@pytest.mark.parametrize("multilabel", [False, True])
def test_the_weight_multiplies_what_is_added_to_the_network(multilabel: bool) -> None:
    texts, gold = corpus()
    once, twice = (
        fit_table(texts, np.eye(2)[gold], order=2, min_count=1, multilabel=multilabel, weight=weight)
        for weight in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice.scores(texts), 2 * once.scores(texts), rtol=1e-3, atol=1e-3)
