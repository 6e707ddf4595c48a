"""Fitting the n-gram model: losses by finite differences, the solution by other solvers, and the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import check_grad
from scipy.sparse import csr_matrix

from lstmcli.classification.ngrams import fit
from lstmcli.classification.ngrams.fit import fit_ngrams, fit_table, log_count_ratio
from lstmcli.tokenization.encoded import EncodedTexts

N, P, C = 40, 8, 3
Floats = NDArray[np.float64]


@dataclass
class Blocks:
    """A matrix in blocks of rows."""

    X: csr_matrix
    rows: int = N

    @property
    def shape(self) -> tuple[int, int]:
        return self.X.shape[0], self.X.shape[1]

    def __iter__(self) -> Iterator[tuple[slice, csr_matrix]]:
        for first in range(0, self.X.shape[0], self.rows):
            texts = slice(first, min(first + self.rows, self.X.shape[0]))
            yield texts, self.X[texts]


def presence(seed: int = 0) -> Blocks:
    return Blocks(sparse(seed))


def sparse(seed: int = 0) -> csr_matrix:
    return csr_matrix((np.random.default_rng(seed).random((N, P)) < 0.3).astype(np.float64))


def one_hot(labels: NDArray[np.int64], classes: int = C) -> Floats:
    return np.eye(classes)[labels]


def random_gold(seed: int = 1) -> Floats:
    return one_hot(np.random.default_rng(seed).integers(0, C, N))


def many_hot(seed: int = 1) -> Floats:
    return (np.random.default_rng(seed).random((N, C)) < 0.4).astype(np.float64)


@pytest.mark.parametrize("multilabel", [False, True])
def test_a_loss_has_the_slope_it_says(multilabel: bool) -> None:
    loss, gold = (fit._sigmoid_loss, many_hot()) if multilabel else (fit._softmax_loss, random_gold())
    at = np.random.default_rng(2).normal(size=N * C) * 3
    value, slope = (lambda z: loss(z.reshape(N, C), gold)[0]), (lambda z: loss(z.reshape(N, C), gold)[1].ravel())
    assert check_grad(value, slope, at) < 1e-6 * N


@pytest.mark.parametrize("multilabel", [False, True])
def test_blocks_of_texts_give_what_the_whole_gives(multilabel: bool) -> None:
    gold = many_hot() if multilabel else random_gold()
    whole, cut = (fit_ngrams(Blocks(sparse(), rows), gold, multilabel=multilabel) for rows in (N, 7))
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("multilabel", [False, True])
def test_losses_are_finite_for_extreme_scores(multilabel: bool) -> None:
    loss = fit._sigmoid_loss if multilabel else fit._softmax_loss
    with np.errstate(over="raise"):
        value, slope = loss(np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]]))
    assert np.isfinite(value) and np.isfinite(slope).all() and value >= 1000


@pytest.mark.parametrize("multilabel", [False, True])
def test_the_whole_objective_has_the_slope_it_says(multilabel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function handed to the solver, penalty and naive-Bayes scale included."""
    seen: list[Any] = []
    solve = fit.minimize

    def spy(objective: Any, start: Floats, **options: Any) -> Any:
        seen.append(objective)
        return solve(objective, start, **options)

    monkeypatch.setattr(fit, "minimize", spy)
    fit_ngrams(presence(), many_hot() if multilabel else random_gold(), multilabel=multilabel, penalty=0.7)
    (objective,) = seen
    at = np.random.default_rng(3).normal(size=P * C + C)
    assert check_grad(lambda z: objective(z)[0], lambda z: objective(z)[1], at) < 1e-5


