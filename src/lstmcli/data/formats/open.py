"""Open a file or stream of any format as a table."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, detect_encoding, named_encoding, split_lines, with_byte_order
from lstmcli.data.files import HEAD_BYTES, MAX_LOOK, Input, refuse_binary
from lstmcli.data.formats.detect import detect, format_by_name
from lstmcli.data.formats.format import Format, Opening, all_formats, find_format
from lstmcli.data.mac_lines import ends_as_on_macs, is_mac_roman
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError

Opener = Callable[[ReadConfig, "bool | None", "ReadConfig | None"], Table]
"""Opens a table; the arguments are ``read``, ``labelled`` and ``prefer`` of ``Opening``."""


def open_input(source: Input, read: ReadConfig, labelled: bool | None, prefer: ReadConfig | None = None) -> Table:
    """Detect encoding and format, and open.  A stream is UTF-8 plain text unless the options say otherwise.

    Raises:
        NoDataError: an empty file, or a header with nothing under it.
        DataError: a file that cannot be read in its format.
        UsageError: an unknown format or encoding.
    """
    fixed = named_encoding(read.encoding) if read.encoding else None
    asked = find_format(read.input_format) if read.input_format else None
    if source.pipe and asked and asked.whole:
        source = Input(source.path, data=source.read_all())
    file = Opening(source, read, labelled, prefer, fixed)
    if source.pipe:
        return (asked or find_format("text")).open(file)

    file.start = source.head()
    if not file.start:
        empty = "the file is empty" if source.data is None else "there is nothing in it"
        raise NoDataError(empty, path=source.path, hint="give some text")
    if binary := _binary(file, asked):
        return binary.open(file)
    file = _with_lines(file)
    table = (asked or detect(file)).open(file)
    if file.source.seen_in_part:
        table.notes.append(f"told by its first {MAX_LOOK >> 20} MiB, unpacked")
    if file.source.mac:
        table.notes.append("old Mac line ends (\\r)")
    return table


def splits_inside(source: Input, read: ReadConfig) -> tuple[dict[str, Opener], str]:
    """A function that opens each split (train, valid, test) inside a file, and a note; usually empty."""
    formats = [format for format in all_formats() if format.splits and read.input_format in (None, format.name)]
    if not formats or source.pipe:
        return {}, ""
    file = Opening(source, read, encoding=named_encoding(read.encoding) if read.encoding else None)
    try:
        file.start = source.head()
        if not file.start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"\xff\xfe", b"\xfe\xff")):
            return {}, ""
        file = _with_lines(file)
    except DataError:
        return {}, ""  # reported when it is opened

    def opener(split: Callable[[Opening], Table]) -> Opener:
        return lambda read, labelled, prefer: split(replace(file, read=read, labelled=labelled, prefer=prefer))

    for format in formats:
        assert format.splits is not None
        found, note = format.splits(file)
        if found:
            return {name: opener(split) for name, split in found.items()}, note
    return {}, ""


def _with_lines(file: Opening) -> Opening:
    """The file with its encoding and its first lines."""
    source = file.source
    if ends_as_on_macs(file.start):
        file = replace(file, source=replace(source, mac=True), start=file.start.replace(b"\r", b"\n"))
    file.encoding = _encoding(file)
    refuse_binary(file.start, source.path, any_bytes=file.encoding.wide or file.read.input_format is not None)
    file.complete = len(file.start) < HEAD_BYTES
    file.head = _head_lines(file.start, file.encoding, file.complete)
    return file


def _binary(file: Opening, asked: Format | None) -> Format | None:
    """The binary format that was asked for, or that the first bytes or the name tell."""
    formats = [asked] if asked else [format for format in all_formats() if file.start.startswith(format.signature)]
    found = next((format for format in formats if format.signature), None)
    named = None if asked else format_by_name(file)
    return found or (named if named and named.signature else None)


def _encoding(file: Opening) -> Encoding:
    if file.encoding:
        return with_byte_order(file.encoding, file.start, file.source.path)
    found = detect_encoding(file.source.samples(file.start))
    if file.source.mac and found.codec not in ("utf-8", "utf-8-sig") and is_mac_roman(file.start):
        return Encoding("mac_roman", "Mac Roman")
    return found


def _head_lines(start: bytes, encoding: Encoding, complete: bool) -> list[str]:
    """Whole lines from the start of the file, each with its end."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    lines = split_lines(decoder.decode(start, final=complete).removeprefix("\ufeff"))
    return lines if complete or len(lines) < 2 else lines[:-1]
