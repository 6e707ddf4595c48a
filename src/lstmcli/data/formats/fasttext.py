"""fastText's lines, which begin with their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmcli.data.encoding import TextLines, without_end
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.formats.prefixes import are_texts, held_mark_remarks, stuck_mark
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError

_SPACES = " \t\v\f\r"
"""What separates tokens for fastText; U+00A0 and U+2009 are part of a word."""


def has_labels(file: Opening) -> bool:
    """Whether most lines have one."""
    lines = [line for line in file.head if line.strip()]
    split = LabelSplitter(file.read.label_prefix)
    return sum(bool(split(line)[1]) for line in lines) > 0.5 * len(lines)


def open_fasttext(file: Opening) -> Table:
    """Lines that start with their labels, each behind the prefix.

    Raises:
        DataError: labels are wanted, and no line of the head has one.
    """
    head, prefix, path = file.head, file.read.label_prefix, file.source.path
    lines = TextLines(file.source, file.encoding)
    mark = stuck_mark(head, prefix)
    split = LabelSplitter(prefix, mark)
    sample = [{"text": text, "labels": labels} for text, labels in map(split, head)]
    bare_labels = [label for row in sample for label in row["labels"]]
    shown = next(((n, text.strip()) for n, text in enumerate(head, 1) if text.strip()), (1, ""))
    if file.labelled and sample and not bare_labels:
        raise DataError(
            f"no line starts with {prefix!r}; this one starts with {shown[1][:30]!r}",
            path=path,
            line=shown[0],
            hint="give the prefix of the labels with --label-prefix, or another --input-format",
        )
    no_text = all(len(row["labels"]) < 2 and not str(row["text"]).strip() for row in sample)
    if file.labelled is not False and no_text and are_texts(bare_labels):
        raise DataError(
            f"no space follows the label, so nothing is left for the text: {shown[1][:40]!r}",
            path=path,
            line=shown[0],
            hint=f"write a space between a label and its text: {prefix}LABEL TEXT",
        )

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, 1):
            text, labels = split(line)
            yield Row(number, path, {"text": text, "labels": labels})
        table.warnings[:] = lines.warnings()

    table = Table(
        FASTTEXT,
        ("text", "labels"),
        rows,
        sample,
        text_columns=("text",),
        label_column="labels",
        encoding=lines.encoding.label,
        remarks=held_mark_remarks(bare_labels),
        notes=[f"labels behind {prefix!r}" + (f" and before {mark!r}" if mark else ""), lines.encoding.label],
    )
    return table


class LabelSplitter:
    """Takes the labels off a line: those at its start and at its end."""

    def __init__(self, prefix: str, mark: str | None = None) -> None:
        """``mark``: stands between the label and the text in place of a space."""
        label = f"{re.escape(prefix)}[^{_SPACES}\n]+"
        self._start = re.compile(f"[{_SPACES}]*((?:{label}[{_SPACES}]+)*{label})(?:[{_SPACES}]|$)")
        self._end = re.compile(f"[{_SPACES}]((?:{label}[{_SPACES}]+)*{label})[{_SPACES}]*$")
        self._prefix = prefix
        self._marked = re.compile(f"[{_SPACES}]*{re.escape(prefix)}([^{_SPACES}]+?){re.escape(mark)}") if mark else None

    def __call__(self, line: str) -> tuple[str, list[str]]:
        line = without_end(line)
        if self._prefix not in line:
            return line, []
        if self._marked and (found := self._marked.match(line)):
            return line[found.end() :].lstrip(_SPACES), [found[1]]
        labels: list[str] = []
        if found := self._start.match(line):
            labels, line = self._names(found[1]), line[found.end() :]
        if self._prefix in line and (found := self._end.search(line)):
            labels, line = labels + self._names(found[1]), line[: found.start()]
        return line, labels

    def _names(self, labels: str) -> list[str]:
        return [part[len(self._prefix) :] for part in re.split(f"[{_SPACES}]+", labels)]


FASTTEXT = Format(
    "fasttext",
    "fastText lines",
    open_fasttext,
    has_labels,
    suffixes=(".ft", ".fasttext"),
    chosen_columns=False,
    strict_labels=True,
    label_lists=True,
)
