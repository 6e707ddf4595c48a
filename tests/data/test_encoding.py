"""Bytes to text: encodings are told right, and no bytes are too odd to read."""

from __future__ import annotations

import codecs
import io
import os
import threading
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstmcli.data.encoding import Encoding, TextLines, detect_encoding, named_encoding, split_lines
from lstmcli.data.files import Input
from lstmcli.errors import DataError, UsageError

CHINESE = "房间很干净,服务也不错。\n下次还会来的\n这个酒店太差了\n"
FRENCH = "C'est un très bon café, déjà goûté à Orléans.\nÇa m'a plu, l'été dernier\n"


def lines(data: bytes, encoding: str | None = "utf-8") -> list[str]:
    return list(TextLines(Input("a.txt", data=data), named_encoding(encoding) if encoding else None))


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5"]
)
def test_chinese_is_detected_in_every_encoding(codec: str) -> None:
    text = CHINESE if codec != "big5" else CHINESE.translate(str.maketrans("间净务错还会来这个", "間淨務錯還會來這個"))
    data = text.encode(codec)
    found = detect_encoding([data])
    assert "".join(TextLines(Input("a", data=data), found)) == data.decode(codec)


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16-le"])
def test_french_is_told(codec: str) -> None:
    assert FRENCH.encode(codec).decode(detect_encoding([FRENCH.encode(codec)]).codec) == FRENCH


def test_a_byte_order_mark_is_no_text() -> None:
    for codec in ("utf-8-sig", "utf-16", "utf-32"):
        data = "a\nb".encode(codec)
        assert list(TextLines(Input("a", data=data), detect_encoding([data]))) == ["a\n", "b"]
    assert lines(b"\xef\xbb\xbf") == []


def test_a_few_broken_bytes_leave_it_utf8() -> None:
    data = CHINESE.encode() * 20 + b"\xff\xfe broken\n"
    assert detect_encoding([data]).codec == "utf-8"
    reader = TextLines(Input("a.txt", data=data), detect_encoding([data]))
    assert list(reader)[-1] == "\ufffd\ufffd broken\n"
    assert reader.warnings() == ["a.txt: line 61 holds bytes that are not UTF-8, read as U+FFFD"]


def test_warnings_count_lines_and_name_the_first() -> None:
    reader = TextLines(Input("a.txt", data=b"a\n\xff\nb\n\xff\xff\n"), Encoding())
    for _ in range(2):  # reading again counts anew
        list(reader)
        assert reader.warnings() == ["a.txt: 2 lines, line 2 the first, hold bytes that are not UTF-8, read as U+FFFD"]


def test_gb18030_after_the_sampled_part() -> None:
    data = b"ascii\n" * 3 + CHINESE.encode("gb18030")
    reader = TextLines(Input("a.txt", data=data), Encoding(undecided=True))
    assert "".join(reader) == "ascii\n" * 3 + CHINESE
    assert reader.warnings() == ["a.txt, line 4: not UTF-8, read as GB18030 from here on"]


@pytest.mark.parametrize("text", ["好\n", "服务周到\n", "屏幕清晰，物流快！\n", "快递,ok\n", "早餐丰盛\n位置很好\n"])
def test_a_few_words_of_gb18030_are_enough(text: str) -> None:
    data = text.encode("gb18030")
    assert detect_encoding([data]).codec == "gb18030"
    arriving = TextLines(Input("a.txt", data=b"ascii\n" + data), None)
    assert "".join(arriving) == "ascii\n" + text
    assert arriving.warnings() == ["a.txt, line 2: not UTF-8, read as GB18030 from here on"]


@pytest.mark.parametrize("text", ["déjà goûté\n", "Größe: süß\n", "¿Qué?\n"])
def test_a_few_words_of_windows_1252_are_no_gb18030(text: str) -> None:
    data = text.encode("cp1252")
    found = detect_encoding([data])
    assert found.codec != "gb18030" and not found.wide
    arriving = TextLines(Input("a.txt", data=data), None)
    assert "\ufffd" in "".join(arriving) and "U+FFFD" in arriving.warnings()[0]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=3, max_size=40), st.integers(0, 400))
