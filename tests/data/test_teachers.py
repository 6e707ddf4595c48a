"""Soft labels in training data and in the files of teachers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record, Splits
from lstmcli.data.splits import load_splits
from lstmcli.data.teachers import add_teachers
from lstmcli.errors import DataError

TEXTS = [f"{word} {n}" for n in range(10) for word in ("warm", "cold")]


def load(path: Path, labelled: bool | None = None) -> Splits:
    return load_splits(str(path), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1, labelled=labelled)


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def table(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def labelled(folder: Path) -> Splits:
    return load(table(folder / "train.csv", "text,label", *(f"{text},{text[:4]}" for text in TEXTS)))


def soft(p: float) -> dict[str, float]:
    return {"warm": p, "cold": 1 - p}


def test_rows_may_carry_a_distribution_instead_of_a_label(tmp_path: Path) -> None:
    splits = load(table(tmp_path / "a.csv", "text,p_warm,p_cold", *(f"{text},0.75,0.25" for text in TEXTS)), True)
    assert {(r.labels, r.taught, tuple(r.probabilities or ())) for r in (*splits.train, *splits.valid)} == {
        (("warm",), True, ("warm", "cold"))
    }
    assert "probabilities of labels from 'p_warm', 'p_cold' in place of labels" in splits.notes[0]
    objects = load(lines(tmp_path / "b.jsonl", [{"text": text, "label": soft(0.75)} for text in TEXTS]))
    assert next(iter(objects.train)).probabilities == soft(0.75)


def test_rows_with_a_label_judge_the_model_and_rows_without_do_not(tmp_path: Path) -> None:
    rows = [f"{text},{text[:4]},," for text in TEXTS] + [f"new {n},,0.4,0.6" for n in range(30)]
    splits = load(table(tmp_path / "a.csv", "text,label,p_warm,p_cold", *rows))
    assert len(splits.valid) == 2 and not any(record.taught for record in splits.valid)
    assert sum(record.taught for record in splits.train) == 30
    both = load(table(tmp_path / "b.csv", "text,label,p_warm,p_cold", *(f"{t},{t[:4]},0.4,0.6" for t in TEXTS)))
    assert all(r.labels == (r.text[:4],) and r.probabilities == soft(0.4) and not r.taught for r in both.train)
    assert "--teacher-weight 0 leaves them out" in both.notes[0]


def test_a_label_without_a_column_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "text,label,p_warm,p_cold", *(f"{t},{t[:4]},0.4,0.6" for t in TEXTS), "x,hot,1,0")
    with pytest.raises(DataError, match="it lacks the column 'p_hot'; the columns of probabilities are 'p_warm'"):
        load(path)


def test_a_teacher_adds_new_texts_and_answers_known_ones_but_none_of_validation(tmp_path: Path) -> None:
    splits = labelled(tmp_path)
    held = splits.valid[0].text  # type: ignore[index]
    known = next(iter(splits.train)).text
    before = splits.fingerprint
    answers = [{"text": text, "probabilities": soft(0.9)} for text in ("a new one", known.upper(), held, " ")]
    add_teachers(splits, [str(lines(tmp_path / "t.jsonl", answers))])
    told = [record for record in splits.train if record.probabilities]
    assert [(r.text, r.taught, r.labels) for r in told] == [
        (known, False, (known[:4],)),
        ("a new one", True, ("warm",)),
    ]
    assert "1 is new, 1 is in the training data; 1 is in validation or test and left out" in splits.notes[-1]
    assert splits.fingerprint != before


def test_answers_of_classify_are_a_teacher_even_with_the_best_labels_only(tmp_path: Path) -> None:
    answer = {"version": 1, "label": "warm", "probability": 0.7, "probabilities": {"warm": 0.7}, "text": "so-so"}
    splits = labelled(tmp_path)
    add_teachers(splits, [str(lines(tmp_path / "t.jsonl", [answer]))])
    assert list(splits.train)[-1] == Record(
        "so-so", ("warm",), 1, str(tmp_path / "t.jsonl"), {}, None, {"warm": 0.7}, True
    )
    alone = load(lines(tmp_path / "u.jsonl", [{**answer, "text": text} for text in TEXTS]))
    assert all(record.taught for record in alone.train)  # the label is the model's own


def test_teachers_are_averaged(tmp_path: Path) -> None:
    splits = labelled(tmp_path)
    files = [lines(tmp_path / f"{p}.jsonl", [{"text": "x", "probabilities": soft(p)}]) for p in (0.5, 0.75)]
    add_teachers(splits, list(map(str, files)))
    assert list(splits.train)[-1].probabilities == soft(0.625)


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("text,p_warm,p_cold\nx,0.5,0.5\ny,0.5,0.6\n", "the probabilities of 2 labels sum to 1.1, not to 1", 3),
        ("text,p_warm,p_hot\nx,0.5,0.5\n", "it lacks the column 'p_cold'", None),
        ("text,p_warm,p_cold,p_hot\nx,0.5,0.25,0.25\n", "the teacher gives a probability to 'hot', which is no", 2),
        ("p_warm,p_cold\n0.5,0.5\n", "probabilities of labels, but no text; the columns are 'p_warm', 'p_cold'", None),
        ("text,label\nx,warm\n", "there are no probabilities of labels; the columns are 'text', 'label'", None),
        (
            "some words\nand more, of another kind.\n",
            "there are no probabilities of labels; the only column",
            None,
        ),
    ],
)
def test_a_wrong_teacher_is_refused(content: str, message: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "teacher.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        add_teachers(labelled(tmp_path), [str(path)])
    assert message in caught.value.message and caught.value.line == line and caught.value.path == str(path)


def test_several_labels_need_not_sum_to_1(tmp_path: Path) -> None:
    splits = load(lines(tmp_path / "a.jsonl", [{"text": text, "labels": [text[:4], "any"]} for text in TEXTS]))
    add_teachers(splits, [str(table(tmp_path / "t.csv", "text,p_warm,p_cold,p_any", "x,0.9,0.2,0.8"))])
    assert list(splits.train)[-1].labels == ("warm", "any")


def test_of_several_labels_the_teacher_has_to_give_each_a_probability(tmp_path: Path) -> None:
    splits = load(lines(tmp_path / "a.jsonl", [{"text": text, "labels": [text[:4], "any"]} for text in TEXTS]))
    all_labels = {"text": "x", "probabilities": {"warm": 0.9, "any": 0.8, "cold": 0.1}}
    path = lines(tmp_path / "t.jsonl", [all_labels, {"text": "y", "probabilities": {"warm": 0.9, "any": 0.8}}])
    with pytest.raises(DataError, match="there is no probability of 'cold'") as caught:
        add_teachers(splits, [str(path)])
    assert caught.value.line == 2 and caught.value.hint and "--top all" in caught.value.hint


def test_so_has_a_row_of_the_training_data(tmp_path: Path) -> None:
    rows = [{"text": text, "labels": [text[:4], "any"], "probabilities": {"warm": 1, "any": 1}} for text in TEXTS]
    with pytest.raises(DataError, match="there is no probability of 'cold'"):
        add_teachers(load(lines(tmp_path / "a.jsonl", rows)), [])
    whole = [{**row, "probabilities": {"warm": 1, "any": 1, "cold": 0}} for row in rows]
    add_teachers(load(lines(tmp_path / "b.jsonl", whole)), [])
