"""Files as people have them: every form of ``fileforms`` is read rightly, or it is said what else it could be.

``python benchmarks/forms.py --only NAME`` shows what is read of one, and what is said.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fileforms import FORMS, Case, Form, Refused, Want
from fileforms.judge import Reading, build, depth_for, read_in_process, verdict
from fileforms.model import classify, pairs, running


@pytest.fixture(autouse=True)
def cache_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_a_form_is_read_or_said(form: Form, tmp_path: Path) -> None:
    case = build(form, tmp_path)
    reading = read_in_process(case, tmp_path / form.name, depth=depth_for(case))
    result, fault = verdict(case, reading)
    assert result != "wrong", f"{form.about}\nread: {reading.summary()}\nbut: {fault}"


def test_there_are_enough_forms_of_every_group() -> None:
    assert len(FORMS) >= 120
    groups = {form.group for form in FORMS.values()}
    assert len(groups) >= 20
    assert all(form.about and re.fullmatch(r"[a-z0-9-]+", form.name) for form in FORMS.values())


def test_a_form_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("kaggle-airline", "headerless-ag-news", "script-thai"):
        first, second = (build(FORMS[name], tmp_path / place).source for place in ("a", "b"))
        assert Path(first).read_bytes() == Path(second).read_bytes()


# The judge itself: what it must not let pass.

CASE = Case("x.csv", (classify(pairs(("good film", "bad film"), ("1", "0"))),), said=(("--label-column", "'other'"),))


def read(rows: list[tuple[str, tuple[str, ...]]], **more: object) -> Reading:
    labels = frozenset(label for _, several in rows for label in several)
    return Reading(task="classify", rows=rows, labels=labels, **more)  # type: ignore[arg-type]


RIGHT = [("good film", ("1",)), ("bad film", ("0",))]


def test_the_judge_passes_right_readings() -> None:
    assert verdict(CASE, read(RIGHT)) == ("right", "")
    assert verdict(CASE, read(RIGHT[::-1])) == ("right", "")


@pytest.mark.parametrize(
    ("reading", "fault"),
    [
        (read(RIGHT[:1]), "1 rows in place of 2"),
        (read([("good film", ("0",)), ("bad film", ("1",))]), "a row that should not be"),
        (read([("good film and more", ("1",)), ("bad film", ("0",))]), "a row that should not be"),
        (read([("good film", ("1",)), ("bad film", ("2",))]), "other labels"),
        (read(RIGHT, multilabel=True), "multi-label"),
        (Reading(task="lm", rows=[("good film", ()), ("bad film", ())]), "a lm in place of classify"),
        (Reading(exit_code=3, said="x.csv: no"), "refused"),
        (Reading(unexpected="KeyError: 1"), "unexpected"),
    ],
)
def test_the_judge_finds_wrong_readings(reading: Reading, fault: str) -> None:
    result, found = verdict(CASE, reading)
    assert result == "wrong"
    assert fault in found


def test_another_reading_is_noted_if_all_words_are_there() -> None:
    other = [("good film", ("a",)), ("bad film", ("b",))]
    assert verdict(CASE, read(other, said="label from 'other'; --label-column names another"))[0] == "said"
    assert verdict(CASE, read(other, said="label from 'other'"))[0] == "wrong"
    crash = Reading(unexpected="KeyError: 1", said="'other' --label-column")
    assert verdict(CASE, crash)[0] == "wrong"
    assert verdict(CASE, Reading(exit_code=1, said="'other' --label-column"))[0] == "wrong"


def test_html_tags_are_left_out_or_noted() -> None:
    case = Case("x.csv", (classify(pairs(("good<br />film",), ("1",))),))
    assert verdict(case, read([("good film", ("1",))]))[0] == "right"
    assert verdict(case, read([("good<br />film", ("1",))]))[0] == "wrong"
    assert verdict(case, read([("good<br />film", ("1",))], said="there are HTML tags in it"))[0] == "right"


def test_a_refusal_needs_its_words() -> None:
    case = Case("x.csv", (Refused(("quantity",)),))
    assert verdict(case, Reading(exit_code=3, error="a quantity, no class"))[0] == "right"
    assert verdict(case, Reading(exit_code=3, said="a quantity", error="cannot be read"))[0] == "wrong"
    assert verdict(case, Reading(exit_code=1, error="a quantity"))[0] == "wrong"


def test_running_text_is_compared_without_white_space() -> None:
    case = Case("x.txt", (running("one two\nthree"),))
    for lines, result in ((["three", "one  two"], "right"), (["one two three", "licence"], "wrong")):
        assert verdict(case, Reading(task="lm", rows=[(line, ()) for line in lines]))[0] == result


def test_known_tokens_are_required_or_noted() -> None:
    rows = pairs(("good film", "bad film"), ("1", "0"))
    case = Case("x.csv", (Want("classify", rows=rows, known=0.7),))
    assert verdict(case, read(RIGHT, known=0.9))[0] == "right"
    assert verdict(case, read(RIGHT, known=0.2))[0] == "wrong"
    assert verdict(case, read(RIGHT, known=0.2, said="80 % unknown: --tokenizer bpe"))[0] == "right"
