"""A classifier for programs answers as the command does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmcli.classification.classify import classify
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.errors import DataError, NoDataError, UsageError
from support.models import LABELS, SEVERAL, TEXTS, untrained_model


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(untrained_model(tmp_path_factory.mktemp("single") / "m"), threads=1)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(untrained_model(tmp_path_factory.mktemp("several") / "m", **SEVERAL), threads=1)


def test_it_answers_as_the_stream_does(single: Classifier) -> None:
    answers = list(classify(Classifier(single.path, threads=1), [Record(text) for text in TEXTS]))
    assert single.predict(TEXTS) == [answer.label for answer in answers]
    p_NC = single.predict_proba(TEXTS)
    assert p_NC.shape == (len(TEXTS), len(LABELS)) and np.allclose(p_NC.sum(axis=1), 1)
    for row, answer in zip(p_NC, answers, strict=True):
        assert dict(zip(single.labels, row.tolist(), strict=True)) == pytest.approx(answer.probabilities, abs=1e-6)


def test_a_threshold_may_leave_no_label(single: Classifier) -> None:
    best = single.predict_proba(TEXTS).max(axis=1)
    found = single.predict(TEXTS, threshold=float(np.median(best)))
    assert [label is None for label in found] == (best < np.median(best)).tolist()
    with pytest.raises(UsageError, match="threshold must be between 0 and 1"):
        single.predict(TEXTS, threshold=2)
    with pytest.raises(UsageError, match="threshold must be a number, not 'high'"):
        single.predict(TEXTS, threshold="high")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="batch_size must be at least 1, not 0"):
        single.predict_proba(TEXTS, batch_size=0)
    assert single.predict(TEXTS, threshold=np.float32(0.0)) == single.predict(TEXTS)  # type: ignore[arg-type]


def test_several_labels_are_tuples(several: Classifier) -> None:
    assert several.multilabel
    p_NC, found = several.predict_proba(TEXTS), several.predict(TEXTS)
    for row, labels in zip(p_NC, found, strict=True):
        assert isinstance(labels, tuple)
        answers = zip(several.labels, row, several.thresholds, strict=True)
        assert set(labels) == {label for label, p, threshold in answers if p >= threshold}
    assert all(set(labels) == set(several.labels) for labels in several.predict(TEXTS, threshold=0.0))


def test_no_text_has_no_answer(single: Classifier) -> None:
    assert single.predict([]) == [] and single.predict_proba([]).shape == (0, len(LABELS))


def test_texts_come_as_they_are_needed(single: Classifier) -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "a fine film"

    answers = single.classify(endless(), eager=True, top=1)
    assert next(answers).text == "a fine film" and len(next(answers).probabilities) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("one text", "texts should be a list"),
        ({"text": ["a"]}, "texts should be one column"),
        (np.zeros((2, 2)), "texts should be one column"),
        (3, "texts should be a list, not int"),
        (["a", "b", b"x"], "row 3: a text should be a string, not bytes"),
    ],
)
def test_what_is_no_column_of_texts_is_named(single: Classifier, wrong: Any, said: str) -> None:
    for use in (single.predict, single.predict_proba):
        with pytest.raises(DataError, match=said):
            use(wrong)


def test_evaluate_reads_files_and_memory_alike(single: Classifier, tmp_path: Path) -> None:
    labels = [LABELS[n % 3] for n in range(len(TEXTS))]
    path = tmp_path / "test.csv"
    lines = [f'"{text}",{label}' for text, label in zip(TEXTS, labels, strict=True)]
    path.write_text("review,mark\n" + "\n".join(lines) + "\n", encoding="utf-8")
    memory = single.evaluate((TEXTS, labels))
    assert memory == single.evaluate(path, text_column="review", label_column="mark")
    assert memory == single.evaluate({"review": TEXTS, "mark": labels}, text_column="review", label_column="mark")
    answers = single.predict(TEXTS)
    assert memory.accuracy == sum(a == b for a, b in zip(answers, labels, strict=True)) / len(TEXTS)


def test_evaluate_says_what_is_wrong(single: Classifier) -> None:
    with pytest.raises(NoDataError, match="no label is one of the model's"):
        single.evaluate((TEXTS, ["elsewhere", "nowhere"] * 4))
    with pytest.raises(DataError, match="row 2: found several labels"):
        single.evaluate((["a", "b"], [["good"], ["good", "bad"]]))
    with pytest.raises(UsageError, match="evaluate has no option 'label'") as found:
        single.evaluate((TEXTS, ["good"] * 8), label="x")
    assert "label_column" in (found.value.hint or "")
    with pytest.raises(DataError, match="there is no column 'mark'"):
        single.evaluate({"text": ["a"], "label": ["good"]}, label_column="mark")


def test_engines_agree(single: Classifier) -> None:
    torch = Classifier(single.path, engine="torch", threads=1)
    assert np.allclose(torch.predict_proba(TEXTS), single.predict_proba(TEXTS), atol=1e-5)
