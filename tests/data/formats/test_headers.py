"""A header is told from rows, in training and in what comes after; what stands above a table is no row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.header import has_header
from lstmcli.data.sources import Source, open_source
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError

WORDS = st.sampled_from(["river", "film", "slow", "warm", "they", "played", "music", "late", "never", "again"])
TEXTS = st.lists(WORDS, min_size=4, max_size=9).map(lambda words: " ".join(words).capitalize() + ".")
LABELS = st.sampled_from(["0", "1", "2"])
ROWS = st.lists(st.tuples(TEXTS, LABELS), min_size=4, max_size=30)


def written(path: Path, rows: list[tuple[str, ...]], delimiter: str = ",", end: str = "\n") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    path.write_bytes(out.getvalue().encode())
    return path


def source(path: Path, labelled: bool | None = True, prefer: ReadConfig | None = None, **read: object) -> Source:
    return open_source(str(path), ReadConfig(**read), labelled=labelled, prefer=prefer)  # type: ignore[arg-type]


@settings(max_examples=40)
@given(rows=ROWS, label_first=st.booleans())
def test_without_a_header_no_row_is_lost(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], label_first: bool
) -> None:
    table = [row[::-1] if label_first else row for row in rows]
    path = written(tmp_path_factory.mktemp("headers") / "a.csv", table)
    found = source(path)
    assert [(record.text, record.labels) for record in found] == [(text, (label,)) for text, label in rows]
    assert "no header" in found.notes[0]


@settings(max_examples=40)
@given(rows=ROWS, names=st.sampled_from([("text", "label"), ("Review", "Stars"), ("v2", "v1"), ("评论", "标签")]))
def test_with_a_header_it_is_no_row(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], names: tuple[str, str]
) -> None:
    path = written(tmp_path_factory.mktemp("headers") / "a.csv", [names, *rows])
    assert [(record.text, record.labels) for record in source(path)] == [(text, (label,)) for text, label in rows]


@settings(max_examples=40)
@given(rows=ROWS)
def test_a_companion_has_a_row_for_every_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    """With the columns and the header of the training file, whatever stands in its first row."""
    path = written(tmp_path_factory.mktemp("headers") / "a.csv", rows)
    trained = ReadConfig(text_columns=("1",), label_column="2", header=False)
    assert len(list(source(path, None, trained))) == len(rows)


@pytest.mark.parametrize("label", ["1", "2", "3"])
def test_a_label_that_is_a_small_number_is_no_name(label: str) -> None:
    rows = [["Loved it", label], ["Would not come back", "0"], ["Fine and warm", "1"]]
    assert not has_header(rows, ReadConfig())
    assert not has_header(rows, ReadConfig(text_columns=("1",), label_column="2"))


def test_the_header_option_wins() -> None:
    assert has_header([["0", "a"], ["1", "b"]], ReadConfig(header=True))
    assert not has_header([["label", "text"], ["1", "b"]], ReadConfig(header=False))


def test_a_test_file_is_read_as_the_training_file(tmp_path: Path) -> None:
    train = [(str(n % 3 + 1), f"title {n} of them", f"A text of several words, number {n}.") for n in range(40)]
    path = written(tmp_path / "train.csv", train)
    other = written(tmp_path / "test.csv", [("3", "Fire", "It burned."), ("1", "Rain", "It rained.")])
    splits = load_splits(str(path), ReadConfig(), valid=None, test=str(other), valid_fraction=None, seed=1)
    assert [record.labels for record in splits.test] == [("3",), ("1",)]
    assert splits.read is not None
    assert splits.read.header is False


TABLE = "text;label\n" + "".join(f"a text of {n};{'yes' if n % 2 else 'no'}\n" for n in range(12))


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("sep=;\n", "line 1, 'sep=;', names the delimiter"),
        ('"sep=;"\n', "names the delimiter"),
        ("# made by hand\n", "line 1 left out as a comment"),
        ("// one\n// two\n", "lines 1 to 2 left out as a comment"),
        ("Reviews of the year\n\n", "line 1 left out as a title"),
        ("Reviews of the year;\n;\n", "left out as a title"),
    ],
)
def test_lines_above_a_table_are_left_out_with_a_note(tmp_path: Path, above: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(above + TABLE)
    found = source(path)
    records = list(found)
    assert said in found.notes[0]
    assert [record.text for record in records] == [f"a text of {n}" for n in range(12)]
    assert records[0].line == 2 + above.count("\n")
    path.write_text(above + TABLE + "one;two;three\n")
    with pytest.raises(DataError) as error:
        list(source(path))
    assert error.value.line == 14 + above.count("\n")


def test_a_name_with_a_number_sign_is_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("#,text,label\n1,a b c,x\n2,d e f,y\n")
    assert len(list(source(path))) == 2


def test_old_mac_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE.replace("\n", "\r").encode())
    found = source(path)
    assert len(list(found)) == 12
    assert "old Mac line ends" in found.notes[0]
    plain = tmp_path / "a.txt"
    plain.write_bytes(b"one line\rand another\rand a third\r")
    assert [record.text for record in source(plain, None)] == ["one line", "and another", "and a third"]


def test_excel_for_macs_writes_mac_roman(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table = "text,label\r" + "".join(f"Schöne Grüße über Nr. {n},{'gut' if n % 2 else 'mäßig'}\r" for n in range(12))
    path.write_bytes(table.encode("mac_roman"))
    found = source(path)
    assert next(iter(found)).text == "Schöne Grüße über Nr. 0"
    assert "Mac Roman" in found.notes[0]


def test_single_words_above_texts_are_names() -> None:
    rows = [["en", "de"], *[[f"a text of {n} words", f"ein Text von {n} Wörtern"] for n in range(12)]]
    assert has_header(rows, ReadConfig())
    assert not has_header([["Nice.", "Schön."], *rows[1:]], ReadConfig())
