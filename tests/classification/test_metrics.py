"""Metrics against tables worked by hand, against scikit-learn, and by the rules that hold for any answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstmcli.classification import metrics
from lstmcli.classification.metrics import Tally, expected_calibration_error
from lstmcli.classification.results import ClassReport
from support.reports import classification_report

quick = settings(max_examples=60)


@st.composite
def answers(draw: Any) -> tuple[Any, Any]:
    """Probabilities [N, C] that sum to 1, and gold columns [N]."""
    n, c = draw(st.integers(1, 30)), draw(st.integers(1, 5))
    raw = draw(hnp.arrays(np.float64, (n, c), elements=st.floats(0.01, 1)))
    gold = draw(hnp.arrays(np.int64, n, elements=st.integers(0, c - 1)))
    return raw / raw.sum(axis=1, keepdims=True), gold


@st.composite
def sets(draw: Any) -> tuple[Any, Any]:
    """Probabilities [N, C] and gold label sets [N, C]."""
    n, c = draw(st.integers(1, 30)), draw(st.integers(1, 5))
    return (
        draw(hnp.arrays(np.float64, (n, c), elements=st.floats(0, 1))),
        draw(hnp.arrays(np.bool_, (n, c), elements=st.booleans())),
    )


def names(probabilities: Any) -> list[str]:
    return [f"label {c}" for c in range(probabilities.shape[1])]


# Gold a a a b b c; called a a b b c c.
WORKED = np.array(
    [[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.3, 0.5, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.0, 0.3, 0.7]]
)


def test_a_table_worked_by_hand() -> None:
    report = classification_report(WORKED, np.array([0, 0, 0, 1, 1, 2]), ["a", "b", "c"])
    assert report.n == 6
    assert report.accuracy == pytest.approx(4 / 6)
    assert report.confusion == ((2, 1, 0), (0, 1, 1), (0, 0, 1))
    found = {c.label: (c.precision, c.recall, c.f1, c.support) for c in report.classes}
    assert found["a"] == pytest.approx((1.0, 2 / 3, 0.8, 3))
    assert found["b"] == pytest.approx((1 / 2, 1 / 2, 1 / 2, 2))
    assert found["c"] == pytest.approx((1 / 2, 1.0, 2 / 3, 1))
    assert report.macro_precision == pytest.approx(2 / 3)
    assert report.macro_recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert report.macro_f1 == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert report.weighted_f1 == pytest.approx((3 * 0.8 + 2 * 0.5 + 2 / 3) / 6)
    assert report.loss == pytest.approx(-np.log([0.9, 0.6, 0.3, 0.8, 0.2, 0.7]).mean())
    # Bins of a fifteenth: 0.9, 0.6 twice (one right), 0.5, 0.8 and 0.7 stand alone or together.
    assert report.ece == pytest.approx((0.1 + abs(1.2 - 1) + 0.5 + 0.2 + 0.3) / 6)
    assert not report.multilabel


def test_a_label_that_never_occurs_is_not_averaged() -> None:
    report = classification_report(np.array([[0.9, 0.1, 0.0]]), np.array([0]), ["a", "b", "c"])
    assert report.macro_f1 == 1.0
    assert report.classes[1].f1 == 0.0


def test_label_sets_worked_by_hand() -> None:
    probabilities = np.array([[0.9, 0.6], [0.2, 0.5], [0.4, 0.1]])
    gold = np.array([[1, 0], [0, 1], [1, 0]], dtype=bool)
    report = classification_report(probabilities, gold, ["x", "y"], multilabel=True)
    assert report.accuracy == pytest.approx(1 / 3)  # only the second set is exactly right
    found = {c.label: (c.precision, c.recall, c.support) for c in report.classes}
    assert found == {"x": (1.0, 0.5, 2), "y": (0.5, 1.0, 1)}
    assert report.confusion == ()
    assert report.loss == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.5, 0.4, 0.9]).mean())
    # Confidence of the decisions: 0.9 and 0.9 right; 0.6 twice, both wrong; 0.8 right; 0.5 right.
    assert report.ece == pytest.approx((0.1 + 0.1 + 1.2 + 0.2 + 0.5) / 6)
    assert report.multilabel


def test_texts_below_the_threshold_have_no_answer() -> None:
    """They are in no precision and no confusion, but not right either."""
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55]])
    gold = np.array([0, 0, 0, 1])
    report = classification_report(probabilities, gold, ["x", "y"], threshold=0.7)
    assert (report.n, report.answered, report.accuracy, report.accuracy_answered) == (4, 2, 0.25, 0.5)
    assert report.confusion == ((1, 1), (0, 0)) and report.threshold == 0.7
    assert report.classes[0].recall == pytest.approx(1 / 3) and report.classes[0].precision == 1.0
    nothing = classification_report(probabilities, gold, ["x", "y"], threshold=1.0)
    assert (nothing.answered, nothing.accuracy, nothing.accuracy_answered) == (0, 0.0, None)


def test_the_threshold_holds_for_texts_with_unknown_labels() -> None:
    tally = Tally(["x", "y"], threshold=0.7)
    tally.add_named(np.array([[0.9, 0.1], [0.6, 0.4]]), [("z",), ("z",)])
    report = tally.report()
    assert (report.answered, report.unknown_labels, report.confusion[2]) == (1, 2, (1, 0, 0))


def test_the_threshold_moves_label_sets() -> None:
    probabilities, gold = np.array([[0.4, 0.2]]), np.array([[True, False]])
    assert classification_report(probabilities, gold, ["x", "y"], multilabel=True).accuracy == 0.0
    assert classification_report(probabilities, gold, ["x", "y"], multilabel=True, threshold=0.3).accuracy == 1.0


def test_certain_and_wrong_is_a_large_finite_loss() -> None:
    report = classification_report(np.array([[1.0, 0.0]]), np.array([1]), ["a", "b"])
    assert 700 < report.loss < 710
    assert report.ece == 1.0


def test_a_report_on_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Tally(["a"]).report()


def test_a_matrix_nobody_would_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MAX_CONFUSED", 2)
    report = classification_report(WORKED, np.array([0, 0, 0, 1, 1, 2]), ["a", "b", "c"])
    assert report.confusion == ()
    assert report.classes[0].f1 == pytest.approx(0.8)


def test_the_mistakes_are_listed_the_most_frequent_first() -> None:
    gold, called = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2]), np.array([0, 1, 1, 1, 2, 0, 0, 0, 2])
    report = classification_report(np.eye(3)[called], gold, ["a", "b", "c"])
    assert report.confused == ((2, 0, 3), (0, 1, 2), (1, 2, 1))


def test_thousands_of_labels_take_memory_for_their_mistakes_only() -> None:
    """A matrix of 50,000 labels would have 20 GB."""
    labels = [f"label {i}" for i in range(50_000)]
    tally = Tally(labels)
    gold = np.array([7, 7, 49_999, 3])
    probabilities = np.zeros((4, len(labels)))
    probabilities[np.arange(4), [7, 49_999, 0, 3]] = 1.0
    tally.add(probabilities, gold)
    report = tally.report()
    assert report.confusion == () and report.confused == ((7, 49_999, 1), (49_999, 0, 1)) and report.accuracy == 0.5


@quick
@given(answers())
def test_mistakes_and_matrix_are_one(case: tuple[Any, Any]) -> None:
    probabilities, gold = case
    report = classification_report(probabilities, gold, names(probabilities))
    wrong = {(i, j): n for i, j, n in report.confused}
    for i, row in enumerate(report.confusion):
        for j, n in enumerate(row):
            assert wrong.get((i, j), 0) == (n if i != j else 0)
    assert sorted(wrong.values(), reverse=True) == [n for _, _, n in report.confused]


def test_calibration_error_of_known_cases() -> None:
    assert expected_calibration_error(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(10, 0.7), np.arange(10) < 2) == pytest.approx(0.5)
    assert expected_calibration_error(np.array([]), np.array([], dtype=bool)) == 0.0
    # Right and wrong at the two ends of one bin cancel out; in two bins they do not.
    assert expected_calibration_error(np.array([0.61, 0.65]), np.array([True, False]), bins=1) == pytest.approx(0.13)
    assert expected_calibration_error(np.array([0.61, 0.65]), np.array([True, False]), bins=100) == pytest.approx(0.52)


@quick
@given(answers())
def test_rules_of_any_report(case: tuple[Any, Any]) -> None:
    probabilities, gold = case
    report = classification_report(probabilities, gold, names(probabilities))
    matrix = np.array(report.confusion)
    assert matrix.sum() == report.n == len(gold)
    assert np.trace(matrix) == pytest.approx(report.accuracy * report.n)
    assert tuple(matrix.sum(axis=1)) == tuple(c.support for c in report.classes)
    assert 0 <= report.ece <= 1
    assert report.loss >= 0
    for score in report.classes:
        assert min(score.precision, score.recall) - 1e-12 <= score.f1 <= max(score.precision, score.recall) + 1e-12


@quick
@given(answers(), st.integers(1, 7))
def test_batches_do_not_matter(case: tuple[Any, Any], size: int) -> None:
    probabilities, gold = case
    tally = Tally(names(probabilities))
    for start in range(0, len(gold), size):
        tally.add(probabilities[start : start + size], gold[start : start + size])
    same(tally.report(), classification_report(probabilities, gold, names(probabilities)))


@quick
@given(answers(), st.randoms(use_true_random=False))
def test_order_does_not_matter(case: tuple[Any, Any], random: Any) -> None:
    probabilities, gold = case
    order = random.sample(range(len(gold)), len(gold))
    whole = classification_report(probabilities, gold, names(probabilities))
    same(classification_report(probabilities[order], gold[order], names(probabilities)), whole)


def same(one: ClassReport, other: ClassReport) -> None:
    assert one.confusion == other.confusion
    assert one.classes == other.classes
    for name in ("accuracy", "macro_f1", "weighted_f1", "ece", "loss"):
        assert math.isclose(getattr(one, name), getattr(other, name), abs_tol=1e-12)


def averages(report: ClassReport) -> list[float]:
    return [report.accuracy, report.macro_precision, report.macro_recall, report.macro_f1, report.weighted_f1]


@quick
@given(answers())
def test_equal_to_scikit_learn(case: tuple[Any, Any]) -> None:
    theirs = pytest.importorskip("sklearn.metrics")
    probabilities, gold = case
    called = probabilities.argmax(axis=1)
    report = classification_report(probabilities, gold, names(probabilities))
    columns = list(range(probabilities.shape[1]))
    assert theirs.confusion_matrix(gold, called, labels=columns).tolist() == [list(row) for row in report.confusion]
    expected = [
        theirs.accuracy_score(gold, called),
        theirs.precision_score(gold, called, average="macro", zero_division=0),
        theirs.recall_score(gold, called, average="macro", zero_division=0),
        theirs.f1_score(gold, called, average="macro", zero_division=0),
        theirs.f1_score(gold, called, average="weighted", zero_division=0),
    ]
    assert averages(report) == pytest.approx(expected)
    each = theirs.precision_recall_fscore_support(gold, called, labels=columns, zero_division=0)
    for c, score in enumerate(report.classes):
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx([part[c] for part in each])
    if len(columns) > 1:
        assert report.loss == pytest.approx(theirs.log_loss(gold, probabilities, labels=columns))


@quick
@given(sets())
def test_label_sets_equal_to_scikit_learn(case: tuple[Any, Any]) -> None:
    theirs = pytest.importorskip("sklearn.metrics")
    probabilities, gold = case
    called = probabilities >= 0.5
    report = classification_report(probabilities, gold, names(probabilities), multilabel=True)
    occurs = np.flatnonzero((called | gold).any(axis=0))
    if len(occurs) == 0:
        assert report.macro_f1 == 0.0
        return
    call = {"labels": occurs, "zero_division": 0}
    if probabilities.shape[1] == 1:  # scikit-learn takes one column for two classes
        gold, called, call = gold[:, 0], called[:, 0], {"labels": [True], "zero_division": 0}
    expected = [
        theirs.accuracy_score(gold, called),
        theirs.precision_score(gold, called, average="macro", **call),
        theirs.recall_score(gold, called, average="macro", **call),
        theirs.f1_score(gold, called, average="macro", **call),
        theirs.f1_score(gold, called, average="weighted", **call),
    ]
    assert averages(report) == pytest.approx(expected)


def test_a_label_that_the_model_lacks_makes_every_answer_wrong() -> None:
    """Worked by hand; macro F1 as scikit-learn has it: over the labels of the texts and of the answers."""
    tally = Tally(["a", "b"])
    tally.add_named(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]]), [("a",), ("b",), ("new",), ("new",)])
    report = tally.report()
    assert (report.n, report.unknown_labels, report.accuracy) == (4, 2, 0.5)
    assert report.confusion == ((1, 0, 0), (0, 1, 0), (1, 1, 0))
    assert [c.f1 for c in report.classes] == pytest.approx([2 / 3, 2 / 3, 0])
    assert report.macro_f1 == pytest.approx(4 / 9) and report.weighted_f1 == pytest.approx(1 / 3)
    assert report.macro_recall == pytest.approx(2 / 3)
    assert report.loss == pytest.approx(-np.log([0.9, 0.8]).mean())
    assert report.ece == pytest.approx(np.abs([0.1, 0.2, -0.7, -0.6]).mean())


def test_labels_by_name_are_judged_as_their_columns() -> None:
    tally, names_ = Tally(["a", "b", "c"]), "abc"
    tally.add_named(WORKED, [(names_[c],) for c in (0, 0, 0, 1, 1, 2)])
    same(tally.report(), classification_report(WORKED, np.array([0, 0, 0, 1, 1, 2]), ["a", "b", "c"]))


@given(st.lists(st.tuples(st.sampled_from("abxyz"), st.floats(0, 1)), min_size=1, max_size=30))
def test_counts_agree_with_a_plain_count_whatever_the_labels(rows: list[tuple[str, float]]) -> None:
    p = np.array([[x, 1 - x] for _, x in rows])
    whole, parts = Tally(["a", "b"]), Tally(["a", "b"])
    whole.add_named(p, [(label,) for label, _ in rows])
    for n, (label, _) in enumerate(rows):
        parts.add_named(p[n : n + 1], [(label,)])
    report = whole.report()
    answers = ["ab"[int(row.argmax())] for row in p]
    gold = [label for label, _ in rows]
    assert report.accuracy == pytest.approx(np.mean([g == a for g, a in zip(gold, answers, strict=True)]))
    for i, label in enumerate(report.labels):
        for j, other in enumerate(report.labels):
            assert report.confusion[i][j] == sum((g, a) == (label, other) for g, a in zip(gold, answers, strict=True))
    f1 = []
    for label in {*gold, *answers}:
        hits = sum(g == a == label for g, a in zip(gold, answers, strict=True))
        f1.append(2 * hits / (gold.count(label) + answers.count(label)))
    assert report.macro_f1 == pytest.approx(np.mean(f1))
    same(parts.report(), report)


def test_very_many_labels_that_the_model_lacks_cost_no_matrix() -> None:
    tally = Tally(["a", "b"])
    tally.add_named(np.full((2000, 2), 0.5), [(str(i),) for i in range(2000)])
    report = tally.report()
    assert (report.n, report.accuracy, report.confusion, len(report.classes)) == (2000, 0.0, (), 2002)
