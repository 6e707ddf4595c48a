"""Lines, rows, prompts and pipes that do not end are refused, in memory that does not grow with them."""

from __future__ import annotations

import codecs
import io
import itertools
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest

from lstmcli.data import bounds
from lstmcli.data.bounds import decoded_lines, prompt_of, raw_lines, read_whole
from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import TextLines, named_encoding, read_text
from lstmcli.data.files import Input
from lstmcli.data.formats import delimited
from lstmcli.data.formats.open import open_input
from lstmcli.errors import DataError

MOST = 1 << 20


class Endless(io.RawIOBase):
    """The same bytes over and over."""

    def __init__(self, data: bytes, start: bytes = b"") -> None:
        self._data, self._start = data * (65_536 // len(data)), start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = (self._start or self._data)[: len(buffer)]
        self._start = self._start[len(data) :]
        buffer[: len(data)] = data
        return len(data)


def endless(data: bytes, start: bytes = b"") -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(Endless(data, start)))


@pytest.fixture(autouse=True)
def low(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (bounds, delimited):
        monkeypatch.setattr(module, "MAX_LINE", MOST)
    monkeypatch.setattr(bounds, "MAX_WHOLE", MOST)
    monkeypatch.setattr(TextLines.__init__, "__defaults__", (MOST,))
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * MOST


def lines_of(stream: BinaryIO, encoding: str = "utf-8") -> Iterator[str]:
    return iter(TextLines(Input("pipe", stream), named_encoding(encoding)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_line_without_an_end_is_named(encoding: str) -> None:
    lines = lines_of(endless("y".encode(encoding), "first\n".encode(encoding)), encoding)
    assert next(lines) == "first\n"
    with pytest.raises(DataError, match=f"pipe, line 2: a line of more than {MOST:,} bytes") as refused:
        next(lines)
    assert "fold" in (refused.value.hint or "") and refused.value.exit_code == 3


def test_nul_bytes_are_refused_at_once() -> None:
    stream = endless(b"\0")
    with pytest.raises(DataError, match="a NUL byte"):
        next(lines_of(stream))


def test_the_longest_line_is_read_and_one_byte_more_is_not() -> None:
    whole = b"a" * (MOST - 1) + b"\n"
    assert list(raw_lines(io.BytesIO(whole + b"b\n"), "x", MOST)) == [whole, b"b\n"]
    with pytest.raises(DataError, match="line 1"):
        list(raw_lines(io.BytesIO(b"a" + whole), "x", MOST))


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nlast", b"\n\n"])
def test_lines_are_those_of_the_stream(size: int, end: bytes) -> None:
    data = b"a" * size + end
    assert list(raw_lines(io.BytesIO(data), "x", MOST)) == data.splitlines(True)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    stream = cast(BinaryIO, io.BufferedReader(io.BytesIO(data)))  # type: ignore[arg-type]
    assert list(decoded_lines(stream, decoder, "x", MOST)) == data.decode().splitlines(True)


def test_a_row_without_an_end_is_named() -> None:
    table = open_input(
        Input("pipe", endless(b'","\n', b'text,label\n"a')), ReadConfig(input_format="csv"), labelled=False
    )
    with pytest.raises(DataError, match=f"line 2: a row of more than {MOST:,} bytes"):
        next(table.rows())


def test_a_pipe_that_is_read_whole_is_bounded() -> None:
    with pytest.raises(DataError, match=f"pipe: holds more than {MOST:,} bytes"):
        Input("pipe", endless(b"a good line\n")).read_all()
    assert read_whole(io.BytesIO(b"a" * MOST), "x") == b"a" * MOST


def test_the_first_block_can_be_refused() -> None:
    def check(start: bytes) -> None:
        raise DataError(f"starts with {start[:3]!r}")

    with pytest.raises(DataError, match="starts with b'aaa'"):
        Input("pipe", endless(b"a")).read_all(check)


def test_small_memory_lowers_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "usable_memory", lambda: 4000)
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        read_whole(io.BytesIO(bytes(1001)), "x")


def test_a_file_that_is_read_whole_may_be_one_long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_LINE", 10)
    assert read_text(Input("x", data=b"a" * 1000), named_encoding("utf-8"))[0] == "a" * 1000


def test_a_prompt_of_many_lines_is_bounded() -> None:
    assert prompt_of(["a", "b"], "x") == "a\nb"
    with pytest.raises(DataError, match="a prompt of more than"):
        prompt_of(itertools.repeat("word"), "x")
