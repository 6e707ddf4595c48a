"""One answer a text, in order, and at once where that is asked; reports on labelled text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.classification import classify as module
from lstmcli.classification.classify import classify, evaluate
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.data.windows import FIRST
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.loaded import Model
from support.models import description


class Letters:
    """Encodes a text as its code points, answers with how often it has a, b and c; notes what it was asked."""

    workers, batch_size = 1, 16

    def __init__(self) -> None:
        self.windows: list[int] = []
        self.batches: list[tuple[int, ...]] = []

    def encode(self, texts: Sequence[str]) -> list[Any]:
        self.windows.append(len(texts))
        return [np.array([[ord(c)] for c in text] or [[1]], np.int32) for text in texts]

    def logits(self, ids: Any, lengths: Any) -> Any:
        self.batches.append(ids.shape)
        return np.stack([(ids == ord(c)).sum(axis=(1, 2, 3)) for c in "abc"], axis=1).astype(np.float32)


def letters(multilabel: bool = False) -> tuple[Classifier, Letters]:
    fake = Letters()
    config = description(labels=["a", "b", "c"], multilabel=multilabel, calibration={"scale": 1.0})
    config["classifier"]["model"]["segment"] = 0
    config["classifier"]["tokenizer"]["max_tokens"] = 1000
    classifier = Classifier.__new__(Classifier)
    Model.__init__(classifier, "fake", {})
    classifier._assemble(ModelDir(Path("fake"), config), fake, fake)  # type: ignore[arg-type]
    return classifier, fake


def records(*texts: str, gold: Sequence[tuple[str, ...]] | None = None) -> list[Record]:
    each = zip(texts, gold or [()] * len(texts), strict=True)
    return [Record(text, labels, line=n, path="x.csv") for n, (text, labels) in enumerate(each, start=1)]


# --- order, blanks, windows


@settings(max_examples=40)
@given(texts=st.lists(st.text("abcx \n", max_size=12), max_size=30), batch=st.integers(1, 7), window=st.integers(1, 9))
def test_one_answer_each_in_order_whatever_the_batches(texts: list[str], batch: int, window: int) -> None:
    classifier, _ = letters()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", window)
        answers = list(classify(classifier, records(*texts), batch_size=batch))
    assert [answer.text for answer in answers] == texts
    for answer in answers:
        counts = {c: answer.text.count(c) for c in "abc"}
        assert counts[answer.label or ""] == max(counts.values())
        assert sum(answer.probabilities.values()) == pytest.approx(1.0, abs=1e-12)
        assert answer.probability == max(answer.probabilities.values())
        assert answer.labels is None


def test_texts_of_like_length_share_a_batch() -> None:
    classifier, fake = letters()
    texts = ["a" * n for n in (9, 1, 8, 2, 9, 1)]
    list(classify(classifier, records(*texts), batch_size=2))
    assert [shape[2] for shape in fake.batches] == [9, 8, 1]
    assert fake.windows == [6]


def test_blank_inputs_are_answered() -> None:
    classifier, _ = letters()
    answers = list(classify(classifier, records("", "  ", "\n", "b")))
    assert len(answers) == 4
    assert all(answer.probability == pytest.approx(1 / 3) for answer in answers[:3])
    assert list(classify(classifier, [])) == []
    assert classifier.probabilities([]).shape == (0, 3)


def endless(read: list[int]) -> Iterator[Record]:
    while True:
        read.append(1)
        yield Record("ab")


def test_no_more_is_read_than_two_windows_ahead() -> None:
    classifier, _ = letters()
    read: list[int] = []
    answers = classify(classifier, endless(read))
    next(answers)
    assert len(read) == (1 + 2 + 4) * FIRST
    for answered in range(2, 10_000):
        next(answers)
        assert len(read) - answered < 3 * module.WINDOW


def test_long_texts_make_short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW_CHARACTERS", 100)
    classifier, fake = letters()
    list(classify(classifier, records("a" * 99, "b" * 99, "c" * 200, "a")))
    assert fake.windows == [2, 1, 1]


def test_eager_answers_before_it_reads_on() -> None:
    classifier, fake = letters()
    read: list[int] = []
    answers = classify(classifier, endless(read), eager=True)
    for n in range(1, 4):
        next(answers)
        assert len(read) == n
    assert fake.windows == [1, 1, 1]


def test_eager_takes_what_is_already_there() -> None:
    classifier, fake = letters()
    there = iter([True, True, False, False, True])
    answers = classify(classifier, records("a", "b", "c", "ab", "bc"), eager=True, ready=lambda: next(there))
    assert [answer.text for answer in answers] == ["a", "b", "c", "ab", "bc"]
    assert fake.windows == [3, 1, 1]


def test_what_came_before_a_bad_line_is_answered() -> None:
    classifier, _ = letters()

    def broken() -> Iterator[Record]:
        yield from records("a", "b")
        raise DataError("unclosed quote", path="x.csv", line=3)

    answers = classify(classifier, broken())
    assert [next(answers).text for _ in range(2)] == ["a", "b"]
    with pytest.raises(DataError, match="line 3"):
        next(answers)


def test_gold_and_columns_are_kept() -> None:
    classifier, _ = letters()
    (answer,) = classify(classifier, [Record("a", ("b",), columns={"id": 7})])
    assert (answer.gold, answer.columns) == (("b",), {"id": 7})


# --- top, threshold, label sets


def test_the_best_come_first() -> None:
    classifier, _ = letters()
    for top, expected in ((None, ["b", "c", "a"]), (2, ["b", "c"]), (9, ["b", "c", "a"])):
        (answer,) = classify(classifier, records("bbbbcc"), top=top)
        assert list(answer.probabilities) == expected
        assert answer.label == "b"


def test_below_the_threshold_there_is_no_label() -> None:
    classifier, _ = letters()
    sure, unsure = classify(classifier, records("aaaaaaaa", "abc"), threshold=0.5)
    assert (sure.label, unsure.label) == ("a", None)
    assert unsure.probability == pytest.approx(1 / 3)
    assert len(unsure.probabilities) == 3


def test_label_sets() -> None:
    classifier, _ = letters(multilabel=True)
    (answer,) = classify(classifier, records("aab"))
    assert answer.labels == ("a", "b", "c")  # sigmoid(0) is a half
    (answer,) = classify(classifier, records("aab"), threshold=0.7, top=1)
    assert answer.labels == ("a", "b")
    assert list(answer.probabilities) == ["a"]
    (answer,) = classify(classifier, records("aab"), threshold=0.99)
    assert (answer.labels, answer.label) == ((), None)


@pytest.mark.parametrize("options", [{"top": 0}, {"threshold": 1.5}, {"threshold": -0.1}, {"threshold": float("nan")}])
def test_options_out_of_range_fail_before_anything_is_read(options: dict[str, Any]) -> None:
    classifier, _ = letters()
    read: list[int] = []
    with pytest.raises(UsageError):
        classify(classifier, endless(read), **options)
    assert not read


# --- evaluate


def test_a_report_on_labelled_text() -> None:
    classifier, _ = letters()
    gold = [("a",), ("b",), ("c",), ("martian",), ()]
    report = evaluate(classifier, records("aa", "bb", "bb", "x", "cc", gold=gold))
    assert (report.n, report.unknown_labels) == (4, 1)
    assert report.accuracy == pytest.approx(2 / 4)
    assert report.labels == ("a", "b", "c", "martian")
    assert report.confusion[:3] == ((1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0))
    assert sum(report.confusion[3]) == 1 and report.confusion[3][3] == 0
    assert (report.classes[3].recall, report.classes[3].support) == (0.0, 1)


def test_a_report_on_label_sets() -> None:
    classifier, _ = letters(multilabel=True)
    gold = [("a", "b"), (), ("c", "martian")]
    report = evaluate(classifier, records("aaabbb", "x", "c", gold=gold), threshold=0.9)
    assert (report.n, report.unknown_labels, report.accuracy) == (3, 1, pytest.approx(2 / 3))
    assert [(c.label, c.f1, c.support) for c in report.classes] == [
        ("a", 1.0, 1),
        ("b", 1.0, 1),
        ("c", 0.0, 1),
        ("martian", 0.0, 1),
    ]
    assert report.macro_f1 == 0.5


@pytest.mark.parametrize("multilabel", [False, True])
def test_nothing_to_compare_with(multilabel: bool) -> None:
    classifier, _ = letters(multilabel)
    for some in ([], records("a", "b")):
        with pytest.raises(NoDataError, match="no labels"):
            evaluate(classifier, some)
    with pytest.raises(NoDataError, match="'martian'"):
        evaluate(classifier, records("a", gold=[("martian",)]))


def test_several_labels_for_a_model_that_gives_one() -> None:
    classifier, _ = letters()
    with pytest.raises(DataError, match="line 2: found several labels"):
        evaluate(classifier, records("a", "b", gold=[("a",), ("a", "b")]))


def test_the_next_window_is_worked_on_while_this_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW", 2)
    classifier, seen = letters()
    answers = classify(classifier, records("a", "b", "c", "a", "b"))
    assert next(answers).label == "a"
    assert len(seen.windows) >= 1
    assert [prediction.label for prediction in answers] == ["b", "c", "a", "b"]
    assert seen.windows == [2, 2, 1]
