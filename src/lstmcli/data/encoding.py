"""Detect the encoding of bytes, and decode them to lines without failing.

Lines end at ``\\n`` alone.  U+0085, U+2028 and a lone ``\\r`` are characters of the text, as every other
tool that counts lines sees them.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from lstmcli.data.bounds import MAX_LINE, decoded_lines, joined, most_in_memory, raw_lines
from lstmcli.data.code_pages import GUESS, is_latin, latin_code_page
from lstmcli.data.east_asian import HANZI, double_byte_codec, within_latin_words
from lstmcli.data.files import Input, refuse_binary
from lstmcli.data.wide import detected_wide, wide_codec
from lstmcli.errors import DataError, UsageError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_FEW = 20  # a text with fewer Hanzi need not have any of the most frequent ones
_BLOCK = 1 << 16
_UNORDERED = ("utf-16", "utf-32")


@dataclass(frozen=True)
class Encoding:
    """How bytes become text; ``codec`` is Python's name for it."""

    codec: str = "utf-8"
    label: str = "UTF-8"
    undecided: bool = False  # only ASCII has been seen so far; later bytes may show that it is GB18030

    @property
    def wide(self) -> bool:
        return self.codec.startswith(("utf-16", "utf-32"))

    @property
    def shifting(self) -> bool:
        """A ``\\n`` byte need not be a line end, or a line cannot be decoded by itself."""
        return self.wide or self.codec.startswith(("utf-7", "iso2022", "hz"))


def named_encoding(name: str) -> Encoding:
    """The encoding a user asked for; ``UsageError`` when there is none of that name."""
    try:
        codec = codecs.lookup(name).name
        if codec in ("idna", "punycode") or not isinstance(bytes(range(256)).decode(codec, "replace"), str):
            raise LookupError  # of domain names; a transformation; or one that does not take whatever comes
    except (LookupError, ValueError) as error:
        raise UsageError(f"unknown encoding {name!r}", hint="utf-8, utf-16, gb18030, big5, cp1252, …") from error
    if codec in ("gb2312", "gbk"):  # subsets of it
        codec = "gb18030"
    return Encoding("utf-8" if codec == "utf-8-sig" else codec, name.upper())


def bom_encoding(start: bytes) -> Encoding | None:
    for mark, codec, label in _BOMS:
        if start.startswith(mark):
            return Encoding(codec, label)
    return None


def with_byte_order(named: Encoding, start: bytes, path: str) -> Encoding:
    """UTF-16 or UTF-32 asked for without a byte order: that of the mark, else the one in which the start is text.

    Raises:
        DataError: there is neither.
    """
    if named.codec not in _UNORDERED:
        return named
    marked = bom_encoding(start)
    if marked is not None and marked.codec.startswith(named.codec):
        return marked
    codec = wide_codec(start, named.codec)
    if codec is None:
        hint = f"leave --encoding out, or insist on a byte order: {named.codec}-le, {named.codec}-be"
        message = f"this is not {named.label}: it has no byte order mark and does not read as text"
        raise DataError(message, path=path, hint=hint)
    return Encoding(codec, named.label)


def detect_encoding(samples: Sequence[bytes]) -> Encoding:
    """The encoding of a file, from parts of it that hold whole lines; any bytes get an answer."""
    if not samples:
        return Encoding(undecided=True)
    if marked := bom_encoding(samples[0]):
        return marked
    if all(sample.isascii() for sample in samples):
        return _wide(samples[0]) or Encoding(undecided=True)
    if all(_decode(sample, "utf-8") is not None for sample in samples):
        return Encoding()
    if wide := _wide(samples[0]):
        return wide
    # Lines of ASCII say nothing and would hide the rest.
    data = b"".join(line for sample in samples for line in sample.splitlines(True) if not line.isascii())
    if _mostly_utf8(data):
        return Encoding()
    if codec := double_byte_codec(data):
        return Encoding(codec, codec.upper())
    if _is_chinese(_decode(data, "gb18030")):
        return Encoding("gb18030", "GB18030")
    return _by_statistics(data) or Encoding()


