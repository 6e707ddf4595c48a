"""Soft labels: files in which a teacher gives each text a distribution over the labels (``--teacher``).

A text that is in the training data already gets the distribution beside its label; one of the validation or test data
is left out; the others are new training texts.  Of several teachers the distributions of a text are averaged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from lstmcli.data.beside import left_out_note, open_beside
from lstmcli.data.columns.choice import listed
from lstmcli.data.columns.soft import PREFIX
from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.locate import Located
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.data.sources import Source, taught
from lstmcli.data.stored import gathered
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
        DataError: a file cannot be read, has no probabilities, or has or lacks a label of the training data.
    """
    if not files:
        return
    labels = label_set(splits.train)
    told: dict[bytes, _Told] = {}
    notes = []
    for file in files:
        source, texts = _open(file, splits), 0
        check_columns(source, labels)
        for record in _records(source, labels):
            told.setdefault(same_text(record.text), _Told(record)).add(record.probabilities or {})
            texts += 1
        notes.append(f"teacher: {source.notes[0]}; {count(texts, 'text')}")
    elsewhere = texts_of(splits.valid, splits.test)
    train = gathered(_with_teacher(record, told) for record in splits.train)
    known = texts_of(train)
    new = [
        taught(replace(each.first, labels=()), each.mean, independent=splits.multilabel)
        for key, each in told.items()
        if key not in known and key not in elsewhere
    ]
    left_out = left_out_note(sum(key in elsewhere for key in told))
    both = sum(key in known and key not in elsewhere for key in told)
    notes.append(
        f"of the teacher's texts {len(new):,} {are(len(new))} new, {both:,} {are(both)} in the training data{left_out}"
    )
    splits.train, splits.notes = gathered(chain(train, new)), (*splits.notes, *notes)
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


@dataclass
class _Told:
    """What teachers say of a text."""

    first: Record
    sums: dict[str, float] = field(default_factory=dict)
    teachers: int = 0

    def add(self, probabilities: Mapping[str, float]) -> None:
        for label, value in probabilities.items():
            self.sums[label] = self.sums.get(label, 0.0) + value
        self.teachers += 1

    @property
    def mean(self) -> dict[str, float]:
        return {label: value / self.teachers for label, value in self.sums.items()}


def _with_teacher(record: Record, told: Mapping[bytes, _Told]) -> Record:
    if record.probabilities is not None or (found := told.get(same_text(record.text))) is None:
        return record
    return replace(record, probabilities=found.mean)


def _open(file: str | Located, splits: Splits) -> Source:
    found = open_beside(file, splits, ReadConfig(soft_labels=True))
    return found.with_independent_labels() if splits.multilabel else found


def _records(source: Source, labels: Collection[str]) -> Iterator[Record]:
    """The texts with probabilities.  Raises: DataError, for a label that the training data does not have."""
    for record in source:
        if record.probabilities is None or not record.text.strip():
            continue
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
