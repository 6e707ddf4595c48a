"""Splits: given, named, or held out by a rule that anyone can repeat."""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text
from lstmcli.data.held_out import default_share, hold_rows
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, NoDataError

Rows = list[tuple[str, str]]


def load(spec: str | Path, **options: Any) -> Splits:
    given = {name: options.pop(name, None) for name in ("valid", "test", "valid_fraction", "labelled")}
    seed = options.pop("seed", 1)
    given.update({name: str(path) for name, path in given.items() if isinstance(path, Path)})
    return load_splits(str(spec), ReadConfig(**options), seed=seed, **given)


def write(path: Path, rows: Rows, header: tuple[str, str] | None = ("text", "label")) -> Path:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([*([header] if header else []), *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.getvalue(), encoding="utf-8")
    return path


def some(prefix: str, count: int, labels: str = "ab") -> Rows:
    return [(f"{prefix} {i}", labels[i % len(labels)]) for i in range(count)]


def texts(records: Iterable[Record]) -> list[str]:
    return [record.text for record in records]


def test_a_tenth_of_a_small_corpus_is_held_out_by_label(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", some("t", 300, "aab"))
    splits = load(path)
    assert Counter(r.labels[0] for r in splits.valid) == {"a": 20, "b": 10}
    assert sorted(texts(splits.train + splits.valid)) == sorted(text for text, _ in some("t", 300))
    assert "validation: 30 of 300 rows held out, by label, seed 1" in splits.notes
    assert (splits.labelled, splits.multilabel, splits.label_column, splits.test) == (True, False, "label", [])
    assert texts(load(path).valid) == texts(splits.valid) != texts(load(path, seed=2).valid)
    assert load(path).fingerprint == splits.fingerprint != load(path, seed=2).fingerprint
    assert len(load(path, valid_fraction=0.5).valid) == 150


@pytest.mark.parametrize(
    ("rows", "held"),
    [(1, 0.1), (1000, 100), (2000, 200), (3000, 200), (4000, 200), (10_000, 500), (40_000, 2000), (500_000, 2000)],
)
def test_a_larger_corpus_gives_a_smaller_share(rows: int, held: float) -> None:
    assert default_share(rows) * rows == pytest.approx(held)
    assert default_share(0) == 0


@pytest.mark.parametrize(("rows", "held"), [(3000, 200), (6000, 300), (50_000, 2000)])
def test_the_share_is_held_out(rows: int, held: int) -> None:
    records = [Record(f"t {i}", (str(i % 7),)) for i in range(rows)]
    train, valid = hold_rows(records, None, 1)
    assert held - 7 <= len(valid) <= held
    assert len(train) + len(valid) == rows


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), max_size=40), st.floats(0.05, 0.9))
def test_what_is_held_out(rows: Rows, fraction: float) -> None:
    records = [Record(text, (label,), i) for i, (text, label) in enumerate(rows)]
    train, valid = hold_rows(records, fraction, 1)
    assert sorted(train + valid, key=lambda r: r.line) == records
    assert not set(texts(train)) & set(texts(valid))
    assert train or not records
    assert [r.line for r in valid] == sorted(r.line for r in valid)


@given(st.lists(st.tuples(st.sampled_from(["a b", "A B", "a  b", "ab ", "c", "C", "Çé", "C\u0327e\u0301"]), st.text())))
def test_near_duplicates_stay_on_one_side(rows: Rows) -> None:
    train, valid = hold_rows([Record(text, (label,)) for text, label in rows], 0.5, 1)
    assert not {same_text(text) for text in texts(train)} & {same_text(text) for text in texts(valid)}


def test_what_is_held_out_depends_on_near_duplicates_only() -> None:
    """The seeded choice is the one of 0.1.0 where all texts differ by more than case and white space."""
    records = [Record(f"Text {i}", (str(i % 3),)) for i in range(60)]
    assert [r.text.split()[1] for r in hold_rows(records, 0.1, 1)[1]] == ["7", "11", "13", "15", "29", "33"]


def test_tiny_classes() -> None:
    records = [Record("1", ("one",)), Record("2", ("two",)), Record("3", ("two",)), Record("4", ("same",))]
    records += [Record("4", ("same",))] + [Record(f"n{i}", ("many",)) for i in range(20)]
    train, valid = hold_rows(records, None, 1)
    assert Counter(r.labels[0] for r in train) == {"one": 1, "two": 1, "same": 2, "many": 18}
    assert Counter(r.labels[0] for r in valid) == {"two": 1, "many": 2}


