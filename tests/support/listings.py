"""Listings of the documentation: commands with what they print, and how the two are compared.

``…`` stands for any lines, or for any part of a line.  Words must be the same; a figure with a decimal point may differ
by a sixth, because processors and numbers of threads round differently; times and sizes may be anything.  Of a
generated text the prompt must be the same.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

VARYING = re.compile(r"\b\d+(?:\.\d+)? ?(?:[kM]?B|bytes|s|m \d\ds)\b")
NUMBER = re.compile(r"(?<![\w.])[+-]?(?:\d[\d,]*)?\.?\d+(?![\w.]|,\d)")


@dataclass(frozen=True)
class Listing:
    """A command of a ``console`` block."""

    command: str
    shown: list[str]
    """The lines below it."""


def listings(text: str) -> Iterator[Listing]:
    """The commands of a page, in order."""
    for block in re.findall(r"(?ms)^```console\n(.*?)^```", text):
        lines = block.splitlines()
        starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in pairwise([*starts, len(lines)]):
            yield Listing(lines[start].removeprefix("$ "), [line.rstrip() for line in lines[start + 1 : end]])


def agrees(listing: Listing, printed: list[str]) -> bool:
    """Whether a command has printed what its listing shows."""
    return _agree(listing.shown, [line.rstrip() for line in printed], _prompt(listing.command))


def _prompt(command: str) -> str | None:
    words = shlex.split(command)
    if words[:2] != ["lstm", "generate"]:
        return None
    return next(word for before, word in pairwise(words[1:]) if not word.startswith("-") and not before.startswith("-"))


def _agree(shown: list[str], printed: list[str], prompt: str | None) -> bool:
    if not shown:
        return not any(printed)
    if shown[0] == "…":
        return any(_agree(shown[1:], printed[i:], prompt) for i in range(len(printed) + 1))
    if not printed:
        return False
    same = printed[0].startswith(prompt) if prompt else same_line(shown[0], printed[0])
    return same and _agree(shown[1:], printed[1:], prompt)


def same_line(shown: str, printed: str) -> bool:
    """Whether two lines have the same words, and figures that are near enough."""
    shown, printed = (" ".join(VARYING.sub("~", line).split()) for line in (shown, printed))
    words = (".*".join(map(re.escape, part.split("…"))) for part in NUMBER.split(shown))
    same = re.fullmatch(f"({NUMBER.pattern})".join(words) + " ?", printed + " ")  # nothing may stand for " …"
    return same is not None and all(map(_near, NUMBER.findall(shown), same.groups()))


def _near(figure: str, other: str) -> bool:
    if "." not in figure:
        return figure == other
    a, b = (float(each.replace(",", "")) for each in (figure, other))
    return abs(a - b) <= max(abs(a) / 6, 0.05)
