"""One file or stream, of whatever format, as a table."""

from __future__ import annotations

import codecs
from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, detect_encoding, named_encoding, split_lines, with_byte_order
from lstmcli.data.files import HEAD_BYTES, PARQUET, Input, refuse_binary
from lstmcli.data.formats.delimited import open_delimited
from lstmcli.data.formats.detect import check_format, format_by_content, format_by_name, json_or_lines
from lstmcli.data.formats.json_files import open_json, open_jsonl
from lstmcli.data.formats.lines import open_fasttext, open_text
from lstmcli.data.formats.parquet import open_parquet
from lstmcli.data.formats.plain import Plain, is_program_text, open_plain
from lstmcli.data.formats.webpages import markup_of, open_markup
from lstmcli.data.mac_lines import ends_as_on_macs, is_mac_roman
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError, UsageError


def open_input(source: Input, read: ReadConfig, *, labelled: bool | None, prefer: ReadConfig | None = None) -> Table:
    """Detects encoding and format, and opens.  A stream is plain text in UTF-8 unless it is said what it is.

    Raises:
        NoDataError: an empty file, or a header with nothing under it.
        DataError: a file that cannot be read in its format.
        UsageError: an unknown format or encoding.
    """
    fixed = named_encoding(read.encoding) if read.encoding else None
    format = check_format(read.input_format)
    if format == "folder":
        raise UsageError("this is a file, not a folder", path=source.path, hint="leave --input-format out")
    if source.pipe and format in ("json", "parquet"):
        source = Input(source.path, data=source.read_all())  # neither can be read from its start alone
    if source.pipe:
        return _open(source, format or "text", fixed, [], read, complete=False, labelled=labelled, prefer=prefer)

    start = source.head()
    mac = ends_as_on_macs(start) and start[:4] != PARQUET
    if mac:
        source, start = replace(source, mac=True), start.replace(b"\r", b"\n")
    if not start:
        raise NoDataError("the file is empty", path=source.path, hint="give a file with text in it")
    if (format or format_by_name(source)) == "parquet" or (format is None and start[:4] == PARQUET):
        return open_parquet(source, start)
    encoding = with_byte_order(fixed, start, source.path) if fixed else detect_encoding(source.samples(start))
    if mac and not fixed and encoding.codec not in ("utf-8", "utf-8-sig") and is_mac_roman(start):
        encoding = Encoding("mac_roman", "Mac Roman")
    refuse_binary(start, source.path, any_bytes=encoding.wide or format is not None)
    complete = len(start) < HEAD_BYTES
    lines = _head_lines(start, encoding, complete)
    named = format_by_name(source)
    if format is None and named in ("json", "jsonl"):
        format = json_or_lines(lines, complete=complete)
    if format is None and named is None and is_program_text(source.path, lines):
        return open_text(source, encoding)
    if format is None and named is None and (markup := markup_of(lines)):
        return open_markup(source, encoding, markup)
    format = format or named or format_by_content(start, lines, read, complete=complete)
    if format == "text" and read.input_format is None and labelled is not False:
        plain = open_plain(Plain(source, encoding, lines, complete, start), read, labelled=labelled, prefer=prefer)
        if plain is not None:
            return plain
    table = _open(source, format, encoding, lines, read, complete=complete, labelled=labelled, prefer=prefer)
    if mac:
        table.notes.append("old Mac line ends (\\r)")
    if complete and table.format in ("csv", "tsv") and not table.sample:
        first = next(table.rows(), None)  # damage is better said as what it is
        if not table.columns:
            raise NoDataError("there are only empty lines", path=source.path, hint="give a file with text in it")
        if first is None:
            header = ", ".join(table.columns)
            raise NoDataError(
                f"there is a header ({header}) and no rows", path=source.path, hint="give a file with rows in it"
            )
    return table


def _open(
    source: Input,
    format: str,
    encoding: Encoding | None,
    head: list[str],
    read: ReadConfig,
    *,
    complete: bool,
    labelled: bool | None,
    prefer: ReadConfig | None,
) -> Table:
    if format in ("csv", "tsv"):
        return open_delimited(source, encoding, head, read, format=format, complete=complete, prefer=prefer)
    if format == "jsonl":
        return open_jsonl(source, encoding, head, read, complete=complete, labelled=labelled, prefer=prefer)
    if format == "json":
        return open_json(source, encoding or Encoding(), read, labelled=labelled, prefer=prefer)
    if format == "parquet":
        return open_parquet(source, None)
    if format == "fasttext":
        return open_fasttext(source, encoding, head, read.label_prefix, labelled=labelled)
    if labelled and read.label_prefix != ReadConfig.label_prefix:
        return open_fasttext(source, encoding, head, read.label_prefix, labelled=labelled)  # says what is there instead
    if labelled:
        raise DataError(
            "this is plain text, one text a line, without labels",
            path=source.path,
            hint=f"labels come from a column of a table, from {read.label_prefix}x at the start of a line "
            "(--label-prefix), or from a folder per class; --input-format says what a file is",
        )
    return open_text(source, encoding)


def _head_lines(start: bytes, encoding: Encoding, complete: bool) -> list[str]:
    """Whole lines from the start of the file, each with its end."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    lines = split_lines(decoder.decode(start, final=complete).removeprefix("\ufeff"))
    return lines if complete or len(lines) < 2 else lines[:-1]
