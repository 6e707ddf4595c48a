"""Formats with one text a line: plain text, and fastText's labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lstmcli.data.encoding import Encoding, TextLines
from lstmcli.data.files import Input
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError

_SPACES = " \t\v\f\r"
"""What separates tokens for fastText; U+00A0 and U+2009 are part of a word."""


def open_text(source: Input, encoding: Encoding | None) -> Table:
    """One record a line, empty lines included."""
    lines = TextLines(source, encoding)

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, 1):
            yield Row(number, source.path, {"text": _without_end(line)})
        table.warnings[:] = lines.warnings()

    table = Table(
        "text", ("text",), rows, text_columns=("text",), encoding=lines.encoding.label, notes=[lines.encoding.label]
    )
    return table


def open_fasttext(
    source: Input, encoding: Encoding | None, head: Sequence[str], prefix: str, *, labelled: bool | None
) -> Table:
    """Lines that start with their labels, each behind the prefix.

    Raises:
        DataError: labels are wanted, and no line of ``head`` has one.
    """
    lines = TextLines(source, encoding)
    split = LabelSplitter(prefix)
    sample = [{"text": text, "labels": labels} for text, labels in map(split, head)]
    if labelled and sample and not any(row["labels"] for row in sample):
        line, shown = next(((n, text) for n, text in enumerate(head, 1) if text.strip()), (1, ""))
        raise DataError(
            f"no line starts with {prefix!r}; this one starts with {shown.strip()[:30]!r}",
            path=source.path,
            line=line,
            hint="give the prefix of the labels with --label-prefix, or another --input-format",
        )

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, 1):
            text, labels = split(line)
            yield Row(number, source.path, {"text": text, "labels": labels})
        table.warnings[:] = lines.warnings()

    table = Table(
        "fasttext",
        ("text", "labels"),
        rows,
        sample,
        text_columns=("text",),
        label_column="labels",
        encoding=lines.encoding.label,
        notes=[f"labels behind {prefix!r}", lines.encoding.label],
    )
    return table


class LabelSplitter:
    """Takes the labels off a line: those at its start, or else at its end."""

    def __init__(self, prefix: str) -> None:
        label = f"{re.escape(prefix)}[^{_SPACES}\n]+"
        self._start = re.compile(f"[{_SPACES}]*((?:{label}[{_SPACES}]+)*{label})(?:[{_SPACES}]|$)")
        self._end = re.compile(f"[{_SPACES}]((?:{label}[{_SPACES}]+)*{label})[{_SPACES}]*$")
        self._prefix = prefix

    def __call__(self, line: str) -> tuple[str, list[str]]:
        line = _without_end(line)
        if self._prefix not in line:
            return line, []
        found = self._start.match(line)
        if found:
            text = line[found.end() :]
        else:
            found = self._end.search(line)
            if not found:
                return line, []
            text = line[: found.start()]
        labels = [part[len(self._prefix) :] for part in re.split(f"[{_SPACES}]+", found[1])]
        return text, labels


def _without_end(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")