def test_given_files(tmp_path: Path) -> None:
    train = write(tmp_path / "a.csv", some("t", 10))
    valid = write(tmp_path / "b.csv", [("x", "v")], ("label", "text"))
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "w", "label": "b"}))
    splits = load(train, valid=valid, test=tmp_path / "c.jsonl")
    assert (texts(splits.valid), texts(splits.test), len(splits.train)) == (["v"], ["w"], 10)
    assert any(note.startswith("validation: ") and "b.csv" in note for note in splits.notes)


def test_a_share_to_hold_out_beside_a_validation_split_does_nothing_and_that_is_said(tmp_path: Path) -> None:
    train, valid = write(tmp_path / "a.csv", some("t", 10)), write(tmp_path / "b.csv", [("x", "a")])
    warnings = load(train, valid=valid, valid_fraction=0.4).warnings
    assert any("--valid-fraction does nothing here" in warning for warning in warnings)
    assert not load(train, valid=valid).warnings and not load(train, valid_fraction=0.4).warnings


def test_given_files_must_have_labels(tmp_path: Path) -> None:
    train = write(tmp_path / "a.csv", some("t", 10))
    (tmp_path / "b.txt").write_text("a\nb\n")
    with pytest.raises(DataError, match="without labels"):
        load(train, test=tmp_path / "b.txt")
    with pytest.raises(NoDataError, match="no row has a label"):
        load(train, test=write(tmp_path / "c.csv", [("a", ""), ("b", "")]))


def test_other_splits_are_read_like_training(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", [("good", "a fine day, 1"), ("bad", "an awful day, 2")] * 3, None)
    write(tmp_path / "test.csv", [("good", "ok")], None)
    splits = load(tmp_path)
    assert (splits.test[0].text, splits.test[0].labels) == ("ok", ("good",))


def test_a_folder_of_split_files(tmp_path: Path) -> None:
    for name, count in (("train.csv", 8), ("validation.csv", 4), ("test.csv", 2)):
        write(tmp_path / name, some(name, count))
    write(tmp_path / "other.csv", some("other", 3))
    splits = load(tmp_path)
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [8, 4, 2]
    assert "splits: train from train.csv; valid from validation.csv; test from test.csv" in splits.notes
    splits = load(tmp_path, valid="test", test=tmp_path / "other.csv")
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [8, 2, 3]
    splits = load(tmp_path, split="test")
    assert (len(splits.train) + len(splits.valid), splits.test) == (2, [])
    write(tmp_path / "dev.tsv", some("x", 2))
    with pytest.raises(DataError, match=r"more than once: dev\.tsv, validation\.csv"):
        load(tmp_path)


def test_parts_of_a_split(tmp_path: Path) -> None:
    for name in ("train-00000-of-00002.csv", "train-00001-of-00002.csv", "my.dev.csv"):
        write(tmp_path / name, some(name, 4))
    splits = load(tmp_path)
    assert (len(splits.train), len(splits.valid)) == (8, 4)


def test_folders_of_splits_and_classes(tmp_path: Path) -> None:
    for split, count in (("train", 6), ("dev", 2), ("test", 1)):
        for label in ("neg", "pos"):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(count):
                (tmp_path / split / label / f"{i}.txt").write_text(f"{split} {label} {i}\n")
    splits = load(tmp_path)
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [12, 4, 2]
    assert splits.test[1] == Record("test pos 0", ("pos",), 0, str(tmp_path / "test" / "pos" / "0.txt"))
    assert len(load(tmp_path / "train", test="sample:reviews").train) == 10


def test_several_labels(tmp_path: Path) -> None:
    rows = [("a b", ["x", "y"]), ("c", []), *((f"t{i}", ["x"]) for i in range(10))]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "labels": labels}) for text, labels in rows))
    splits = load(path, valid_fraction=0.1)
    assert splits.multilabel and len(splits.train) + len(splits.valid) == 12
    path.write_text("\n".join(json.dumps({"text": f"t{i}", "labels": ["xy"[i % 2]]}) for i in range(10)))
    assert not load(path).multilabel
    assert load(write(tmp_path / "a.csv", some("t", 10)), label_separator=";").multilabel
    lines = tmp_path / "a.ft"
    lines.write_text("__label__a __label__b both\n" + "__label__a one\n__label__b two\n" * 3)
    assert load(lines).multilabel


def test_rows_without_a_label_are_left_out_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [("t", "a"), ("u", ""), ("v", " "), *some("w", 10)])
    splits = load(path)
    assert len(splits.train) + len(splits.valid) == 11
    assert splits.warnings == (f"{path}: 2 rows have no label and are left out, line 3 the first",)
    with pytest.raises(NoDataError, match="no row has a label: the column 'label' is empty"):
        load(write(tmp_path / "b.csv", [("t", "")]))


