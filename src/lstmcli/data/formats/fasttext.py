"""fastText lines, which begin with their labels; variants are recognised: a mark after the label, another prefix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lstmcli.data.encoding import without_end
from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.table import Table
from lstmcli.errors import DataError

_SPACES = " \t\v\f\r"  # what separates tokens for fastText; U+00A0 and U+2009 are part of a word
STUCK = (",", "，", ":", "：", ";", "；", "|")  # common marks between a label and its text
_PREFIX = re.compile(r"([_#@$%~]{1,3}[A-Za-z]{2,12}[_#@$%~:=]{1,3}|(?:label|class|tag)[_#@$%~:=]{1,3})(\S+)\s+\S")
_FEWEST = 4


def has_labels(file: Opening) -> bool:
    """Whether most lines have a label."""
    labels = [labels for _, labels in map(LabelSplitter(file.read.label_prefix), filter(str.strip, file.head))]
    return sum(map(bool, labels)) > 0.5 * len(labels)


def open_fasttext(file: Opening) -> Table:
    """Lines that start with their labels, each after the prefix.

    Raises:
        DataError: labels are wanted, and no line of the head has one.
    """
    head, prefix = file.head, file.read.label_prefix
    mark = stuck_mark(head, prefix)
    split = LabelSplitter(prefix, mark)

    def parse(lines: Iterable[str]) -> Iterator[Cells]:
        for number, line in enumerate(lines, 1):
            text, labels = split(line)
            yield number, {"text": text, "labels": labels}

    sample = [cells for _, cells in parse(head)]
    bare_labels = [label for row in sample for label in row["labels"]]
    line, first = next(((n, text.strip()) for n, text in enumerate(head, 1) if text.strip()), (1, ""))
    if file.labelled and sample and not bare_labels:
        message = f"no line starts with {prefix!r}; this one starts with {first[:30]!r}"
        hint = "give the prefix of the labels with --label-prefix, or another --input-format"
        raise DataError(message, path=file.source.path, line=line, hint=hint)
    no_text = all(len(row["labels"]) < 2 and not str(row["text"]).strip() for row in sample)
    if file.labelled is not False and no_text and _are_texts(bare_labels):
        message = f"no space follows the label, so nothing is left for the text: {first[:40]!r}"
        hint = f"write a space between a label and its text: {prefix}LABEL TEXT"
        raise DataError(message, path=file.source.path, line=line, hint=hint)
    notes = [f"labels behind {prefix!r}" + (f" and before {mark!r}" if mark else "")]
    remarks = _held_mark_remarks(bare_labels)
    return file.table(FASTTEXT, ("text", "labels"), parse, sample=sample, notes=notes, remarks=remarks)


class LabelSplitter:
    """Splits a line into the text and the labels at its start and at its end."""

    def __init__(self, prefix: str, mark: str | None = None) -> None:
        """``mark`` separates the label from the text in place of a space."""
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
        labels = ""
        if found := self._start.match(line):
            labels, line = found[1], line[found.end() :]
        if self._prefix in line and (found := self._end.search(line)):
            labels, line = f"{labels} {found[1]}", line[: found.start()]
        return line, [part[len(self._prefix) :] for part in re.split(f"[{_SPACES}]+", labels) if part]


def stuck_mark(lines: Sequence[str], prefix: str) -> str | None:
    """The mark that separates every label from its text; None if the labels only contain it."""
    labels = [line.strip()[len(prefix) :] for line in lines if line.strip().startswith(prefix)]
    if len(labels) < _FEWEST:
        return None
    for mark in STUCK:
        parts = _parted(labels, mark)
        if len(parts) < 0.95 * len(labels):
            continue
        before = {part[0] for part in parts}
        behind = {part[2] for part in parts}
        if 2 <= len(before) <= max(2, len(labels) // 3) and (behind == {""} or len(behind) >= 3 * len(before)):
            return mark
    return None


def _parted(labels: Sequence[str], mark: str) -> list[tuple[str, str, str]]:
    """The labels that contain the mark, split at it."""
    parts = [label.split(maxsplit=1)[0].partition(mark) for label in labels if label[:1].strip()]
    return [part for part in parts if part[0] and part[1]]


def _are_texts(labels: Sequence[str]) -> bool:
    """Whether the labels are really texts: they are long, and few recur."""
    long = sum(map(len, labels)) >= 6 * len(labels)
    return len(labels) >= _FEWEST and long and len(set(labels)) > len(labels) / 2


def _held_mark_remarks(labels: Sequence[str]) -> list[str]:
    """A remark if every label contains a mark, for an unknown reason."""
    for mark in STUCK:
        if len(labels) >= _FEWEST and len(_parted(labels, mark)) == len(labels):
            shown = labels[0].partition(mark)[0]
            return [
                f"every label holds {mark!r}, as {labels[0]!r} does: if the label is {shown!r}, write a space in place "
                f"of that {mark!r}"
            ]
    return []


def other_prefix(lines: Sequence[str]) -> str | None:
    """Another prefix that all labels have: ``__class__``, ``#label#``, ``__label_``."""
    some = [line.lstrip() for line in lines[:1000] if line.strip()]
    found = [match for line in some if (match := _PREFIX.match(line))]
    counts = Counter(match[1] for match in found)
    if len(some) < _FEWEST or not counts:
        return None
    prefix, count = counts.most_common(1)[0]
    labels = {match[2] for match in found if match[1] == prefix}
    return prefix if count >= 0.9 * len(some) and 2 <= len(labels) <= max(2, count // 2) else None


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
