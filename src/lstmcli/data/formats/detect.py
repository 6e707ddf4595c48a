"""Which format a file is in: its name first, then what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.registry import all_formats, find_format, format_of_suffix
from lstmcli.data.formats.webpages import is_html
from lstmcli.errors import DataError

_STAMP = re.compile(r"\W?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d")
_CODE = (".py", ".c", ".h", ".cc", ".cpp", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".sh", ".sql", ".tex", ".srt")
_SQL = re.compile(
    r"\s*(?:(?:insert|replace)\s+into|create\s+table|drop\s+table|lock\s+tables|unlock\s+tables|"
    r"update\s+\S+\s+set|delete\s+from|begin;|commit;|--|/\*)",
    re.I,
)


def detect(file: Opening) -> Format:
    """The format of a file with lines.

    Raises:
        DataError: its name says that it is a table, and it holds a web page.
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
    """None also for plain text: a table may be called so."""
    found = (format_of_suffix(suffix) for suffix in file.source.suffixes)
    return next((format for format in found if format and not format.running_text), None)


def format_by_content(file: Opening) -> Format:
    """A format for a file whose name does not tell."""
    if any(line.strip() for line in file.head):
        for format in all_formats():
            if format.sniff is not None and format.sniff(file):
                return format
    return find_format("text")


def is_program_text(path: str, head: Sequence[str]) -> bool:
    """Whether this is source code, statements of SQL, or a log with time stamps: no table, whatever recurs."""
    if path.lower().endswith(_CODE):
        return True
    lines = [line for line in head[:200] if line.strip()]
    dated = path.lower().endswith(".log") and sum(bool(_STAMP.match(line)) for line in lines) > 0.9 * len(lines)
    return bool(lines) and (dated or sum(bool(_SQL.match(line)) for line in lines) > 0.9 * len(lines))
