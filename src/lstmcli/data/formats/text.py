"""Plain text, one text per line, with remarks on files that may have labels or be a table."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import without_end
from lstmcli.data.formats.detect import is_html, tag_of
from lstmcli.data.formats.fasttext import open_fasttext, other_prefix
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.labelled import find_fields
from lstmcli.data.formats.labelled_lines import doubtful_labels_remark
from lstmcli.data.table import Table
from lstmcli.errors import DataError


def open_text(file: Opening) -> Table:
    """One text per line, empty lines included.

    Raises:
        DataError: labels are required; or it is an HTML table named as a spreadsheet.
    """
    if any(suffix.startswith(".xls") for suffix in file.source.suffixes):
        raise DataError("this is HTML, which is not read", path=file.source.path, hint="save it as CSV, TSV or JSON")
    if file.labelled:
        if file.read.label_prefix != ReadConfig.label_prefix:
            return open_fasttext(file)  # its error says what is there instead
        raise _no_labels(file)
    table = file.table(
        TEXT, ("text",), lambda lines: ((n, {"text": without_end(line)}) for n, line in enumerate(lines, 1))
    )
    if file.labelled is None and file.read.input_format is None:
        table.remarks += _remarks(file)
    return table


def _remarks(file: Opening) -> list[str]:
    """Remarks on what else the file might be, and the options for it."""
    if is_html(file.head):
        return ["this is HTML: its tags are read as text; save the page as plain text to leave them out"]
    if {".yml", ".yaml"}.intersection(file.source.suffixes):
        return ["this is YAML without examples of intents: its marks are read as text"]
    if tag := tag_of(file.head):
        return [
            f"there are lines of tags ({tag}), which are read as text: if this is XML with one root element, "
            "--input-format xml reads its rows"
        ]
    if prefix := _other_prefix(file):
        return [
            f"nearly every line starts with {prefix!r}: if labels follow it, --label-prefix '{prefix}' "
            "trains a classifier"
        ]
    if fields := find_fields(file.sample):
        return [
            f"every line has {fields[1]} fields between {fields[0]!r}: if this is a table, --delimiter "
            f"'{fields[0]}' reads it as one, and --text-column and --label-column name its columns by number"
        ]
    if _are_numbered(file.sample):
        return ["every line starts with its number and a tab: --delimiter tab --task lm leaves the numbers out"]
    doubtful = doubtful_labels_remark(file)
    return [doubtful] if doubtful else []


def _are_numbered(lines: Sequence[str]) -> bool:
    """Whether lines start with numbers that differ, as those of a corpus do."""
    starts = [line.partition("\t") for line in lines if line.strip()]
    numbers = {number for number, tab, _ in starts if tab and number.isdecimal()}
    return len(starts) >= 10 and len(numbers) == len(starts)


def _other_prefix(file: Opening) -> str | None:
    return other_prefix(file.sample) if file.read.label_prefix == ReadConfig.label_prefix else None


def _no_labels(file: Opening) -> DataError:
    if file.read.input_format is None and (prefix := _other_prefix(file)):
        message = f"nearly every line starts with {prefix!r}, and not with {file.read.label_prefix!r}"
        return DataError(message, path=file.source.path, hint=f"if labels follow it, --label-prefix '{prefix}'")
    return DataError(
        "this is plain text, one text a line, without labels",
        path=file.source.path,
        hint=f"labels come from a column of a table, from {file.read.label_prefix}x at the start of a line "
        "(--label-prefix), or from a folder per class; --input-format says what a file is",
    )


TEXT = Format(
    "text",
    "plain text, one text a line",
    open_text,
    suffixes=(".txt", ".text"),
    chosen_columns=False,
    running_text=True,
)
