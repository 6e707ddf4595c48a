"""Labels of fastText that are not written as fastText wants them: a mark behind the label, or another prefix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

STUCK = (",", "，", ":", "：", ";", "；", "|")
"""Common marks between a label and its text."""
_PREFIX = re.compile(r"([_#@$%~]{1,3}[A-Za-z]{2,12}[_#@$%~:=]{1,3}|(?:label|class|tag)[_#@$%~:=]{1,3})(\S+)\s+\S")
_FEWEST = 4


def stuck_mark(lines: Sequence[str], prefix: str) -> str | None:
    """The mark that stands behind every label, with the text after it; None where labels merely hold it."""
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
    """The labels that hold the mark, cut at it."""
    parts = [label.split(maxsplit=1)[0].partition(mark) for label in labels if label[:1].strip()]
    return [part for part in parts if part[0] and part[1]]


def are_texts(labels: Sequence[str]) -> bool:
    """Whether the texts stand in the labels: they are long, and hardly one recurs."""
    long = sum(map(len, labels)) >= 6 * len(labels)
    return len(labels) >= _FEWEST and long and len(set(labels)) > len(labels) / 2


def held_mark_remarks(labels: Sequence[str]) -> list[str]:
    """The remark if every label contains a mark, for an unknown reason."""
    for mark in STUCK:
        if len(labels) >= _FEWEST and len(_parted(labels, mark)) == len(labels):
            shown = labels[0].partition(mark)[0]
            return [
                f"every label holds {mark!r}, as {labels[0]!r} does: if the label is {shown!r}, write a space in place "
                f"of that {mark!r}"
            ]
    return []


def other_prefix(lines: Sequence[str]) -> str | None:
    """A prefix before every label that is not the one looked for: ``__class__``, ``#label#``, ``__label_``."""
    some = [line.lstrip() for line in lines[:1000] if line.strip()]
    found = [match for line in some if (match := _PREFIX.match(line))]
    counts = Counter(match[1] for match in found)
    if len(some) < _FEWEST or not counts:
        return None
    prefix, count = counts.most_common(1)[0]
    labels = {match[2] for match in found if match[1] == prefix}
    return prefix if count >= 0.9 * len(some) and 2 <= len(labels) <= max(2, count // 2) else None
