"""Sources by name: found, detected, told in words, streamed; and every way they can be wrong."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import threading
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record
from lstmcli.data.sources import Source, open_source
from lstmcli.errors import DataError, NoDataError, UsageError


def opened(spec: str | Path, labelled: bool | None = None, keep: bool = False, **read: Any) -> Source:
    return open_source(str(spec), ReadConfig(**read), labelled=labelled, keep_columns=keep)


def fault(spec: str | Path, labelled: bool | None = True, **read: Any) -> DataError:
    with pytest.raises(DataError) as error:
        list(opened(spec, labelled, **read))
    return error.value


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_what_was_detected_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", "review;sentiment\ngut;1\nschlecht;0\n")
    source = opened(path, True)
    assert source.notes == (f"{path}: CSV, semicolon, UTF-8; text from 'review', label from 'sentiment'",)
    assert source.format == "csv"
    assert (source.columns, source.text_columns, source.label_column) == (
        ("review", "sentiment"),
        ("review",),
        "sentiment",
    )
    assert source.labelled and not source.multilabel
    for _ in range(2):  # a file can be read again
        first, second = source
        assert (first.text, first.labels, first.line, first.path) == ("gut", ("1",), 2, str(path))
        assert (second.text, second.labels) == ("schlecht", ("0",))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_one_table_in_every_encoding(tmp_path: Path, codec: str, packed: bool) -> None:
    data = "文本,标签\n房间很干净，服务也好,好评\n这个酒店太差了,差评\n".encode(codec)
    path = write(tmp_path / ("a.csv.gz" if packed else "a.csv"), gzip.compress(data) if packed else data)
    records = list(opened(path, True))
    assert [(r.text, r.labels) for r in records] == [
        ("房间很干净，服务也好", ("好评",)),
        ("这个酒店太差了", ("差评",)),
    ]


def test_an_encoding_that_was_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "über\n".encode("cp850"))
    assert [r.text for r in opened(path, encoding="cp850")] == ["über"]
    with pytest.raises(UsageError, match="unknown encoding"):
        opened(path, encoding="cp0")


def test_invalid_utf8_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\n" + "很好,1\n" * 30)
    path.write_bytes(path.read_bytes() + b"\xff,0\n")
    source = opened(path, True)
    assert list(source)[-1].text == "\ufffd"
    assert source.warnings == [f"{path}: line 32 holds bytes that are not UTF-8, read as U+FFFD"]


def test_labels_of_any_kind_come_back(tmp_path: Path) -> None:
    labels = ["two words", "a,b", 'say "hi"', "👍🏽", "日本 語", "x\u2009y", "a;b|c", "__label__x"]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("text", "label"), *((f"text {i}", f" {label} ") for i, label in enumerate(labels))])
    path = write(tmp_path / "a.csv", file.getvalue())
    assert [r.labels[0] for r in opened(path, True)] == labels


def test_several_labels_by_separator(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,tags\na,x; y;x\nb,\n")
    source = opened(path, True, label_separator=";")
    assert source.multilabel
    assert [r.labels for r in source] == [("x", "y"), ()]


def test_columns_are_kept_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text\n7,a\n")
    assert next(iter(opened(path, keep=True))).columns == {"id": "7", "text": "a"}
    assert next(iter(opened(path))).columns == {}


def test_prediction_needs_no_label(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\na,x\n")
    assert [r.labels for r in opened(path, None)] == [("x",)]
    assert [r.labels for r in opened(path, False)] == [()]
    write(path, "comment\na\n")
    assert [r.text for r in opened(path, None)] == ["a"]


def test_plain_text_lines_in_are_records_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "one\n\n  \nfour, with comma\n")
    assert [r.text for r in opened(path)] == ["one", "", "  ", "four, with comma"]
    write(path, path.read_bytes()[:-1])  # a missing last line end changes nothing
    assert len(list(opened(path))) == 4


def test_samples() -> None:
    source = opened("sample:reviews", True)
    assert (source.text_columns, source.label_column) == (("text",), "sentiment")
    other = opened("sample:reviews", True, label_column="topic")
    assert len({label for record in other for label in record.labels}) >= 3
    assert next(iter(source)).labels[0] in ("positive", "negative")
    assert "sample:reviews" in (fault("sample:reviwes").hint or "")
    assert not opened("sample:stdlib").labelled


# Streams


def pipe(*parts: bytes, closed: bool = True) -> Any:
    reading, writing = os.pipe()
    for part in parts:
        os.write(writing, part)
    if closed:
        os.close(writing)
    return os.fdopen(reading, "rb")


def stream(data: bytes, labelled: bool | None = None, **read: Any) -> list[Record]:
    return list(open_source("-", ReadConfig(**read), labelled=labelled, stdin=io.BytesIO(data)))


@pytest.mark.parametrize(
    ("format", "lines", "expected"),
    [
        ("text", b"one\n\ntw", ["one", ""]),
        ("csv", b"text,id\none,1\ntwo,2\nthr", ["one", "two"]),
        ("tsv", b"one\ttwo words\nthree\tfour\nfi", ["two words", "four"]),
        ("jsonl", b'{"text": "one"}\n{"text": "two"}\n{', ["one", "two"]),
        ("fasttext", b"__label__a one\ntwo\nth", ["one", "two"]),
    ],
)
def test_a_line_in_a_pipe_is_answered_before_the_next(format: str, lines: bytes, expected: list[str]) -> None:
    found: list[str] = []
    stdin = pipe(lines, closed=False)

    def read() -> None:
        source = open_source("-", ReadConfig(input_format=format), labelled=None, stdin=stdin)
        found.extend(record.text for record in islice(source, len(expected)))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    assert found == expected


def test_streams_are_read_in_the_given_format() -> None:
    assert [r.text for r in stream(b"")] == []
    assert [r.text for r in stream(b"a,b\n\xe4\xbd\xa0\xff\n")] == ["a,b", "你\ufffd"]
    assert [r.text for r in stream(gzip.compress(b"a\nb\n"))] == ["a", "b"]
    assert [r.text for r in stream("好\n".encode("utf-16"))] == ["好"]
    assert [r.text for r in stream("好\n".encode("gbk"), encoding="gbk")] == ["好"]
    assert [r.text for r in stream(b'[{"text": "a"}]', input_format="json")] == ["a"]
    assert [r.path for r in stream(b"a\n")] == ["standard input"]


def test_the_format_of_a_pipe_is_detected_if_labels_are_required() -> None:
    assert [r.labels for r in stream(b"text,label\na,x\nb,y\n", True)] == [("x",), ("y",)]
    with pytest.raises(DataError, match="standard input: this is plain text"):
        stream(b"hello\nthere\n", True)
    with pytest.raises(NoDataError, match="standard input: there is nothing in it"):
        stream(b"", True)


def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    threading.Thread(target=lambda: path.write_bytes(b"a\nb\n"), daemon=True).start()
    assert [r.text for r in opened(path)] == ["a", "b"]


# What can be wrong


def test_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "reviews.csv", "text,label\na,b\n")
    error = fault(tmp_path / "reveiws.csv")
    assert error.message == "no such file" and "reviews.csv" in (error.hint or "")
    assert "no folder" in (fault(tmp_path / "gone" / "a.csv").hint or "")
    monkeypatch.chdir(tmp_path)
    for spec in ("a.txt", "x/y/z", "./imdb", "data.parquet", "", "x" * 300 + ".csv", "tmp.gz"):
        assert isinstance(fault(spec), DataError)


def test_a_file_is_never_looked_for_on_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lstmcli.data.locate.hub_splits", lambda name: pytest.fail("the Hub was asked"))
    write(tmp_path / "imdb", "text\n")
    assert opened("imdb").format == "text"
    (tmp_path / "owner").mkdir()
    assert fault("owner/nmae").message == "no such file"


def test_empty_and_binary_files(tmp_path: Path) -> None:
    for name in ("a.txt", "a.csv", "a.jsonl", "a.parquet"):
        with pytest.raises(NoDataError, match="the file is empty"):
            opened(write(tmp_path / name, b""))
    assert "PNG" in fault(write(tmp_path / "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))).message
    assert "binary" in fault(write(tmp_path / "a.bin", random.Random(1).randbytes(5000)), None).message
    assert fault(write(tmp_path / "b.txt", b"good\nba\0d\n"), None).line == 2
    assert "header" in fault(write(tmp_path / "c.csv", "text,label\n"), None).message


def test_splits_that_are_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "train.csv", "text,label\na,b\n")
    assert "it is not split" in fault(path, split="test").message
    write(tmp_path / "dev.csv", "text,label\nc,d\n")
    assert "there are 'train', 'valid'" in fault(tmp_path, split="tset").message
    assert [r.text for r in opened(tmp_path, split="validation")] == ["c"]
    assert [r.text for r in opened(tmp_path)] == ["c"]


def test_one_very_long_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "word " * 1_000_000)
    assert [len(record.text) for record in opened(path)] == [5_000_000]


@pytest.mark.slow
def test_fifty_megabytes_on_one_line(tmp_path: Path) -> None:
    for name, before in (("a.txt", ""), ("a.csv", "text\n"), ("a.noname", "")):
        path = write(tmp_path / name, before + "word " * 10_000_000)
        assert [len(record.text) for record in opened(path)] == [50_000_000]


@given(
    st.one_of(st.binary(max_size=200), st.text('ab ,;"\n\t\r{}[]:1\\_l\x00é好', max_size=80).map(str.encode)),
    st.sampled_from(["a", "a.txt", "a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet", "a.ft", "a.csv.gz"]),
    st.sampled_from([True, None, False]),
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str, labelled: bool | None
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    try:
        for record in opened(path, labelled):
            record.text.encode()
    except DataError as error:
        assert error.path and error.message


def test_a_pattern_and_a_folder_of_parts_are_one_source(tmp_path: Path) -> None:
    for number in (2, 1):
        (tmp_path / f"part{number}.txt").write_text(f"text {number}\n")
    for spec in (str(tmp_path / "part*.txt"), str(tmp_path)):
        found = open_source(spec, ReadConfig(), labelled=False)
        assert [record.text for record in found] == ["text 1", "text 2"]
    with pytest.raises(DataError, match="no file matches this pattern"):
        open_source(str(tmp_path / "none*.txt"), ReadConfig(), labelled=False)
