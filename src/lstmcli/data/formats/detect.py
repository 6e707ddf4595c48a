"""Detect the format of a file from its name, then from its content."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstmcli.data.formats.format import Format, Opening, all_formats, find_format
from lstmcli.errors import DataError

_HTML = re.compile(r"\s*<(?:(\?xml)\b|!doctype\s+html|(?:html|head|body|table|meta)\b)", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][\w:.-]*(?:\s[^<>]*)?>")
_TIME_STAMP = re.compile(r"\W?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d")
_CODE = (".py", ".c", ".h", ".cc", ".cpp", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".sh", ".sql", ".tex", ".srt")
_SQL = re.compile(
    r"\s*(?:(?:insert|replace)\s+into|create\s+table|drop\s+table|lock\s+tables|unlock\s+tables|"
    r"update\s+\S+\s+set|delete\s+from|begin;|commit;|--|/\*)",
    re.I,
)


def detect(file: Opening) -> Format:
    """The format of a text file.

    Raises:
        DataError: it is a web page, and named as a table.
    """
    text, named = find_format("text"), format_by_name(file)
    if is_html(file.head):
        if named is not None:
            raise DataError(
                f"this is HTML (a web page), not {named.title}",
                path=file.source.path,
                hint="was it saved in place of the file, as an error page is? Fetch it again",
            )
        return text
    if named is not None:
        return named
    return text if is_program_text(file.source.path, file.head) else format_by_content(file)


def format_by_name(file: Opening) -> Format | None:
    """The format of the file name; None also for plain text, because a table may be named so."""
    for suffix in file.source.suffixes:
        found = next((format for format in all_formats() if suffix in format.suffixes), None)
        if found and not found.running_text:
            return found
    return None


def format_by_content(file: Opening) -> Format:
    """The format of a file whose name does not tell it."""
    if any(line.strip() for line in file.head):
        for format in all_formats():
            if format.sniff is not None and format.sniff(file):
                return format
    return find_format("text")


def is_program_text(path: str, head: Sequence[str]) -> bool:
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
