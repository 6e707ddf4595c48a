"""Training, validation and test records from one source or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from lstmcli.data.books.notices import without_notices
from lstmcli.data.columns.cells import LIST, WHOLE
from lstmcli.data.columns.choice import Ask
from lstmcli.data.columns.missing import NEVER_A_LABEL
from lstmcli.data.columns.names import SPLIT_ALIASES
from lstmcli.data.config import SPLIT_NAMES, ReadConfig, TrainedRead
from lstmcli.data.formats.open import Opener
from lstmcli.data.held_out import hold_lines, hold_rows
from lstmcli.data.label_check import missing_labels, missing_labels_note
from lstmcli.data.locate import Located, locate
from lstmcli.data.records import Record, Rows, Splits, fingerprint
from lstmcli.data.sources import Source, open_parts
from lstmcli.data.stored import gathered, kept_in_file, picked
from lstmcli.data.teachers import check_columns
from lstmcli.errors import NoDataError
from lstmcli.plural import are, count, have


def load_splits(
    spec: str | Located,
    read: ReadConfig,
    *,
    valid: str | Located | None,
    test: str | Located | None,
    valid_fraction: float | None,
    seed: int,
    labelled: bool | None = None,
    paired: bool | None = False,
    ask: Ask | None = None,
    prefer: ReadConfig | None = None,
) -> Splits:
    """Read a corpus and split it: given files, else named splits, else a seeded stratified fraction.

    A labelled corpus is read whole; of one without labels lines from several places are held out, and nothing is kept
    in memory.  Licences and notes that libraries put around a book are left out of plain text, unless ``read`` says
    otherwise.

    Args:
        valid, test: another source, or a split of this one by its name.
        valid_fraction: share of the training rows held out when there is no validation split; None: a
            twentieth, but at least 200 rows where that is no more than a tenth, else a tenth; and at most 2,000
            rows.  Every class of two different texts or more gives at least one.
        labelled: True fails without labels; None takes them where they are.
        paired: True fails without pairs of texts; None takes them where they are.
        prefer: how a model's data was read, for data that it goes on with: its columns are taken where they are.

    Raises:
        DataError: a source cannot be read as asked.
        NoDataError: there is nothing in it.
    """
    if labelled is not False and not paired:
        read = replace(read, soft_labels=True)
    located = locate(spec, read, whole=True)
    parts = located.choose(read.split or ("train" if "train" in located.splits else None))
    source = open_parts(located.name, parts, read, labelled=labelled, prefer=prefer, ask=ask, paired=paired)
    if source.labelled and source.kind.strict_labels:
        # Stricter where labels must be.
        source = open_parts(located.name, parts, read, labelled=True, prefer=prefer, ask=ask)
    loading = _Loading(located, read, source)
    splits = loading.splits
    loading.add_companions({"valid": valid, "test": test})
    if splits.labelled:
        loading.settle_labels(several=source.multilabel)
        check_columns(source, {label for record in splits.train for label in record.labels})
    elif not any(record.text.strip() for record in splits.train):
        raise NoDataError("there are only empty lines", path=located.name, hint="give some text")
    if not splits.valid:
        loading.notes.append(_hold(splits, valid_fraction, seed))
    elif valid_fraction is not None:
        loading.warnings.append("--valid-fraction does nothing here: there is a validation split")
    splits.notes, splits.warnings = tuple(loading.notes), tuple(loading.warnings)
    if splits.labelled or splits.paired:
        splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))
    return splits


def _hold(splits: Splits, fraction: float | None, seed: int) -> str:
    """Holds out the validation split from the training rows, and describes how."""
    splits.held_out = True
    if splits.labelled or splits.paired:
        # A teacher's opinion judges no model while there are labels that people gave.
        records = splits.train
        taught = np.fromiter((record.taught for record in records), np.bool_, len(records))
        mixed = taught.any() and not taught.all()
        splits.train, splits.valid = hold_rows(picked(records, ~taught) if mixed else records, fraction, seed)
        if mixed:
            splits.train = gathered(chain(splits.train, picked(records, taught)))
        way = f"held out, {'by label, ' if splits.labelled else ''}seed {seed}"
    else:
        splits.train, splits.valid, way = hold_lines(splits.train, fraction)
    return f"validation: {len(splits.valid):,} of {len(splits.train) + len(splits.valid):,} rows {way}"


class _Loading:
    """Collects the splits, their notes and their warnings."""

    def __init__(self, located: Located, read: ReadConfig, source: Source) -> None:
        self.located, self.read = located, replace(read, soft_labels=False)
        self.notes, self.warnings = list(source.notes), list[str]()
        if located.note:
            self.notes.append(f"splits: {located.note}")
        self.splits = Splits(
            self._records(source),
            [],
            [],
            labelled=source.labelled,
            paired=source.target_column is not None,
            target_column=source.target_column,
            label_column=source.label_column,
            label_columns=source.label_columns,
            text_columns=source.text_columns,
            columns=source.columns if source.kind.chosen_columns else (),
            read=as_found(read, source),
            path=located.name,
            format=source.format,
        )

    def _records(self, source: Source) -> Collection[Record]:
        records: Collection[Record] = Rows(source)
        if source.labelled or source.target_column:
            records = gathered(source)
        elif source.kind.slow:
            records = list(source)
        self.notes += kept_in_file(records)
        if source.kind.running_text and not self.read.keep_licence:
            records, said = without_notices(records)
            self.notes += said
        found = len(records)
        self.warnings += source.warnings
        if not found:
            raise NoDataError("there are no rows in it", path=source.path)
        return records

    def add_companions(self, asked: Mapping[str, str | Located | None]) -> None:
        """Reads validation and test data as the training data was read.

        Args:
            asked: for each split a source, or a split of the same one by its name; None: the split of this name, if
                any.
        """
        splits, prefer = self.splits, self.splits.read
        assert prefer is not None
        if splits.labelled:
            prefer = TrainedRead.of(prefer, (label for record in splits.train for label in record.labels))
        for name, given in asked.items():
            found = self._companion(name, given)
            if found is None:
                continue
            wanted = True if given is not None and splits.labelled else None if splits.labelled else False
            source = open_parts(*found, self.read, labelled=wanted, prefer=prefer, paired=splits.paired)
            if given is not None:
                self.notes.append(f"{SPLIT_NAMES[name]}: {source.notes[0]}")
            records = self._records(source)
            if given is None and splits.labelled and not any(record.labels for record in records):
                self.notes.append(f"the {SPLIT_NAMES[name]} split has no labels and is left out")
                continue
            setattr(splits, name, records)

    def _companion(self, name: str, given: str | Located | None) -> tuple[str, Sequence[Opener]] | None:
        """The name of the source of a split, and its parts."""
        located = self.located
        if given is None:
            parts = None if self.read.split else located.splits.get(name)
            return (located.name, parts) if parts else None
        if isinstance(given, str) and SPLIT_ALIASES.get(given, given) in located.splits and not Path(given).exists():
            return located.name, located.choose(given)
        other = locate(given, self.read, whole=True)
        return other.name, other.splits.get(name) or other.choose(None)

    def settle_labels(self, *, several: bool) -> None:
        """Detects multi-label data, and leaves out texts without labels in other data."""
        splits, asked = self.splits, self.read.label_separator
        drop_missing(splits, self.warnings)
        everything = (splits.train, splits.valid, splits.test)
        # Lists that hold one label each are plain labels; a separator that was asked for is meant.
        splits.multilabel = asked not in (None, LIST, WHOLE) or any(
            len(record.labels) > 1 or (several and not record.labels) for part in everything for record in part
        )
        if not splits.multilabel:
            splits.train, splits.valid, splits.test = (
                _labelled(part, splits.label_column, self.warnings) for part in everything
            )


def drop_missing(splits: Splits, warnings: list[str]) -> None:
    """Removes labels that mean a missing label, and warns about them.

    In multi-label data, where no label is a valid answer, texts with no other label are left out.
    """
    counts = Counter(label for record in splits.train for label in record.labels)
    missing = missing_labels(counts) | NEVER_A_LABEL
    several = any(len(record.labels) > 1 for record in splits.train)
    for name in ("train", "valid", "test"):
        records = getattr(splits, name)
        counts = Counter(label for record in records for label in record.labels if label in missing)
        if not counts:
            continue
        out = ", which leaves texts out" if several else ""
        warnings.append(f"{next(iter(records)).path}: {missing_labels_note(counts)}{out}")
        kept = ((record, _without(record, missing)) for record in records)
        setattr(splits, name, gathered(new for old, new in kept if new.labels or not old.labels or not several))


def _without(record: Record, missing: Collection[str]) -> Record:
    return replace(record, labels=tuple(label for label in record.labels if label not in missing))


def as_found(read: ReadConfig, source: Source) -> ReadConfig:
    """How validation and test files are read: with the columns and header of the training source."""
    several = source.label_columns if len(source.label_columns) > 1 else ()
    header = source.headed if source.kind.headers else read.header
    return replace(
        read,
        text_columns=source.text_columns,
        target_column=source.target_column,
        label_column=source.label_column,
        label_columns=several,
        header=header,
        soft_labels=False,
        line_form=source.line_form,
        label_separator=source.label_separator,
    )


def _labelled(records: Collection[Record], column: str | None, warnings: list[str]) -> Collection[Record]:
    """The rows that have a label."""
    labelled = np.fromiter((bool(record.labels) for record in records), np.bool_, len(records))
    if labelled.all():
        return records
    first = next(record for record in records if not record.labels)
    if not labelled.any():
        raise NoDataError(
            f"no row has a label: the column {column!r} is empty" if column else "no row has a label",
            path=first.path,
            hint="is it the right column? --label-column names one" if column else None,
        )
    where = f", line {first.line} the first" if first.line else ""
    n = int(np.count_nonzero(~labelled))
    warnings.append(f"{first.path}: {count(n, 'row')} {have(n)} no label and {are(n)} left out{where}")
    return picked(records, labelled)
