"""Formats with one text a line: plain text, and fastText's labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lstmcli.data.encoding import Encoding, TextLines
from lstmcli.data.files import Input
from lstmcli.data.formats.labelled import LineForm
from lstmcli.data.formats.prefixes import are_texts, say_held_mark, stuck_mark
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
    mark = stuck_mark(head, prefix)
    split = LabelSplitter(prefix, mark)
    sample = [{"text": text, "labels": labels} for text, labels in map(split, head)]
    if labelled and sample and not any(row["labels"] for row in sample):
        line, shown = next(((n, text) for n, text in enumerate(head, 1) if text.strip()), (1, ""))
        raise DataError(
            f"no line starts with {prefix!r}; this one starts with {shown.strip()[:30]!r}",
            path=source.path,
            line=line,
            hint="give the prefix of the labels with --label-prefix, or another --input-format",
        )
    bare_labels = [label for row in sample for label in row["labels"]]
    if labelled is not False and not any(str(row["text"]).strip() for row in sample) and are_texts(bare_labels):
        line, shown = next((n, text) for n, text in enumerate(head, 1) if text.strip())
        raise DataError(
            f"no space follows the label, so nothing is left for the text: {shown.strip()[:40]!r}",
            path=source.path,
            line=line,
            hint=f"write a space between a label and its text: {prefix}LABEL TEXT",
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
        remarks=say_held_mark(bare_labels),
        notes=[f"labels behind {prefix!r}" + (f" and before {mark!r}" if mark else ""), lines.encoding.label],
    )
    return table


def open_labelled(
    source: Input, encoding: Encoding | None, head: Sequence[str], form: LineForm, *, labelled: bool | None
) -> Table:
    """Lines of a text and a label; a line without a label is a text.

    Args:
        labelled: True leaves empty lines out; else each is an empty text, so that answers and lines go together.
    """
    lines = TextLines(source, encoding)

    def cells(line: str) -> dict[str, str]:
        text, label = form.split(line) or (_without_end(line), "")
        return {"text": text, "label": label}

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, 1):
            if line.strip() or not labelled:
                yield Row(number, source.path, cells(line))
        table.warnings[:] = lines.warnings()

    table = Table(
        "labelled",
        ("text", "label"),
        rows,
        [cells(line) for line in head if line.strip()],
        text_columns=("text",),
        label_column="label",
        encoding=lines.encoding.label,
        line_form=str(form),
        notes=[form.described, lines.encoding.label],
    )
    return table


class LabelSplitter:
    """Takes the labels off a line: those at its start, or else at its end."""

    def __init__(self, prefix: str, mark: str | None = None) -> None:
        """``mark``: stands between the label and the text in place of a space."""
        label = f"{re.escape(prefix)}[^{_SPACES}\n]+"
        self._start = re.compile(f"[{_SPACES}]*((?:{label}[{_SPACES}]+)*{label})(?:[{_SPACES}]|$)")
        self._end = re.compile(f"[{_SPACES}]((?:{label}[{_SPACES}]+)*{label})[{_SPACES}]*$")
        self._prefix = prefix
        self._marked = re.compile(f"[{_SPACES}]*{re.escape(prefix)}([^{_SPACES}]+?){re.escape(mark)}") if mark else None

    def __call__(self, line: str) -> tuple[str, list[str]]:
        line = _without_end(line)
        if self._prefix not in line:
            return line, []
        if self._marked and (found := self._marked.match(line)):
            return line[found.end() :].lstrip(_SPACES), [found[1]]
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
