"""Classifiers against each other: the figures are those of a report, the tests those of SciPy, the rules symmetric."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lstmcli.classification.classify import evaluate
from lstmcli.classification.predict import Classifier
from lstmcli.comparison.classifiers import compare
from lstmcli.comparison.compare import identify, names
from lstmcli.comparison.models import Answers, decide
from lstmcli.comparison.results import ClassifierComparison, ComparedModel
from lstmcli.data.records import Record
from lstmcli.errors import DataError, ModelError, NoDataError, UsageError
from support.compared import compared
from support.models import LABELS, TEXTS, untrained_model

few = settings(max_examples=20)
ABC = ("a", "b", "c")


@dataclass
class Column:
    """Answers with what it was made with: probabilities [N, C]."""

    about: ComparedModel
    p_NC: Any
    labels: tuple[str, ...] | None = ABC
    multilabel: bool | None = False
    at: int = 0

    def answer(self, records: Any, labels: Any, multilabel: bool) -> Answers:
        own = self.p_NC[self.at : self.at + len(records)]
        self.at += len(records)
        return decide(own, multilabel)

    def finish(self, texts: int) -> None:
        assert self.at == texts

    def cold_start(self, text: str) -> float | None:
        return 0.5


def column(name: str, p_NC: Any, **more: Any) -> Column:
    return Column(ComparedModel(name, "lstm", name), np.asarray(p_NC), **more)


def says(answers: str) -> Any:
    """One letter an answer, each with a probability of 0.8."""
    return np.array([[0.8 if label == letter else 0.1 for label in ABC] for letter in answers])


def records(gold: str) -> list[Record]:
    return [Record(f"text {n}", (letter,) if letter != "-" else (), n + 1) for n, letter in enumerate(gold)]


def run(columns: list[Column], gold: list[Record], shown: int = 10) -> ClassifierComparison:
    return compare(columns, gold, "data.csv", shown, False)


def test_a_table_worked_by_hand() -> None:
    gold = "aaaaabbbbb"
    found = run([column("first", says("aaaaabbbaa")), column("other", says("aaacabbbbb"))], records(gold))
    one, two = found.models
    assert (one.accuracy, two.accuracy) == (0.8, 0.9)
    # first: a 5 of 7 given and 5 there, b 3 of 3 and 5; other: a 4, 4, 5, b 5, 5, 5, c one given and none there.
    assert one.macro_f1 == pytest.approx((10 / 12 + 6 / 8) / 2)
    assert two.macro_f1 == pytest.approx((8 / 9 + 1 + 0) / 3)
    assert one.ece == pytest.approx(0.0)
    (table,) = found.agreements
    counts = (table.both_right, table.only_first_right, table.only_model_right, table.both_wrong)
    assert counts == (7, 1, 2, 0)
    accuracy, f1 = found.differences
    assert (accuracy.measure, f1.measure) == ("accuracy", "macro_f1")
    assert accuracy.difference == pytest.approx(0.1) and accuracy.better == "other"
    assert accuracy.p_value == stats.binomtest(1, 3).pvalue and accuracy.significant is False
    assert f1.difference == pytest.approx(two.macro_f1 - one.macro_f1) and f1.p_value is None
    assert found.disagreeing == 3 and [row.line for row in found.disagreements] == [4, 9, 10]
    assert found.disagreements[0].answers[1].labels == ("c",) and not found.disagreements[0].answers[1].right


def test_the_most_confident_disagreement_comes_first() -> None:
    first = [[0.6, 0.4, 0], [0.9, 0.1, 0], [0.7, 0.3, 0], [1, 0, 0]]
    other = [[0.4, 0.6, 0], [0.0, 1.0, 0], [0.1, 0.9, 0], [1, 0, 0]]
    found = run([column("first", first), column("other", other)], records("aaaa"), shown=2)
    assert [row.line for row in found.disagreements] == [2, 3] and found.disagreeing == 3
    assert run([column("first", first), column("other", other)], records("aaaa"), shown=0).disagreements == ()


probabilities = st.integers(2, 25).flatmap(
    lambda n: st.tuples(*(st.lists(st.sampled_from("abc"), min_size=n, max_size=n) for _ in range(3)))
)


@few
@given(probabilities)
def test_swapping_the_models_flips_the_sign(drawn: Any) -> None:
    gold, one, two = ("".join(letters) for letters in drawn)
    there = run([column("x", says(one)), column("y", says(two))], records(gold))
    back = run([column("y", says(two)), column("x", says(one))], records(gold))
    for a, b in zip(there.differences, back.differences, strict=True):
        assert a.difference == pytest.approx(-b.difference)
        assert a.p_value == b.p_value and a.better == b.better
        assert a.interval is not None and b.interval is not None
        assert (a.interval.low, a.interval.high) == pytest.approx((-b.interval.high, -b.interval.low))
    assert there.disagreeing == back.disagreeing == sum(p != q for p, q in zip(one, two, strict=True))
    assert [row.text for row in there.disagreements] == [row.text for row in back.disagreements]


def test_more_than_two_are_each_compared_with_the_first_and_corrected() -> None:
    gold = "a" * 12
    columns = [column("one", says("b" * 12)), column("two", says("a" * 6 + "b" * 6)), column("three", says(gold))]
    found = run(columns, records(gold))
    tested = [d for d in found.differences if d.test]
    assert [(d.model, d.against) for d in tested] == [("two", "one"), ("three", "one")]
    assert [d.p_value for d in tested] == pytest.approx([2 / 2**6, 2 / 2**12])
    assert [d.p_adjusted for d in tested] == pytest.approx([2 / 2**6, 4 / 2**12])
    assert any("each model is compared with the first (one)" in note and "Holm" in note for note in found.notes)


def test_one_text_has_no_interval_and_no_test() -> None:
    found = run([column("x", says("a")), column("y", says("b"))], records("a"))
    assert all(d.interval is None and d.p_value is None and d.significant is None for d in found.differences)
    assert "one text: there is no interval" in found.notes[0]


def test_texts_without_a_label_are_left_out_and_those_of_a_label_that_is_not_known_count_as_wrong() -> None:
    found = run([column("x", says("aab")), column("y", says("abb"))], records("a-z"))
    assert found.texts == 2 and [f.accuracy for f in found.models] == [0.5, 0.5]
    assert any("'z'" in note for note in found.notes) and any("no label" in note for note in found.notes)
    with pytest.raises(NoDataError, match="no labels to compare with"):
        run([column("x", says("aa")), column("y", says("ab"))], records("--"))
    with pytest.raises(NoDataError, match="found 'z'"):
        run([column("x", says("aa")), column("y", says("ab"))], records("zz"))
    with pytest.raises(DataError, match="several labels"):
        run([column("x", says("a")), column("y", says("a"))], [Record("t", ("a", "b"))])


def test_label_sets() -> None:
    sets = np.array([[0.9, 0.9, 0.1], [0.2, 0.7, 0.1]])
    others = np.array([[0.9, 0.1, 0.1], [0.2, 0.7, 0.1]])
    gold = [Record("one", ("a", "b")), Record("two", ("b",))]
    found = run([column("x", sets, multilabel=True), column("y", others, multilabel=True)], gold)
    assert [f.accuracy for f in found.models] == [1.0, 0.5]
    assert found.disagreements[0].answers[0].labels == ("a", "b")
    assert found.models[0].ece == pytest.approx(np.mean([0.1, 0.1, 0.1, 0.2, 0.3, 0.1]))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("compared")
    return untrained_model(folder / "here"), untrained_model(folder / "there", labels=tuple(reversed(LABELS)))


def test_the_figures_are_those_of_a_report(models: tuple[Path, Path]) -> None:
    labelled = [Record(text, ((*LABELS, "new", "newer")[n % 5],), n + 1) for n, text in enumerate(TEXTS)]
    found = compared(identify(models), labelled, cold_starts=False)
    assert any("the models do not know ('new', 'newer')" in note for note in found.notes)
    for path, figures in zip(models, found.models, strict=True):
        report = evaluate(Classifier(path), labelled)
        assert (figures.accuracy, figures.macro_f1, figures.ece) == pytest.approx(
            (report.accuracy, report.macro_f1, report.ece), abs=1e-6
        )
        assert figures.model.parameters == 12345 and figures.model.bytes and figures.texts_per_second
    assert found.models[0].cold_start is None


def test_a_cold_start_is_measured(models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.comparison.models.COLD_STARTS", 1)
    found = compared(identify([models[0], models[0]]), [Record("-- fine", ("good",))])
    assert all(figures.cold_start and figures.cold_start > 0.05 for figures in found.models)


def test_models_of_other_labels_are_refused(models: tuple[Path, Path], tmp_path: Path) -> None:
    other = untrained_model(tmp_path / "other", labels=("bad", "good", "fair"))
    with pytest.raises(ModelError, match="only here has 'so so'; only other has 'fair'"):
        compared(identify([models[0], other]), [Record("x", ("bad",))])
    with pytest.raises(ModelError, match="several labels"):
        run([column("x", says("a")), column("y", says("a"), multilabel=True)], records("a"))


def test_models_of_other_tasks_and_what_is_no_model(models: tuple[Path, Path], tmp_path: Path) -> None:
    from support.lm_models import untrained_lm

    with pytest.raises(ModelError, match=r"is a language model, and .* is a classifier"):
        identify([models[0], untrained_lm(tmp_path / "lm")])
    with pytest.raises(ModelError, match="is a classifier, not a language model"):
        identify(models, "lm")
    with pytest.raises(UsageError, match="two models"):
        identify(models[:1])
    with pytest.raises(ModelError, match="no model here"):
        identify([models[0], tmp_path / "nothing"])
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(ModelError, match="no model and no file of answers"):
        identify([models[0], tmp_path / "noise.bin"])


def test_names() -> None:
    assert names(["a/x", "a/y"]) == ["x", "y"]
    assert names(["a/x", "b/x", "y"]) == ["a/x", "b/x", "y"]
    assert names(["x", "x"]) == ["x", "x (2)"]
