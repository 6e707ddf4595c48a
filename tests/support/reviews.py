"""A folder as a user has it, with small files whose labels are plain: for ``docs/python.md`` and the docstrings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

SMALL: dict[str, Any] = {"epochs": 2, "hidden": 8, "embedding": 8, "threads": 1}
"""Options of a training that takes a moment."""
THINGS = ("room", "soup", "hall", "waiter", "garden", "bed")
GOOD, BAD = ("lovely", "warm", "great", "quiet"), ("awful", "dirty", "rude", "cold")
NOUNS, VERBS = ("cat", "dog", "bird", "child"), ("sat", "slept", "ran", "played")


def rows() -> list[tuple[str, str]]:
    """Texts and labels, the classes in turn."""
    return [
        (f"{start} {words[n % 4]} and {words[(n + 1) % 4]} {thing}", label)
        for n, thing in enumerate(THINGS * 2)
        for start in ("a", "such a", "the")
        for words, label in ((GOOD, "positive"), (BAD, "negative"))
    ]


def write(folder: Path) -> None:
    for name, some in (("reviews.csv", rows()), ("test.csv", rows()[3:23])):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *some])
    (folder / "lines.txt").write_text("the waiter was lovely\na dirty and awful hall\n", encoding="utf-8")
    sentences = [f"the {noun} {verb} on the {THINGS[n % 6]}" for noun in NOUNS for n, verb in enumerate(VERBS * 6)]
    (folder / "book.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
