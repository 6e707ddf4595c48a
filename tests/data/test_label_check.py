"""Labels that stand for none, and labels that are probably one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig, TrainedRead
from lstmcli.data.label_check import alike, label_warnings, missing_labels
from lstmcli.data.records import Splits
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits

COUNTS = st.dictionaries(st.text(max_size=12), st.integers(1, 500))


def load(path: Path, cells: list[str]) -> Splits:
    path.write_text("text,label\n" + "".join(f"a text about thing {i},{cell}\n" for i, cell in enumerate(cells)))
    return load_splits(str(path), ReadConfig(), valid=None, test=None, valid_fraction=0.1, seed=1)


@pytest.mark.parametrize("mark", ["NaN", "nan", "N/A", "n/a", "#N/A", "<NA>", "\\N", "NULL", "None", "-", "?"])
def test_marks_for_missing_labels_are_left_out_and_counted(tmp_path: Path, mark: str) -> None:
    splits = load(tmp_path / "a.csv", [mark if i % 20 == 3 else ("on", "off")[i % 2] for i in range(120)])
    assert {label for record in splits.train for label in record.labels} == {"on", "off"}
    assert len(splits.train) + len(splits.valid) == 114
    assert any(f"{mark!r} (6) is taken for a missing label" in warning for warning in splits.warnings)
    assert any("6 rows have no label and are left out" in warning for warning in splits.warnings)


@pytest.mark.parametrize(
    "counts",
    [
        {"none": 50, "sexism": 60, "racism": 60},
        {"none": 5, "sexism": 60, "racism": 60},
        {"None": 50, "Mild": 60},
        {"NA": 3, "DE": 60, "FR": 60},
        {"?": 40, "!": 60},
        {"-": 2, "+": 60},
        {"unknown": 1, "known": 60},
    ],
)
def test_real_classes_stay(counts: dict[str, int]) -> None:
    assert missing_labels(counts) == frozenset()


def test_a_rare_none_stays_with_a_warning() -> None:
    assert any("'none' (5)" in warning for warning in label_warnings({"none": 5, "a": 60, "b": 60}))


@pytest.mark.parametrize(
    ("labels", "how"),
    [
        (("Spam", "spam", "SPAM"), "case"),
        (("not ok", "not  ok"), "blanks"),
        (("not-ok", "not_ok"), "dashes"),
        (("1", "1.0"), "number"),
        (("05", "5"), "number"),
        (("Gr\u00fcn", "Gru\u0308n"), "Unicode"),
        (("１", "1"), "width"),
        (("good", "good."), "punctuation"),
        (("good", '"good"'), "punctuation"),
    ],
)
def test_spellings_of_one_label_are_reported(labels: tuple[str, ...], how: str) -> None:
    counts = {"other": 9, **dict.fromkeys(labels, 5)}
    [(found, difference)] = alike(counts)
    assert set(found) == set(labels)
    assert how in difference
    assert any("probably one label" in w and all(f"{x!r} (5)" in w for x in labels) for w in label_warnings(counts))


@pytest.mark.parametrize(
    "labels", [("C", "C++", "C#"), ("1", "-1"), ("1.5", "1"), ("+", "-"), ("2", "２0"), (":)", ":(")]
)
def test_different_labels_are_not_reported(labels: tuple[str, ...]) -> None:
    assert alike(dict.fromkeys(labels, 5)) == []


def test_labels_with_a_mark_name_the_option() -> None:
    counts = {"Food, drinks": 30, "Home, garden": 30, "Clothes": 30}
    assert any("--label-separator ," in warning for warning in label_warnings(counts))


@given(COUNTS)
def test_every_label_is_in_one_group_at_most(counts: dict[str, int]) -> None:
    grouped = [label for labels, _ in alike(counts) for label in labels]
    assert len(grouped) == len(set(grouped))
    assert missing_labels(counts) <= counts.keys()
    list(label_warnings(counts))


def test_a_missing_label_in_a_test_file_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,label\nfirst words,on\nsecond words,nan\n")
    trained = TrainedRead.of(ReadConfig(text_columns=("text",), label_column="label"), ("on", "off"))
    assert [r.labels for r in open_source(str(path), ReadConfig(), labelled=True, prefer=trained)] == [("on",), ()]
