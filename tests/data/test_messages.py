"""Errors and warnings about data: the right line, the right number of things, and advice that can be followed."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from lstmcli.classification.data_check import check_data
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.dialect import Dialect, fault
from lstmcli.data.label_check import label_warnings, missing_labels_note
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, LstmError, NoDataError, UsageError

HEADER, ROWS = "text,label\n", "good food,pos\nbad food,neg\nfine wine,pos\n"
OBJECT = '{"text": "good food", "label": "pos"}'


def read(path: Path, **options: Any) -> list[Any]:
    return list(open_source(str(path), ReadConfig(**options), labelled=None))


def read_pipe(data: bytes, **options: Any) -> list[Any]:
    stream = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]
    return list(open_source("-", ReadConfig(**options), labelled=None, stdin=stream))


def train(path: Path, **options: Any) -> list[str]:
    """The warnings on a training file."""
    splits = load_splits(
        str(path), ReadConfig(**options), valid=None, test=None, valid_fraction=None, seed=0, labelled=True
    )
    return [*splits.warnings, *check_data(splits).warnings]


FAULTS = [
    ("header.csv", "text,label,more\n" + ROWS, "line 1: 3 columns here, and 2 in the rows below"),
    ("first.csv", HEADER + "a,b,c\n" + ROWS, "line 2: expected 2 columns, found 3"),
    ("last.csv", HEADER + ROWS + "a,b,c", "line 5: expected 2 columns, found 3"),
    ("fewer.csv", HEADER + ROWS + "a\n", "line 5: expected 2 columns, found 1"),
    ("single.csv", "text\nfoo\nbar, baz\nx\n", "line 3: expected 1 column, found 2"),
    ("blank.csv", HEADER + "\n\n" + ROWS + "a,b,c\n", "line 7: expected 2 columns, found 3"),
    ("comment.csv", "# one\n# two\n" + HEADER + ROWS + "a,b,c\n", "line 7: expected 2 columns, found 3"),
    ("sep.csv", "sep=;\n" + (HEADER + ROWS).replace(",", ";") + "a;b;c\n", "line 6: expected 2 columns, found 3"),
    ("newline.csv", HEADER + '"a\nb",pos\n' + ROWS + "a,b,c\n", "line 7: expected 2 columns, found 3"),
    ("starts.csv", HEADER + ROWS + '"a\nb",pos,c\n' + ROWS, "line 5: expected 2 columns, found 3"),
    ("open1.csv", '"text,label\n' + ROWS, "line 1: a quotation mark opens a field here and is never closed"),
    ("open2.csv", HEADER + '"a,b\n' + ROWS, "line 2: a quotation mark opens a field here and is never closed"),
    ("open5.csv", HEADER + ROWS + '"a,b', "line 5: a quotation mark opens a field here and is never closed"),
    ("stray.csv", HEADER + '"a\nb",pos\n' + ROWS + '"x" y,pos\n', "of the field that starts here: ' y,pos'"),
    ("stray7.csv", HEADER + '"a\nb",pos\n' + ROWS + '"x" y,pos\n', "line 7: text follows the closing"),
    ("return.csv", HEADER + "a\rb,pos\n" + ROWS, "line 2: a carriage return in the middle of a field"),
    ("rows.tsv", (HEADER + ROWS).replace(",", "\t") + "a\tb\tc\n", "line 5: expected 2 columns, found 3"),
    ("one.jsonl", '{"text": x}\n' + f"{OBJECT}\n", "line 1: not valid JSON: Expecting value, at column 10"),
    ("two.jsonl", f"{OBJECT}\n" + '{"text": x}\n' + f"{OBJECT}\n", "line 2: not valid JSON: Expecting value"),
    ("blank.jsonl", f"{OBJECT}\n\n" + '{"text": x}\n', "line 3: not valid JSON: Expecting value"),
    ("cut.jsonl", f"{OBJECT}\n" + OBJECT[:-1], "line 2: not valid JSON: it ends too early"),
    ("number.jsonl", f"{OBJECT}\n3\n", "line 2: this is a number, not an object"),
    ("key.jsonl", f"{OBJECT}\n" + '{"label": "pos"}\n', "line 2: this row has no 'text'; it has 'label'"),
    ("one.json", '[{"text": x},\n' + f"{OBJECT}]", "line 1: not valid JSON: Expecting value, at column 11"),
    ("two.json", f"[{OBJECT},\n" + '{"text": x}]', "line 2: not valid JSON: Expecting value, at column 10"),
    ("cut.json", f"[{OBJECT},\n{OBJECT}\n\n", "line 2: not valid JSON: it ends too early"),
    ("item.json", f"[{OBJECT},\n\n3]", "row 2: this is a number, not an object"),
    ("key.json", f"[{OBJECT},\n\n" + '{"label": "pos"}]', "row 2: this row has no 'text'; it has 'label'"),
    ("tag.xml", "<r>\n<row><text>a</text></row>\n<row><text>b</row>\n</r>", "line 3: not well-formed XML"),
]


@pytest.mark.parametrize(("name", "text", "said"), FAULTS, ids=[name for name, _, _ in FAULTS])
@pytest.mark.parametrize("form", ["plain", "crlf", "bom", "gzip"])
def test_a_fault_is_named_with_its_line(tmp_path: Path, form: str, name: str, text: str, said: str) -> None:
    data = text.replace("\n", "\r\n").encode() if form == "crlf" else text.encode()
    path = tmp_path / (f"{name}.gz" if form == "gzip" else name)
    path.write_bytes({"gzip": gzip.compress(data), "bom": b"\xef\xbb\xbf" + data}.get(form, data))
    with pytest.raises(DataError) as found:
        read(path)
    assert said in str(found.value)


LOOKS_AHEAD = {"header.csv", "comment.csv", "sep.csv"}
"""Told by lines that a pipe has not brought yet."""
PIPED = [case for case in FAULTS if case[0] not in LOOKS_AHEAD]


@pytest.mark.parametrize(("name", "text", "said"), PIPED, ids=[name for name, _, _ in PIPED])
def test_a_fault_in_a_pipe_is_named_with_its_line(name: str, text: str, said: str) -> None:
    with pytest.raises(DataError) as found:
        read_pipe(text.encode(), input_format=name.rpartition(".")[2])
    assert said in str(found.value)


@pytest.mark.parametrize("text", ['"te\nxt",label\ngood,pos\n', "\n\ntext,label\ngood,pos\n"])
def test_the_header_of_a_pipe_may_follow_empty_lines_or_take_several(text: str) -> None:
    (record,) = read_pipe(text.encode(), input_format="csv")
    assert (record.text, record.labels, record.line) == ("good", ("pos",), text.count("\n"))


@pytest.mark.parametrize(
    ("text", "format", "said"),
    [
        ('"a\n' * 500, "csv", "line 1: text follows the closing quotation mark"),
        ('"a\n', "csv", "line 1: a quotation mark opens a field here"),
        ("\n" * 500, "csv", "there are only empty lines"),
        ("{}\n{}\n", "jsonl", "its rows are empty: there are no columns"),
        ("{}", "json", "there are no rows in it"),
        ("[{}, {}]", "json", "its rows are empty: there are no columns"),
        ("", "json", "there is nothing in it"),
    ],
)
def test_no_list_of_columns_is_empty(text: str, format: str, said: str) -> None:
    with pytest.raises(DataError) as found:
        read_pipe(text.encode(), input_format=format)
    assert said in found.value.message or said in str(found.value)
    assert "the columns are" not in str(found.value)


@pytest.mark.parametrize(
    ("name", "text", "said", "hint"),
    [
        ("a.csv", HEADER + "a,x\nb,x\n", "only one label, 'x' in column 'label'", "give texts of two labels or more"),
        ("b.csv", "id,text,label\n1,a b,x\n2,c d,x\n", "only one label", "or name another --label-column"),
        (
            "c.ft",
            "__label__a foo\n__label__a bar\n",
            "only one label, 'a': nothing",
            "give texts of two labels or more",
        ),
        ("d.ft", "__label__a\n__label__b\n", "every text is empty", "give some text"),
        ("e.csv", HEADER + ",x\n,y\n", "every text is empty", "give some text"),
        ("f.csv", HEADER + "a,x\na,x\nb,y\nb,y\n", "no label has two different texts", "give more texts"),
        ("g.csv", "text\nfoo bar\nbaz\n", "there is only one column, 'text'", "a classifier needs a column of labels"),
        ("h.jsonl", '{"text": "a", "label": "x", "answer": "reject"}\n', "no row has a label that people", None),
        ("i.json", '[{"text": "a", "label": "x", "answer": "reject"}]', "no row has a label that people", None),
    ],
)
def test_advice_can_be_followed(tmp_path: Path, name: str, text: str, said: str, hint: str | None) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(NoDataError if name != "g.csv" else DataError) as found:
        train(path)
    assert said in str(found.value)
    assert found.value.hint == hint or (hint is not None and hint in str(found.value.hint))
    if name in ("a.csv", "c.ft", "d.ft", "e.csv"):
        assert "another" not in str(found.value.hint)


@pytest.mark.parametrize(
    ("text", "options", "hint"),
    [
        (HEADER + ROWS + "a\n", {}, "put a comma between the columns of every row, or give another --delimiter"),
        (HEADER + ROWS + "a,b,c\n", {}, "put texts that hold a comma in quotation marks, or give another --delimiter"),
        (
            (HEADER + ROWS).replace(",", "##") + "a##b##c\n",
            {"delimiter": "##"},
            "give a --delimiter that is in no text",
        ),
    ],
)
def test_advice_fits_the_fault_of_a_row(tmp_path: Path, text: str, options: dict[str, Any], hint: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(DataError) as found:
        read(path, **options)
    assert hint in str(found.value.hint)


@pytest.mark.parametrize(
    ("dialect", "text", "line", "hint"),
    [
        (Dialect(), 'x,"a ""b"" c\n', 4, 'close it; inside a quoted field, write a quotation mark twice: ""'),
        (
            Dialect(escaped=True),
            '"a \\"b\\" c","d\n',
            4,
            "close it; inside a quoted field, write a quotation mark with a",
        ),
        (Dialect(quote="'"), "'a\nb','c\n", 5, "close it; inside a quoted field, write a quotation mark twice: ''"),
        (Dialect(escaped=True, quote="'"), "'a\nb' c,d\n", 4, "inside a quoted field, write a quotation mark with a"),
    ],
)
def test_advice_fits_the_way_of_quoting(dialect: Dialect, text: str, line: int, hint: str) -> None:
    error = fault(csv.Error("unexpected end of data"), text, 4, dialect, "a.csv")
    assert error.line == line
    assert str(error.hint).startswith(hint)


def test_json_lines_with_commas_between_the_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{OBJECT},\n{OBJECT}\n")
    with pytest.raises(
        DataError, match=r"line 1: not valid JSON: more follows after the first value, at column 38"
    ) as found:
        read(path)
    assert "take the commas between the objects out" in str(found.value.hint)


def test_errors_tell_a_bad_text_from_a_bad_label(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for key, role in (("text", "text"), ("label", "label")):
        bad = {"text": '"a b"', "label": '"x"'} | {key: '[["a"], {"b": 1}]'}
        path.write_text(f"{OBJECT}\n" * 1200 + f'{{"text": {bad["text"]}, "label": {bad["label"]}}}\n')
        with pytest.raises(DataError, match=f"line 1201: the {role} \\('{key}'\\) is or holds"):
            train(path)


@pytest.mark.parametrize(("splits", "said"), [(1, "there is 'train'"), (2, "there are 'train', 'test'")])
def test_a_split_that_is_not_there(tmp_path: Path, splits: int, said: str) -> None:
    for name in ("train.csv", "test.csv")[:splits]:
        (tmp_path / name).write_text(HEADER + ROWS)
    if splits == 1:
        (tmp_path / "other.csv").write_text(HEADER + ROWS)
    with pytest.raises(DataError) as found:
        read(tmp_path, split="valid")
    assert said in str(found.value)
    assert str(found.value.hint).endswith("this one" if splits == 1 else "one of these")


FILL = "".join(f"text {label} {i},{label}\n" for i in range(20) for label in ("pos", "neg"))


@pytest.mark.parametrize(
    ("rows", "one", "two"),
    [
        ("left {i},\n", "1 row has no label and is left out", "2 rows have no label and are left out"),
        (",pos\n", "1 text of the training split is empty", "2 texts of the training split are empty"),
        (
            "new {i},x{i}\n",
            "'x0' has a single example, which stays in training",
            "'x0', 'x1' have a single example, which stays in training",
        ),
        (
            "text pos {i},neg\n",
            "1 training text occurs with different labels",
            "2 training texts occur with different labels",
        ),
    ],
)
def test_warnings_have_the_right_plural(tmp_path: Path, rows: str, one: str, two: str) -> None:
    path = tmp_path / "a.csv"
    for n, said in ((1, one), (2, two)):
        path.write_text(HEADER + FILL + "".join(rows.format(i=i) for i in range(n)))
        assert said in "\n".join(train(path))


@pytest.mark.parametrize(
    ("n", "said"),
    [(5, "1 more group of labels is spellings"), (6, "2 more groups of labels are spellings")],
)
def test_more_groups_of_spellings(n: int, said: str) -> None:
    counts = {f"{word}{'abcdefgh'[i]}": 9 for i in range(n) for word in ("spam", "Spam")}
    assert any(said in warning for warning in label_warnings(counts))


def test_marks_for_a_missing_label_are_counted() -> None:
    assert missing_labels_note({"NaN": 1}) == "'NaN' (1) is taken for a missing label"
    assert missing_labels_note({"NaN": 2, "nan": 1}) == "'NaN' (2) and 'nan' (1) are taken for missing labels"


def test_advice_mentions_cells_only_for_tables() -> None:
    counts = {"pos": 50, "neg": 50, "none": 1}
    assert [w.rpartition(": ")[2] for w in label_warnings(counts)] == ["if so, leave its cells empty"]
    assert [w.rpartition(": ")[2] for w in label_warnings(counts, cells=False)] == ["if so, leave these texts out"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({}, "a: x"),
        ({"line": 3}, "a, line 3: x"),
        ({"row": 3}, "a, row 3: x"),
        ({"line": 3, "row": 2}, "a, line 3: x"),
        ({"line": 0}, "a: x"),
    ],
)
def test_the_place_of_an_error(place: dict[str, int], said: str) -> None:
    assert str(LstmError("x", path="a", **place)) == said  # type: ignore[arg-type]
    assert UsageError("x", **place).line == (place.get("line") or None)  # type: ignore[arg-type]
