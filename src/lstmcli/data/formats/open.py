"""Open a file or stream of any format as a table; the format is detected from its name, then from its content."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, detect_encoding, named_encoding, split_lines, with_byte_order
from lstmcli.data.files import HEAD_BYTES, MAX_LOOK, Input, ends_as_on_macs, is_mac_roman, refuse_binary
from lstmcli.data.formats.format import Format, Opening, all_formats, find_format
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError

_HTML = re.compile(r"\s*<(?:(\?xml)\b|!doctype\s+html|(?:html|head|body|table|meta)\b)", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][\w:.-]*(?:\s[^<>]*)?>")
_TIME_STAMP = re.compile(r"\W?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d")
_CODE = (".py", ".c", ".h", ".cc", ".cpp", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".sh", ".sql", ".tex", ".srt")
_SQL = re.compile(
    r"\s*(?:(?:insert|replace)\s+into|create\s+table|drop\s+table|lock\s+tables|unlock\s+tables|"
    r"update\s+\S+\s+set|delete\s+from|begin;|commit;|--|/\*)",
    re.I,
)

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
    table = (asked or _detect(file)).open(file)
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
        if not file.start.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith((b"{", b"\xff\xfe", b"\xfe\xff")):
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
    named = None if asked else _format_by_name(file)
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


# Detection


def _detect(file: Opening) -> Format:
    """The format of a text file.

    Raises:
        DataError: it is a web page, and named as a table.
    """
    text, named = find_format("text"), _format_by_name(file)
    if is_html(file.head):
        if named is not None:
            hint = "was it saved in place of the file, as an error page is? Fetch it again"
            raise DataError(f"this is HTML (a web page), not {named.title}", path=file.source.path, hint=hint)
        return text
    if named is not None:
        return named
    return text if _is_program_text(file.source.path, file.head) else _format_by_content(file)


def _format_by_name(file: Opening) -> Format | None:
    """The format of the file name; None also for plain text, because a table may be named so."""
    for suffix in file.source.suffixes:
        found = next((format for format in all_formats() if suffix in format.suffixes), None)
        if found and not found.running_text:
            return found
    return None


def _format_by_content(file: Opening) -> Format:
    """The format of a file whose name does not tell it."""
    if any(line.strip() for line in file.head):
        for format in all_formats():
            if format.sniff is not None and format.sniff(file):
                return format
    return find_format("text")


def _is_program_text(path: str, head: Sequence[str]) -> bool:
    """Whether this is source code, SQL statements or a log with time stamps, which are never tables."""
    if path.lower().endswith(_CODE):
        return True
    lines = [line for line in head[:200] if line.strip()]
    dated = path.lower().endswith(".log") and sum(bool(_TIME_STAMP.match(line)) for line in lines) > 0.9 * len(lines)
    return bool(lines) and (dated or sum(bool(_SQL.match(line)) for line in lines) > 0.9 * len(lines))


def is_html(head: Sequence[str]) -> bool:
    """Whether the first line that is not empty opens an HTML document."""
    found = _HTML.match(next((line for line in head if line.strip()), ""))
    return found is not None and (not found[1] or any("<html" in line.lower() for line in head[:20]))


def tag_of(head: Sequence[str]) -> str | None:
    """The first tag of XML, SGML or the like, where many lines begin with one."""
    lines = [line.strip() for line in head[:500] if line.strip()]
    tags = [line for line in lines if line[-1] == ">" and _TAG.match(line)]
    return tags[0][:40] if tags and tags[0] == lines[0] and len(tags) >= 0.3 * len(lines) else None
