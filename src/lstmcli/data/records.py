"""One text with its labels: what every source yields and every task consumes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from lstmcli.data.config import ReadConfig


@dataclass(frozen=True, slots=True)
class Record:
    """A text as it was found."""

    text: str
    labels: tuple[str, ...] = ()
    """Empty when the source has no labels; several only in multi-label data."""
    line: int = 0
    """Line of the file where the record starts, from 1; 0 if the format has no lines."""
    path: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    """The whole row, only when ``keep_columns`` was asked for."""
    target: str | None = None
    """The translation, only in data of pairs."""
    probabilities: Mapping[str, float] | None = None
    """What a teacher gives each label; those that are left out share what is missing to 1."""
    taught: bool = False
    """``labels`` holds the most probable label of ``probabilities``; nobody gave it."""


class Texts(Collection[str]):
    """The texts of records, read again at each iteration."""

    def __init__(self, records: Collection[Record], text_of: Callable[[Record], str] = attrgetter("text")) -> None:
        self.records, self._text_of = records, text_of

    def __iter__(self) -> Iterator[str]:
        return map(self._text_of, self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __contains__(self, text: object) -> bool:
        return any(text == other for other in self)


class Joined(Collection[Record]):
    """The records of several collections, one after another; read again at each iteration."""

    def __init__(self, *parts: Collection[Record]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[Record]:
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __contains__(self, record: object) -> bool:
        return any(record in part for part in self._parts)


class Rows:
    """Records of a source, read again at each iteration, so that the corpus need not fit in memory."""

    def __init__(self, source: Iterable[Record], start: int = 0, stop: int | None = None) -> None:
        """``source`` can be iterated more than once."""
        self._source, self._start, self._stop = source, start, stop
        self._length: int | None = None

    def __iter__(self) -> Iterator[Record]:
        return islice(self._source, self._start, self._stop)

    def __len__(self) -> int:
        """The count; the first call reads all records."""
        if self._length is None:
            self._length = sum(1 for _ in self)
        return self._length

    def __contains__(self, record: object) -> bool:
        return any(record == other for other in self)

    def cut(self, at: int) -> tuple[Rows, Rows]:
        """The first ``at`` of them, and the others."""
        middle = self._start + at
        return Rows(self._source, self._start, middle), Rows(self._source, middle, self._stop)


class Selection:
    """The records at some places of a collection, or all others; read again at each iteration, like ``Rows``."""

    def __init__(self, records: Collection[Record], places: Sequence[tuple[int, int]], *, inside: bool = True) -> None:
        """``places`` are runs of records, (start, stop), in order and apart."""
        self._records, self._places, self._inside = records, tuple(places), inside

    def __iter__(self) -> Iterator[Record]:
        records, at = iter(self._records), 0
        for start, stop in self._places:
            before, within = islice(records, start - at), islice(records, stop - start)
            if self._inside:
                deque(before, 0)
                yield from within
            else:
                yield from before
                deque(within, 0)
            at = stop
        if not self._inside:
            yield from records

    def __len__(self) -> int:
        inside = sum(stop - start for start, stop in self._places)
        return inside if self._inside else len(self._records) - inside

    def __contains__(self, record: object) -> bool:
        return any(record == other for other in self)


@dataclass
class Splits:
    """A corpus, split: in memory where it has labels, read as it is needed where it has none."""

    train: Collection[Record]
    valid: Collection[Record]
    test: Collection[Record]
    """May be empty."""
    unlabelled: Collection[Record] = ()
    """Texts without labels that a classifier learns from beside ``train``."""
    unlabelled_fingerprint: str = ""
    """Of these texts; empty if there are none."""
    more_labels: tuple[str, ...] = ()
    """Labels that a model has beside those of the training rows."""
    multilabel: bool = False
    labelled: bool = True
    """Whether the source has labels: a classifier can be trained on it."""
    paired: bool = False
    """Whether each text has a translation."""
    held_out: bool = False
    """Whether ``valid`` was cut off the training rows here, not given."""
    notes: tuple[str, ...] = ()
    """Notes on what was detected: format, encoding, columns, origin of the splits."""
    warnings: tuple[str, ...] = ()
    """Warnings about the text, such as damaged bytes."""
    fingerprint: str = ""
    """sha256 of every text, label and probability in order, hexadecimal; empty where there are no labels or pairs."""
    target_column: str | None = None
    label_column: str | None = None
    label_columns: tuple[str, ...] = ()
    """Several where ``label_column`` is None and there are labels."""
    text_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """All columns of the source; empty if the format fixes the text and label columns."""
    read: ReadConfig | None = None
    """How the training source was read, so that other files can be read alike."""
    path: str = ""
    """The source the training records come from."""
    format: str = ""
    """Its form: text, csv, …; see ``data/formats/config.py``."""


def fingerprint(splits: Iterable[Iterable[Record]]) -> str:
    """sha256 over the texts and labels of all splits, in order; lengths keep fields from running together."""
    digest = hashlib.sha256()
    for split in splits:
        digest.update(b"split")
        for record in split:
            for part in (record.text, *record.labels, *(() if record.target is None else (record.target,))):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(b"%d:" % len(data))
                digest.update(data)
            if record.probabilities is not None:
                digest.update(repr(sorted(record.probabilities.items())).encode("utf-8", "surrogatepass"))
            digest.update(b";")
    return digest.hexdigest()