def _decode(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 or UTF-32 without a byte order mark."""
    codec = detected_wide(head)
    return Encoding(codec, codec[:6].upper()) if codec else None


def _mostly_utf8(data: bytes) -> bool:
    """Whether this is damaged UTF-8: it has far more valid sequences than invalid ones."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - broken > 4 * broken


def _is_chinese(text: str | None) -> bool:
    if not text:
        return False
    hanzi = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    beyond = sum(c > "\x7f" for c in text)
    common = sum(c in HANZI for c in hanzi)
    few_in_daily_use = len(hanzi) <= _FEW and sum(map(_in_daily_use, hanzi)) >= 0.9 * len(hanzi)
    return len(hanzi) > 0.6 * beyond and (common >= 0.1 * len(hanzi) or few_in_daily_use)


def _in_daily_use(hanzi: str) -> bool:
    """Whether it is of GB 2312's first level, 3,755 characters; bytes of other encodings seldom come to so many."""
    lead, trail = hanzi.encode("gb18030")[:2]
    return 0xB0 <= lead <= 0xD7 and trail >= 0xA1


def _by_statistics(data: bytes) -> Encoding | None:
    """The guess of charset-normalizer; for Western text, the code page whose words a language can have."""
    from charset_normalizer import from_bytes

    latin = latin_code_page(data)
    if latin and is_latin(data):
        return Encoding(*latin)
    guesses = [codecs.lookup(m.encoding).name for m in from_bytes(data[: data.rfind(b"\n", 0, _BLOCK) + 1 or _BLOCK])]
    for codec in (*guesses, "gb18030", "cp1252"):
        text = _decode(data, codec)
        if codec.startswith(("utf-16", "utf-32")):
            continue  # without a mark, and without the NUL bytes of every line end and Western letter
        # Nobody writes half-width katakana at length, but any bytes can be read as such.
        if text is None or sum("\uff61" <= c <= "\uff9f" for c in text) > 0.2 * len(text):
            continue
        if within_latin_words(text) and any(c >= "\u1100" for c in text if c.isalpha()):
            continue
        if all(c < "\u0300" for c in text if c.isalpha()) and latin:
            return Encoding(*latin)
        if codec in ("gbk", "gb2312"):
            codec = "gb18030"
        return Encoding(codec, codec.upper() + GUESS)
    return Encoding(*latin) if latin else None


class TextLines:
    """The lines of a file or stream as text, each with its line end; undecodable bytes become U+FFFD.

    Raises:
        DataError: a line holds a NUL character, or the bytes cannot be read.
    """

    def __init__(self, source: Input, encoding: Encoding | None, longest: int = MAX_LINE) -> None:
        self.source, self._longest = source, longest
        self.encoding = encoding or Encoding()
        """For a stream: detected from its first bytes when they arrive."""
        self._given = encoding
        self._damaged = self._first = self._switched = 0

    def __iter__(self) -> Iterator[str]:
        self._damaged = self._first = self._switched = 0
        with self.source.open() as file:
            self.encoding = self._encoding(file)
            lines = self._shifting(file) if self.encoding.shifting else self._plain(file)
            for number, line in enumerate(lines, 1):
                if number == 1:
                    line = line.removeprefix("\ufeff")
                    if not line:
                        continue
                if "\0" in line:
                    message = "a NUL byte: this is a binary file, or damaged text"
                    hint = "take it out, or name the encoding (--encoding utf-16)"
                    raise DataError(message, path=self.source.path, line=number, hint=hint)
                yield line

    def _encoding(self, file: BinaryIO) -> Encoding:
        """The given encoding, else that of the byte order mark, or UTF-8 until the first bytes beyond ASCII."""
        path, peek = self.source.path, cast(io.BufferedReader, file).peek  # which waits for the first bytes
        if self._given is None:
            start = peek(16)[:16]
            refuse_binary(start, path, any_bytes=True)
            return bom_encoding(start) or Encoding(undecided=True)
        return with_byte_order(self._given, peek(_BLOCK), path) if self._given.codec in _UNORDERED else self._given

    def warnings(self) -> list[str]:
        """Warnings about decoding: damaged bytes, or a change of encoding."""
        path, found = self.source.path, []
        if self._switched:
            found.append(f"{path}, line {self._switched}: not UTF-8, read as GB18030 from here on")
        if self._damaged:
            which = f"line {self._first} holds"
            if self._damaged > 1:
                which = f"{self._damaged:,} lines, line {self._first} the first, hold"
            found.append(f"{path}: {which} bytes that are not {self.encoding.label}, read as U+FFFD")
        return found

    def _damage(self, number: int) -> None:
        self._damaged += 1
        self._first = self._first or number

    def _plain(self, stream: BinaryIO) -> Iterator[str]:
        """Decode one line at a time, so that a pipe is answered line by line."""
        for number, raw in enumerate(raw_lines(stream, self.source.path, self._longest), 1):
            try:
                line = raw.decode(self.encoding.codec)
                if self.encoding.undecided and not raw.isascii():
                    self.encoding = Encoding(self.encoding.codec, self.encoding.label)
            except UnicodeDecodeError:
                if self.encoding.undecided and _is_chinese(_decode(raw, "gb18030")):
                    self.encoding, self._switched = Encoding("gb18030", "GB18030"), number
                    line = raw.decode("gb18030")
                else:
                    self._damage(number)
                    line = raw.decode(self.encoding.codec, "replace")
            yield line

    def _shifting(self, stream: BinaryIO) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding.codec)("replace")
        for number, line in enumerate(decoded_lines(stream, decoder, self.source.path, self._longest), 1):
            if "\ufffd" in line:
                self._damage(number)
            yield line


def read_text(source: Input, encoding: Encoding) -> tuple[str, list[str]]:
    """A whole file as text, and the warnings that came with it."""
    lines = TextLines(source, encoding, most_in_memory())
    return joined(lines, source.path), lines.warnings()


def split_lines(text: str) -> list[str]:
    """Lines with their ends, split at ``\\n`` alone."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def without_end(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")