def test_utf8_with_a_broken_byte_is_no_gb18030(text: str, where: int) -> None:
    data = bytearray(text.encode())
    data[where % len(data)] = 0xFF
    arriving = TextLines(Input("a.txt", data=bytes(data)), None)
    assert "\ufffd" in "".join(arriving)


def test_once_utf8_was_seen_broken_bytes_are_no_gb18030() -> None:
    data = "你好\n".encode() + CHINESE.encode("gb18030")
    reader = TextLines(Input("a.txt", data=data), Encoding(undecided=True))
    assert "".join(reader).startswith("你好\n")
    assert "U+FFFD" in reader.warnings()[0]


def test_only_line_feeds_end_lines() -> None:
    text = "a\x85b\u2028c\u2029d\x0be\x0cf\x1cg\rh\r\ni"
    assert lines(text.encode()) == ["a\x85b\u2028c\u2029d\x0be\x0cf\x1cg\rh\r\n", "i"]


def test_nul_names_its_line() -> None:
    with pytest.raises(DataError, match=r"a.txt, line 2: a NUL byte") as error:
        lines(b"good\nba\0d\n")
    assert error.value.hint


@pytest.mark.parametrize("guess", ["utf_16", "utf_32"])
def test_a_guess_that_needs_a_byte_order_mark_is_not_used(guess: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Match:
        encoding = guess

    monkeypatch.setattr("charset_normalizer.from_bytes", lambda data: [Match()])
    found = detect_encoding([b"\0{\0a\xff\xfe\0\0\xe9\n" * 9])
    assert not found.wide
    codecs.getincrementaldecoder(found.codec)("replace").decode(b"\0{\0a\xe9", final=False)


def test_unknown_encodings_are_refused() -> None:
    for name in ("utf8000", "base64", "rot13", "a\0b"):
        with pytest.raises(UsageError, match="unknown encoding"):
            named_encoding(name)
    assert named_encoding("GBK").codec == "gb18030"


@given(st.binary(max_size=400), st.sampled_from(["utf-8", "gb18030", "cp1252", "big5", "shift_jis", "utf-7", "hz"]))
@example(b"\x1f\x8b", "utf-8")
def test_no_bytes_are_too_odd(data: bytes, codec: str) -> None:
    data = data.replace(b"\0", b"").removeprefix(b"\x1f\x8b")
    assert detect_encoding([data])
    try:
        lines(data, codec)
    except DataError as error:
        assert "NUL" in error.message  # utf-7 can spell one


@given(st.binary(max_size=400))
def test_lines_in_are_lines_out(data: bytes) -> None:
    data = data.replace(b"\0", b"").removeprefix(b"\x1f\x8b").removeprefix(b"\xef\xbb\xbf")
    expected = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    assert len(lines(data)) == expected


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.sampled_from(["utf-8", "utf-16"]))
def test_text_comes_back(text: str, codec: str) -> None:
    assert "".join(lines(text.encode(codec), codec)) == text.removeprefix("\ufeff")
    assert split_lines(text) == list(io.StringIO(text, newline="\n"))


def piped(parts: list[bytes]) -> Iterator[str]:
    """The lines of a pipe into which the parts are written one after the other, the pipe left open."""
    reading, writing = os.pipe()
    for part in parts:
        os.write(writing, part)
    stream = os.fdopen(reading, "rb")
    return iter(TextLines(Input("standard input", stream), None))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_line_in_a_pipe_is_there_at_once(codec: str) -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(islice(piped(["你好\n再".encode(codec)]), 1)), daemon=True)
    thread.start()
    thread.join(5)
    assert found == ["你好\n"]