def test_empty_json_lines_are_nothing_to_learn(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n".join(json.dumps({"text": f"t{i}", "label": i % 2}) for i in range(20)) + "\n\n")
    splits = load(path)
    assert (len(splits.train) + len(splits.valid), splits.warnings) == (20, ())


def test_empty_texts_stay(tmp_path: Path) -> None:
    splits = load(write(tmp_path / "a.csv", [("", "a"), *some("w", 10)]), valid_fraction=0.1)
    assert "" in texts(splits.train + splits.valid)


def test_text_without_labels(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("\n".join(f"line {i}" for i in range(100)))
    splits = load(path)
    assert not splits.labelled
    assert texts(splits.valid) == [f"line {i}" for i in range(95, 100)]
    with pytest.raises(DataError, match="plain text"):
        load(path, labelled=True)
    with pytest.raises(DataError, match="no line starts with"):
        load(path, input_format="fasttext")


@pytest.mark.parametrize("text", ["all in one line " * 500, "没有换行的长文本" * 500])
@pytest.mark.parametrize("around", ["{}", "{}\n", "\n\n{}\n\n\n"])
def test_the_end_of_a_text_of_one_line_is_held_out(tmp_path: Path, text: str, around: str) -> None:
    path = tmp_path / "book.txt"
    path.write_text(around.format(text), encoding="utf-8")
    splits = load(path)
    train, valid = ("".join(texts(part)) for part in (splits.train, splits.valid))
    assert train + valid == text and 0.9 * len(text) < len(train) <= 0.95 * len(text)
    assert valid.startswith(("all", "in", "one", "line") if " " in text else "没有换行的长文本")
    assert splits.notes[-1].endswith("held out, the end of the only line")


@given(
    st.lists(st.sampled_from(["", "  ", "a text", "a text of some length"]), max_size=12),
    st.sampled_from([None, 0.01, 0.5, 0.99]),
)
def test_there_is_text_on_both_sides(lines: list[str], fraction: float | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.txt")
        path.write_text("".join(line + "\n" for line in lines))
        written = [line for line in lines if line.strip()]
        if not written:
            with pytest.raises(NoDataError, match="empty"):
                load(path, valid_fraction=fraction)
            return
        splits = load(path, valid_fraction=fraction)
        assert any(map(str.strip, texts(splits.train)))
        assert any(map(str.strip, texts(splits.valid))) or (len(written) == 1 and len(written[0]) < 20)
        assert "".join([*texts(splits.train), *texts(splits.valid)]) == "".join(lines)


def test_damage_is_warned_of_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", some("你好", 50))
    path.write_bytes(path.read_bytes() + b"\xff,a\n")
    assert len(load(path).warnings) == 1


def test_stdin_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"text,label\n" + b"".join(b"t%d,%d\n" % (i, i % 2) for i in range(20))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert len(load("-").train) == 18


def test_fingerprint_depends_on_texts_labels_and_sides() -> None:
    a, b = Record("a", ("x",)), Record("b", ("x",))
    prints = {
        fingerprint(parts)
        for parts in ([[a, b], []], [[b, a], []], [[a], [b]], [[Record("ab", ("x",))], []], [[Record("a", ("x", "b"))]])
    }
    assert len(prints) == 5
    assert fingerprint([[a], []]) == fingerprint([[Record("a", ("x",), 7, "path")], []])


def test_the_order_of_labels_in_the_file_decides_nothing() -> None:
    records = [Record(f"t{i}", (random.Random(i).choice("abc"),)) for i in range(60)]
    by_label = sorted(records, key=lambda r: r.labels)
    held = {r.text for r in hold_rows(by_label, 0.2, 3)[1]}
    moved = sorted(records, key=lambda r: r.labels, reverse=True)
    assert held == {r.text for r in hold_rows(moved, 0.2, 3)[1]}


def test_text_without_labels_is_read_again_at_each_iteration(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("\n".join(f"line {i}" for i in range(40)))
    splits = load(path, valid_fraction=0.25)
    assert (len(splits.train), len(splits.valid)) == (30, 10)
    assert texts(splits.train) == texts(splits.train) == [f"line {i}" for i in range(30)]
    late, early = (Record(f"line {i}", (), i + 1, str(path)) for i in (35, 3))
    assert late in splits.valid and early not in splits.valid
    assert not isinstance(splits.train, list)
