"""Plain text, fastText lines, JSON, JSON Lines, Parquet, folders: read as written, refused by name and line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.files import Input
from lstmcli.data.formats.fasttext import LabelSplitter
from lstmcli.data.formats.open import open_input
from lstmcli.data.sources import Source, open_source
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError, UsageError

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
LABELS = st.text(
    st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), min_size=1, max_size=10
).filter(str.strip)
Pairs = list[tuple[str, tuple[str, ...]]]


def table(text: str | bytes, format: str | None = None, labelled: bool | None = None) -> Table:
    data = text if isinstance(text, bytes) else text.encode()
    return open_input(Input("a.x", data=data), ReadConfig(input_format=format), labelled=labelled)


def opened(path: Path, labelled: bool | None = True, **options: Any) -> Source:
    return open_source(str(path), ReadConfig(**options), labelled=labelled)


def pairs(path: Path, labelled: bool | None = True, **options: Any) -> Pairs:
    return [(record.text, record.labels) for record in opened(path, labelled, **options)]


def fault(do: Callable[[], Any]) -> DataError:
    with pytest.raises(DataError) as error:
        do()
    return error.value


@given(st.binary(max_size=300))
def test_plain_text_gives_a_record_a_line(data: bytes) -> None:
    data = b"x" + data.translate(None, b"\0\r")
    source = Input("a.txt", data=data)
    rows = list(open_input(source, ReadConfig(input_format="text", encoding="utf-8"), labelled=None).rows())
    assert len(rows) == data.count(b"\n") + (not data.endswith(b"\n"))
    assert [row.line for row in rows] == list(range(1, len(rows) + 1))


def test_plain_text_keeps_all_but_the_line_end() -> None:
    rows = [row.cells["text"] for row in table("a\r\n\n b\u2009c\xa0\td\r\r\ne", "text").rows()]
    assert rows == ["a", "", " b\u2009c\xa0\td\r", "e"]


@given(
    st.lists(
        st.tuples(
            st.lists(LABELS.filter(lambda x: not set(" \t\v\f\r\n") & set(x)), min_size=1, max_size=3, unique=True),
            TEXTS.filter(lambda x: not set("\r\n") & set(x) and "__label__" not in x),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_fasttext_lines_come_back(rows: list[tuple[list[str], str]]) -> None:
    lines = [" ".join(["__label__" + label for label in labels]) + " " + text for labels, text in rows]
    found = [(row.cells["labels"], row.cells["text"]) for row in table("\n".join(lines), "fasttext").rows()]
    assert found == rows


def test_fasttext_labels_at_the_end_and_none() -> None:
    split = LabelSplitter("#")
    assert split("a text #x #y") == ("a text", ["x", "y"])
    assert split("#x\ta #b text\r\n") == ("a #b text", ["x"])
    assert split("no label\n") == ("no label", [])
    assert split("#x") == ("", ["x"])


def test_fasttext_without_labels_is_an_error() -> None:
    error = fault(lambda: table("\nspam hello\n", "fasttext", labelled=True))
    assert error.line == 2
    assert "no line starts with '__label__'" in error.message and "spam hello" in error.message
    assert len(list(table("hello\n\n", "fasttext").rows())) == 2  # to be classified


@given(st.lists(st.tuples(TEXTS, st.lists(LABELS, max_size=3, unique_by=str.strip)), min_size=1, max_size=6))
def test_json_and_json_lines_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("json")
    objects = [{"text": text, "labels": labels} for text, labels in rows]
    expected = [(text, tuple(label.strip() for label in labels)) for text, labels in rows]
    columns = {"text": [text for text, _ in rows], "labels": [labels for _, labels in rows]}
    files = {
        "a.json": json.dumps(objects, ensure_ascii=False),
        "b.json": json.dumps(columns),
        "c.jsonl": "\n".join(map(json.dumps, objects)),
        "d.json": "\n".join(json.dumps(row, ensure_ascii=False) for row in objects),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        assert pairs(folder / name) == expected, name


def test_values_that_are_no_strings(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"text": "a", "label": 1},
        {"text": None, "label": True},
        {"text": 3, "label": 2.5},
        {"text": ["two", "tokens"], "label": ' x, "y" 🎉 '},
        {"text": "\ud800", "label": None},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    expected = [("a", ("1",)), ("", ("true",)), ("3", ("2.5",)), ("two tokens", ('x, "y" 🎉',)), ("\ufffd", ())]
    assert pairs(path) == expected


def test_json_shapes_of_other_programs(tmp_path: Path) -> None:
    for text in (
        '{"version": 1, "data": [{"text": "a", "label": "x"}]}',
        '{"text": {"0": "a"}, "label": {"0": "x"}}',
        '[["a", "x"]]',
        '{"text": "a", "label": "x"}',
    ):
        (tmp_path / "a.json").write_text(text)
        columns = {"text_columns": ("1",), "label_column": "2"} if text.startswith("[[") else {}
        assert pairs(tmp_path / "a.json", **columns) == [("a", ("x",))], text


def test_json_faults() -> None:
    assert fault(lambda: table('[\n{"text": "a"},\n{"text": }\n]', "json")).line == 3
    assert "a number" in fault(lambda: table("3", "json")).message
    assert str(fault(lambda: table('["a", null]', "json"))).endswith("row 2: this is null, not an object")
    assert "differ in length" in fault(lambda: table('{"a": [1], "b": [1, 2]}', "json")).message
    assert "not a column" in fault(lambda: table('{"a": 1}', "json")).message
    assert "too deep" in fault(lambda: table("[" * 100_000, "json")).message
    assert "jsonl" in (fault(lambda: table('{"a": 1}\n{"a": 2}', "json")).hint or "")
    with pytest.raises(NoDataError):
        table("[]", "json")


def test_json_lines_faults(tmp_path: Path) -> None:
    error = fault(lambda: list(table('{"text": "a"}\n\n{"text": "b"\n', "jsonl").rows()))
    assert (error.line, error.message) == (3, "not valid JSON: it ends too early")
    assert fault(lambda: table("3\n", "jsonl")).line == 1
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": 1}\n{"txt": "b", "label": 1}\n')
    error = fault(lambda: pairs(path))
    assert (error.line, error.message) == (2, "this row has no 'text'; it has 'txt', 'label'")
    path.write_text('{"text": {"en": "a"}, "label": 1}\n')
    assert "the paths are 'text.en' (a), 'label' (1)" in fault(lambda: pairs(path)).message


def test_empty_json_lines_are_texts_to_classify_and_nothing_to_learn(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": 1}\n\n{"text": "b", "label": 1}\n')
    assert [text for text, _ in pairs(path)] == ["a", "b"]
    assert [text for text, _ in pairs(path, None)] == ["a", "", "b"]


def write_parquet(path: Path, columns: dict[str, Any], metadata: dict[str, str] | None = None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, {"review": [f"text {i}" for i in range(3000)], "label": [i % 2 for i in range(3000)]})
    found = pairs(path)
    assert (len(found), found[2999]) == (3000, ("text 2999", ("1",)))
    write_parquet(path, {"text": ["a", "b", "c"], "labels": [["x", "y"], [], None]})
    assert pairs(path) == [("a", ("x", "y")), ("b", ()), ("c", ())]
    assert opened(path).multilabel
    (tmp_path / "b.parquet.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert pairs(tmp_path / "b.parquet.gz") == pairs(path)
    path.rename(tmp_path / "noname")
    assert opened(tmp_path / "noname").format == "parquet"


def test_parquet_with_class_names(tmp_path: Path) -> None:
    features = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    columns = {"text": ["a", "b", "c"], "label": [1, 0, -1]}
    write_parquet(tmp_path / "a.parquet", columns, {"huggingface": json.dumps(features)})
    assert pairs(tmp_path / "a.parquet") == [("a", ("pos",)), ("b", ("neg",)), ("c", ())]


def test_parquet_garbage(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")
    assert "damaged" in fault(lambda: opened(path)).message
    path.write_bytes(b"text")
    assert "not a Parquet file" in fault(lambda: opened(path)).message
    write_parquet(path, {"text": ["a"] * 5000, "label": ["b"] * 5000})
    path.write_bytes(path.read_bytes()[:-20])
    assert "damaged" in fault(lambda: opened(path)).message
    write_parquet(path, {"text": []})
    with pytest.raises(NoDataError):
        opened(path)


def test_a_folder_per_class(tmp_path: Path) -> None:
    for label, name, text in (("good one", "1.txt", "a\nb\n"), ("bad", "2", "c"), ("unsup", "3.txt", "d")):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / name).write_text(text)
    (tmp_path / "bad" / "4.txt.gz").write_bytes(gzip.compress("好".encode("gb18030") * 3 + b"\n"))
    (tmp_path / "bad" / ".hidden").write_text("x")
    found = list(opened(tmp_path))
    assert [(r.text, r.labels) for r in found[:1] + found[2:]] == [("c", ("bad",)), ("a\nb", ("good one",))]
    assert found[0].path.endswith("bad/2")
    (tmp_path / "bad" / "5.txt").write_bytes(b"\x89PNG\r\n")
    assert (fault(lambda: list(opened(tmp_path))).path or "").endswith("5.txt")


def test_folders_that_are_no_data_set(tmp_path: Path) -> None:
    assert "no data set" in fault(lambda: opened(tmp_path)).message
    (tmp_path / "model.safetensors").write_text("")
    assert "lstm classify -m" in (fault(lambda: opened(tmp_path)).hint or "")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text,label\na,b\n")
    assert "a.csv, b.csv" in (fault(lambda: opened(tmp_path)).hint or "")
    (tmp_path / "b.csv").unlink()
    assert pairs(tmp_path) == [("a", ("b",))]


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("Just a line, with a comma.\nAnd, another one.\n", "text"),
        ("\n\n", "text"),
        ("__label__a hello\n__label__b there\n", "fasttext"),
        ('{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ('[\n  {"text": "a"}\n]\n', "json"),
        ('{"text": ["a"], "label": ["b"]}\n', "json"),
        ("[Intro] music\n[Verse] words\n", "text"),
        ("词汇阅读是关键\t3\n中国人民公安大学\t3\n教授\t0\n体育\t0\n", "tsv"),
        ("ham\tGo until jurong point\nspam\tFree entry\nham\tOk lar\nham\tSo early\n", "tsv"),
        ("text,label\ngood,1\n", "csv"),
        ("one\ttab\nin a line\n", "text"),
    ],
)
def test_content_tells_the_format(text: str, format: str) -> None:
    assert open_input(Input("a.x", data=text.encode()), ReadConfig(), labelled=None).format.name == format


def test_formats_by_name(tmp_path: Path) -> None:
    assert "plain text" in fault(lambda: table("hello\nyou\n", labelled=True)).message
    for format in ("yaml", "folder"):
        with pytest.raises(UsageError):
            table("a", format)


def test_fasttext_labels_at_both_ends() -> None:
    assert LabelSplitter("#")("#x #y a text #z") == ("a text", ["x", "y", "z"])
