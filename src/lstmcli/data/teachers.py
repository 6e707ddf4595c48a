"""Soft labels: files in which a teacher gives each text a distribution over the labels (``--teacher``).

A text that is in the training data already gets the distribution beside its label; one of the validation or test data
is left out; the others are new training texts.  Of several teachers the distributions of a text are averaged.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from lstmcli.data.beside import left_out_note, open_beside
from lstmcli.data.columns.choice import listed
from lstmcli.data.columns.soft import PREFIX
from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.locate import Located
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.data.sources import Source, taught
from lstmcli.data.stored import gathered, kept_in_file
from lstmcli.errors import DataError
from lstmcli.plural import are, count

AGREEMENT = (
    "no text of the validation split has a label that somebody gave: its accuracy and calibration measure agreement "
    "with the teacher; give labelled texts with --valid"
)


def label_set(records: Collection[Record]) -> set[str]:
    """All labels of records, those included that only a teacher mentions."""
    named = {label for record in records for label in record.labels}
    return named.union(*(record.probabilities for record in records if record.probabilities is not None))


def add_teachers(splits: Splits, files: Sequence[str | Located]) -> None:
    """Add the texts and distributions of teachers to the training split.

    Raises:
        DataError: a file cannot be read, has no probabilities, or has or lacks a label of the training data; so has a
            row of the training data itself.
        OutputError: the texts are many, and cannot be written to a file.
    """
    soft = splits.multilabel and any(record.probabilities is not None for record in splits.train)
    labels = label_set(splits.train) if soft or files else set[str]()
    for record in splits.train if soft else ():
        if record.probabilities is not None:
            require_all(record, labels)
    if not files:
        return
    told, notes = _Told(len(labels)), list[str]()

    def answered() -> Iterator[Record]:
        """Each text that a teacher answered, once."""
        for file in files:
            source, texts = _open(file, splits), 0
            check_columns(source, labels)
            for record in _records(source, labels, every=splits.multilabel):
                if told.add(same_text(record.text), record.probabilities or {}):
                    yield record
                texts += 1
            notes.append(f"teacher: {source.notes[0]}; {count(texts, 'text')}")

    answers = gathered(answered())
    elsewhere, known = texts_of(splits.valid, splits.test), texts_of(splits.train)
    left_out = left_out_note(sum(key in elsewhere for key in told))
    both = sum(key in known and key not in elsewhere for key in told)
    new = sum(key not in known and key not in elsewhere for key in told)
    notes.append(f"of the teacher's texts {new:,} {are(new)} new, {both:,} {are(both)} in the training data{left_out}")

    def rows() -> Iterator[Record]:
        for record in splits.train:
            mean = told.mean(same_text(record.text)) if record.probabilities is None else None
            yield record if mean is None else replace(record, probabilities=mean)
        for record in answers:
            key = same_text(record.text)
            if key not in known and key not in elsewhere:
                yield taught(replace(record, labels=()), told.mean(key), independent=splits.multilabel)

    train = gathered(rows())
    splits.train, splits.notes = train, (*splits.notes, *notes, *kept_in_file(train))
    splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))


def check_columns(source: Source, labels: set[str]) -> None:
    """Raises: DataError, if labels have no column of probabilities."""
    missing = sorted(labels - set(source.soft_labels)) if source.soft_labels else []
    if missing:
        lacks = listed(PREFIX + label for label in missing[:5]) + (" and more" if len(missing) > 5 else "")
        found = listed(PREFIX + label for label in source.soft_labels)
        raise DataError(
            f"it lacks the column{'s' if len(missing) > 1 else ''} {lacks}; the columns of probabilities are {found}",
            path=source.path,
            hint="give every label of the training data a column, of zeros where the teacher does not know it",
        )


def require_all(record: Record, labels: Collection[str]) -> None:
    """Where texts may have several labels, what one left out has cannot be told from the others.  Raises: DataError."""
    lacking = sorted(set(labels).difference(record.probabilities or {}))
    if lacking:
        raise DataError(
            f"there is no probability of {listed(lacking[:5])}{' and more' if len(lacking) > 5 else ''}; where texts "
            "may have several labels, each needs its own",
            path=record.path,
            line=record.line or None,
            hint="lstm classify --top all writes all of them; give 0 to labels that the teacher does not know",
        )


class _Told:
    """The means of what teachers say of texts, by their keys: 8 bytes a label in memory for each text."""

    def __init__(self, labels: int) -> None:
        self._places: dict[bytes, int] = {}
        self._columns: dict[str, int] = {}
        self._sums, self._teachers = array("d"), array("i")
        self._nothing = array("d", [math.nan] * labels)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._places)

    def add(self, key: bytes, probabilities: Mapping[str, float]) -> bool:
        """Add an answer; returns whether it is the first for the text."""
        place = self._places.setdefault(key, len(self._places))
        first = place == len(self._teachers)
        if first:
            self._sums.extend(self._nothing)
            self._teachers.append(0)
        self._teachers[place] += 1
        for label, value in probabilities.items():
            at = place * len(self._nothing) + self._columns.setdefault(label, len(self._columns))
            before = self._sums[at]
            self._sums[at] = value if math.isnan(before) else before + value
        return first

    def mean(self, key: bytes) -> dict[str, float] | None:
        """None if no teacher answered it; a label that none mentioned is left out."""
        if (place := self._places.get(key)) is None:
            return None
        teachers, begin = self._teachers[place], place * len(self._nothing)
        sums = {label: self._sums[begin + column] for label, column in self._columns.items()}
        return {label: value / teachers for label, value in sums.items() if not math.isnan(value)}


def _open(file: str | Located, splits: Splits) -> Source:
    found = open_beside(file, splits, ReadConfig(soft_labels=True))
    return found.with_independent_labels() if splits.multilabel else found


def _records(source: Source, labels: Collection[str], *, every: bool) -> Iterator[Record]:
    """The texts with probabilities.

    Args:
        every: each label needs its own.

    Raises:
        DataError: there is a label that the training data does not have, or one is lacking.
    """
    for record in source:
        if record.probabilities is None or not record.text.strip():
            continue
        if every:
            require_all(record, labels)
        for label in record.probabilities:
            if label not in labels:
                raise DataError(
                    f"the teacher gives a probability to {label!r}, which is no label of the training data: it has "
                    f"{listed(sorted(labels)[:5])}{' and more' if len(labels) > 5 else ''}",
                    path=record.path,
                    line=record.line or None,
                    hint="rename the labels, or leave out the texts that need others",
                )
        yield record
