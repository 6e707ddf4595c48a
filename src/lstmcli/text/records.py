"""One text with its labels: what every source yields and every task consumes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """A text as it was found."""

    text: str
    labels: tuple[str, ...] = ()
    """Empty when the source has no labels; several only in multi-label data."""
    line: int = 0
    """Line of the file where the record starts, from 1; 0 when there is no such thing."""
    path: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    """The whole row, only when ``keep_columns`` was asked for."""


@dataclass
class Splits:
    """A corpus in memory, split."""

    train: list[Record]
    valid: list[Record]
    test: list[Record]
    """May be empty."""
    multilabel: bool = False
    labelled: bool = True
    """Whether the source has labels: a classifier can be trained on it."""
    notes: tuple[str, ...] = ()
    """What was detected, in words: format, encoding, columns, where the splits came from."""
    warnings: tuple[str, ...] = ()
    """What a reader should know about the text itself: damaged bytes and the like."""
    fingerprint: str = ""
    """sha256 of every text and label in order, hexadecimal."""
    label_column: str | None = None
    text_columns: tuple[str, ...] = ()
    path: str = ""
    """The source the training records come from."""
    format: str = ""
    """Its form: text, csv, …; see ``text/sources.py``."""


def fingerprint(splits: Iterable[Iterable[Record]]) -> str:
    """sha256 over the texts and labels of all splits, in order; lengths keep fields from running together."""
    digest = hashlib.sha256()
    for split in splits:
        digest.update(b"split")
        for record in split:
            for part in (record.text, *record.labels):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(b"%d:" % len(data))
                digest.update(data)
            digest.update(b";")
    return digest.hexdigest()