def test_ratios_are_those_of_the_counts() -> None:
    X = csr_matrix(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    ratio = log_count_ratio(Blocks(X, 2), one_hot(np.array([0, 0, 1]), 2))
    inside, outside = np.array([2 + 1, 1 + 1]) / 5, np.array([0 + 1, 1 + 1]) / 3
    np.testing.assert_allclose(ratio[:, 0], np.log(inside / outside))
    np.testing.assert_allclose(ratio[:, 1], -ratio[:, 0])


def test_it_separates_what_can_be_separated() -> None:
    labels = np.arange(N) % C
    X = sparse().toarray()
    X[:, :C] = one_hot(labels)  # one n-gram gives each label away
    weights, bias = fit_ngrams(Blocks(csr_matrix(X)), one_hot(labels), multilabel=False, penalty=0.1)
    assert np.array_equal((X @ weights + bias).argmax(1), labels)
    assert np.array_equal(weights[:C].argmax(0), np.arange(C))


def test_several_labels_are_as_many_decisions() -> None:
    """Multi-label: each label by itself, so leaving out the others changes nothing."""
    X, gold = presence(), many_hot()
    together = fit_ngrams(X, gold, multilabel=True, iterations=500)
    for c in range(C):
        apart = fit_ngrams(X, gold[:, c : c + 1], multilabel=True, iterations=500)
        np.testing.assert_allclose(together[0][:, c], apart[0][:, 0], atol=2e-3)
        np.testing.assert_allclose(together[1][c], apart[1][0], atol=2e-3)


def test_a_label_that_never_occurs_breaks_nothing() -> None:
    gold = np.hstack([random_gold(), np.zeros((N, 1))])
    for multilabel in (False, True):
        weights, bias = fit_ngrams(presence(), gold, multilabel=multilabel)
        assert np.isfinite(weights).all() and np.isfinite(bias).all()


def test_an_ngram_that_never_occurs_weighs_nothing() -> None:
    X = sparse().toarray()
    X[:, 3] = 0
    weights, _ = fit_ngrams(Blocks(csr_matrix(X)), random_gold(), multilabel=False)
    assert np.all(weights[3] == 0)


def test_without_ngrams_the_bias_is_the_prior() -> None:
    gold = one_hot(np.repeat([0, 1, 2], [20, 15, 5]))
    _, bias = fit_ngrams(Blocks(csr_matrix((N, P))), gold, multilabel=False, iterations=200)
    share = np.exp(bias) / np.exp(bias).sum()
    np.testing.assert_allclose(share, [0.5, 0.375, 0.125], atol=1e-3)


@pytest.mark.parametrize("multilabel", [False, True])
def test_it_agrees_with_scikit_learn(multilabel: bool) -> None:
    """On scaled features.  Two exclusive labels share a penalty: w = w1 + w0, so C is 2 / penalty there."""
    logistic = pytest.importorskip("sklearn.linear_model").LogisticRegression
    X, labels, penalty = sparse(), np.random.default_rng(4).integers(0, 2, N), 0.8
    gold = labels[:, None].astype(np.float64) if multilabel else one_hot(labels, 2)
    ratio = log_count_ratio(Blocks(X), gold)[:, -1]
    strength = (1 if multilabel else 2) / penalty
    theirs = logistic(C=strength, tol=1e-10, max_iter=5000).fit(X.toarray() * ratio, labels)
    weights, bias = fit_ngrams(Blocks(X), gold, multilabel=multilabel, penalty=penalty, iterations=2000)
    ours = X @ weights + bias
    scores = ours[:, 0] if multilabel else ours[:, 1] - ours[:, 0]
    np.testing.assert_allclose(scores, theirs.decision_function(X.toarray() * ratio), atol=5e-3)


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
    pairs = fit_table([EncodedTexts(texts[:150])], indicators[:150], order=2, min_count=1, multilabel=False)
    single = fit_table([EncodedTexts(texts[:150])], indicators[:150], order=1, min_count=1, multilabel=False)
    assert (pairs.scores(texts[150:]).argmax(1) == gold[150:]).all()
    assert (single.scores(texts[150:]).argmax(1) == gold[150:]).mean() < 0.8


def test_rare_ngrams_are_left_out() -> None:
    texts, gold = corpus()
    every = fit_table([EncodedTexts(texts)], np.eye(2)[gold], order=2, min_count=1, multilabel=False)
    twice = fit_table([EncodedTexts(texts)], np.eye(2)[gold], order=2, min_count=2, multilabel=False)
    assert 0 < len(twice.keys) < len(every.keys)
    assert set(twice.keys.tolist()) <= set(every.keys.tolist())
    assert (np.diff(every.keys.astype(object)) > 0).all()  # sorted: the lookup is a binary search


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, gold = corpus()
    monkeypatch.setattr("lstmcli.classification.ngrams.table.MAX_WEIGHTS", 40)
    table = fit_table([EncodedTexts(texts)], np.eye(2)[gold], order=2, min_count=1, multilabel=False)
    assert 0 < len(table.keys) * 2 <= 40


def test_multilabel_scores_decide_each_label_by_itself() -> None:
    texts = [np.array([[t] for t in row], np.int32) for row in ([5], [6], [5, 6], [7]) * 20]
    gold = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 20, np.float64)
    table = fit_table([EncodedTexts(texts)], gold, order=1, min_count=1, multilabel=True)
    assert ((table.scores(texts[:4]) > 0) == (gold[:4] > 0)).all()


@pytest.mark.parametrize("multilabel", [False, True])
def test_the_weight_multiplies_what_is_added_to_the_network(multilabel: bool) -> None:
    texts, gold = corpus()
    once, twice = (
        fit_table([EncodedTexts(texts)], np.eye(2)[gold], order=2, min_count=1, multilabel=multilabel, weight=weight)
        for weight in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice.scores(texts), 2 * once.scores(texts), rtol=1e-3, atol=1e-3)


def test_a_fit_can_be_ended_early() -> None:
    texts, gold = corpus()
    calls: list[int] = []

    def stop() -> bool:
        calls.append(1)
        return len(calls) == 2

    table = fit_table([EncodedTexts(texts)], np.eye(2)[gold], order=2, min_count=1, multilabel=False, stop=stop)
    assert len(calls) == 2 and np.isfinite(table.weights_PC).all() and table.weights_PC.any()
