"""CSV and TSV: what is written comes back, the dialect is told, and what cannot be meant is an error."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.files import HEAD_BYTES, Input
from lstmcli.data.formats.delimited import Layout, read_rows
from lstmcli.data.formats.dialect import Dialect, detect_dialect
from lstmcli.data.formats.header import has_header
from lstmcli.data.formats.open import open_input
from lstmcli.data.sources import open_source
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError, UsageError

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def table(text: str | bytes, name: str = "csv", **options: object) -> Table:
    data = text if isinstance(text, bytes) else text.encode()
    return open_input(Input("a.csv", data=data), ReadConfig(input_format=name, **options), labelled=None)  # type: ignore[arg-type]


def pairs(path: Path, **options: object) -> list[tuple[str, tuple[str, ...]]]:
    return [(r.text, r.labels) for r in open_source(str(path), ReadConfig(**options), labelled=True)]  # type: ignore[arg-type]


def fault(text: str | bytes, **options: object) -> DataError:
    with pytest.raises(DataError) as error:
        for _ in table(text, **options).rows():
            pass
    return error.value


@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8),
    st.sampled_from([",", "\t", ";", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_comes_back(rows: list[tuple[str, str]], delimiter: str, quoting: int) -> None:
    file = io.StringIO(newline="")
    # A first line with a quotation mark: TSV in which none is seen is read without quoting.
    csv.writer(file, delimiter=delimiter, quoting=quoting).writerows([("label", 'the "text"'), *rows])  # type: ignore[call-overload]
    found = table(file.getvalue(), delimiter=delimiter, text_columns=('the "text"',), label_column="label")
    assert [(row.cells["label"], row.cells['the "text"']) for row in found.rows()] == rows


def test_lines_are_counted_as_an_editor_does() -> None:
    rows = list(table('label,text\na,"1\n2\r\n3"\nb,x\n').rows())
    assert [(row.line, row.cells["text"]) for row in rows] == [(2, "1\n2\r\n3"), (5, "x")]


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "bar")])
@pytest.mark.parametrize("header", [True, False])
def test_delimiter_and_header_are_detected(tmp_path: Path, delimiter: str, name: str, header: bool) -> None:
    rows = [("good", "a fine; quiet place, really"), ("bad", "never | again, no")] * 3
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([("sentiment", "review")] * header + rows)
    assert pairs(path) == [(text, (label,)) for label, text in rows]
    source = open_source(str(path), ReadConfig(), labelled=True)
    assert f": CSV, {name}, UTF-8" in source.notes[0] or f": TSV, {name}, UTF-8" in source.notes[0]
    assert source.columns == (("sentiment", "review") if header else ("1", "2"))
    assert ("no header" in source.notes[0]) is not header


def test_ag_news_as_it_is_published(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text(
        '"3","Wall St. Bears Claw Back","Short-sellers, Wall Street\'s ""band"" of cynics\\are seeing green."\n'
        '"4","Fears for the T N pension","Unions representing workers say they are \'disappointed\' after talks."\n'
        '"3","Oil and Economy Cloud Outlook","Soaring crude prices plus worries about the economy."\n'
        '"4","The Race is On","A second team of rocketeers competing for the X Prize."\n'
    )
    first, *_ = pairs(path)
    assert first == (
        'Wall St. Bears Claw Back\nShort-sellers, Wall Street\'s "band" of cynics\\are seeing green.',
        ("3",),
    )


def test_header_with_mark_and_spaces(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeff Sentence , LABEL\ngood,1\nbad,0\n".encode())
    assert pairs(path) == [("good", ("1",)), ("bad", ("0",))]
    assert pairs(path, text_columns=("sentence",), label_column="label") == [("good", ("1",)), ("bad", ("0",))]


def test_columns_without_a_header_go_by_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("label,text\nx,y\n")
    assert pairs(path, text_columns=("2",), label_column="1") == [("text", ("label",)), ("y", ("x",))]


def test_header_is_told_from_rows() -> None:
    none = ReadConfig()
    assert has_header([["id", "note"], ["1", "a"], ["2", "b"]], none)
    assert has_header([["", "text", "label"], ["0", "a", "b"]], none)
    assert has_header([["v1", "v2", "", ""], *[["ham", "x y", "", ""], ["spam", "z", "", ""]] * 5], none)
    assert not has_header([["question", "What is it?"], ["question", "Who?"]], none)
    assert not has_header([["3", "title"], ["4", "text"]], none)
    assert not has_header([["good", "Fine."], ["bad", "Awful."]], none)
    assert has_header([["good", "fine"]], ReadConfig(text_columns=("fine",)))


def test_tsv_with_bare_quotation_marks_keeps_them() -> None:
    rows = list(table('sentence\tlabel\n" good movie\t1\nnot "bad"\t1\n"well" done\t0\n', "tsv").rows())
    assert [row.cells["sentence"] for row in rows] == ['" good movie', 'not "bad"', '"well" done']


def test_backslash_escapes_are_told() -> None:
    rows = list(table('text,label\n"say \\"hi\\", he",1\n"x",0\n').rows())
    assert [row.cells["text"] for row in rows] == ['say "hi", he', "x"]
    damaged = 'text,label\n"say \\"hi\\", he",1\n"say \\"ho\\"" she,1\n' + '"x\\"y",0\n' * 20
    assert [row.cells["text"] for row in table(damaged).rows()][:3] == ['say "hi", he', 'say "ho" she', 'x"y']


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("short", [3, 60])
def test_a_post_of_many_lines_where_the_sample_is_cut(delimiter: str, short: int) -> None:
    post = 'From: a, b; c|d\n"A path," he wrote: "C:\\bin\\"\nSee "it", too\n'  # ends with \\" in a doubled field
    posts = [*[post] * short, post + "a line, of many; and | others\n" * (HEAD_BYTES // 20), *[post] * 5]
    rows = [(f"group.{i % 4}", text + str(i)) for i, text in enumerate(posts)]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([("label", "text"), *rows])
    assert len(file.getvalue()) > HEAD_BYTES
    assert [(row.cells["label"], row.cells["text"]) for row in table(file.getvalue()).rows()] == rows


def test_empty_lines() -> None:
    assert len(list(table("text,label\n\na,b\n\n  \n").rows())) == 1
    assert [row.cells["text"] for row in table("text\na\n\nb\n").rows()] == ["a", "", "b"]


def test_a_ragged_row_names_line_and_counts() -> None:
    error = fault("label,text\na,b\nc,d,e\n")
    assert (error.line, error.message) == (3, "expected 2 columns, found 3")
    assert "comma" in (error.hint or "")
    assert fault('label,text\na,"b\nb"\nc\n').line == 4


def test_an_open_quote_names_the_line_where_it_opens() -> None:
    error = fault('label,text\na,b\n"c","1\n2\n3\n')
    assert (error.line, "never closed" in error.message) == (3, True)
    assert fault('label,text\na,b\n"1\n2","x\ny\n').line == 4
    assert fault('"a\nb","c\nd\n').line == 2


def test_text_after_a_closing_quote() -> None:
    error = fault('label,text\na,"b" c\n')
    assert (error.line, "text follows" in error.message) == (2, True)
    assert '""' in (error.hint or "")


def test_a_carriage_return_inside_a_field() -> None:
    assert fault("label,text\na,b\rc\n").line == 2


def test_nul_and_header_only_and_empty_lines() -> None:
    assert fault("label,text\na,b\0\n").line == 2
    with pytest.raises(NoDataError, match=r"a header \(label, text\) and no rows"):
        table("label,text\n")
    with pytest.raises(NoDataError, match="only empty lines"):
        table("\n\n")


def test_a_wrong_delimiter_is_a_usage_error() -> None:
    for delimiter in ("ab", '"'):
        with pytest.raises(UsageError, match="cannot be a delimiter"):
            table("a,b\n", delimiter=delimiter)
    assert table("text\tlabel\na\tb\n", delimiter="tab").columns == ("text", "label")


def test_a_field_of_many_megabytes() -> None:
    long = "word " * 1_000_000
    rows = list(table(f'label,text\na,"{long}"\n').rows())
    assert rows[0].cells["text"] == long
    assert fault(f'label,text\na,"{long}\n').line == 2


@given(st.text(alphabet='a,"\n\r;\t\\', max_size=40))
def test_any_table_is_read_or_refused(text: str) -> None:
    lines = [line + "\n" for line in text.split("\n")]
    for complete in (True, False):
        dialect = detect_dialect(lines, delimiter=None, complete=complete)
        try:
            for _ in read_rows(Layout(dialect, ("1", "2")), lines, "a"):
                pass
        except DataError as error:
            assert error.line is not None and 1 <= error.line <= len(lines)


def test_dialect_names() -> None:
    assert [Dialect(d).name for d in (",", "\t", ":")] == ["comma", "tab", "':'"]
