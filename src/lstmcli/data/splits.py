"""Training, validation and test records from one source or several."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lstmcli.data.book_notices import without_notices
from lstmcli.data.cells import LIST, WHOLE
from lstmcli.data.columns import Ask
from lstmcli.data.config import ReadConfig, TrainedRead
from lstmcli.data.duplicates import same_text
from lstmcli.data.formats.folder import SPLITS
from lstmcli.data.held_out import FEWEST_ROWS, VALID_SHARE, hold_lines
from lstmcli.data.label_check import NEVER_A_LABEL, missing_labels, say_missing
from lstmcli.data.locate import Located, locate
from lstmcli.data.records import Record, Rows, Splits, fingerprint
from lstmcli.data.sources import Source, open_parts
from lstmcli.errors import NoDataError

MAX_ROWS = 2000
"""More labelled rows in validation would only be lost to training."""
SMALL_SHARE = 0.1
"""Most of the rows that may go to reach the fewest."""


def load_splits(
    spec: str | Located,
    read: ReadConfig,
    *,
    valid: str | Located | None,
    test: str | Located | None,
    valid_fraction: float | None,
    seed: int,
    labelled: bool | None = None,
    ask: Ask | None = None,
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

    Raises:
        DataError: a source cannot be read as asked.
        NoDataError: there is nothing in it.
    """
    located = locate(spec, read, whole=True)
    parts = located.choose(read.split or ("train" if "train" in located.splits else None))
    source = open_parts(located.name, parts, read, labelled=labelled, ask=ask)
    if source.labelled and source.format in ("fasttext", "labelled", "jsonl"):
        source = open_parts(located.name, parts, read, labelled=True, ask=ask)  # stricter where labels must be
    splits = Splits([], [], [], labelled=source.labelled, label_column=source.label_column, path=located.name)
    splits.text_columns, splits.label_columns = source.text_columns, source.label_columns
    splits.format, splits.read = source.format, as_found(read, source)
    notes, warnings = list(source.notes), list[str]()
    if located.note:
        notes.append(f"splits: {located.note}")
    splits.train = _read(source, read, notes, warnings)
    several = source.multilabel

    _add_companions(splits, located, read, {"valid": valid, "test": test}, notes, warnings)
    if splits.labelled:
        drop_missing(splits, warnings)
    everything = (splits.train, splits.valid, splits.test)
    # Lists that hold one label each are plain labels; a separator that was asked for is meant.
    splits.multilabel = splits.labelled and (
        read.label_separator not in (None, LIST, WHOLE)
        or any(len(record.labels) > 1 or (several and not record.labels) for part in everything for record in part)
    )
    if splits.labelled and not splits.multilabel:
        splits.train, splits.valid, splits.test = (
            _labelled(part, splits.label_column, warnings) for part in everything
        )
    if not splits.labelled and not any(record.text.strip() for record in splits.train):
        raise NoDataError("there are only empty lines", path=located.name, hint="give a file with text in it")
    if not splits.valid:
        splits.held_out = True
        if splits.labelled:
            splits.train, splits.valid = hold_out(list(splits.train), valid_fraction, seed)
            way = f"held out, by label, seed {seed}"
        else:
            splits.train, splits.valid, way = hold_lines(splits.train, valid_fraction)
        notes.append(f"validation: {len(splits.valid):,} of {len(splits.train) + len(splits.valid):,} rows {way}")
    splits.notes, splits.warnings = tuple(notes), tuple(warnings)
    if splits.labelled:
        splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))
    return splits


def _add_companions(
    splits: Splits,
    located: Located,
    read: ReadConfig,
    asked: Mapping[str, str | Located | None],
    notes: list[str],
    warnings: list[str],
) -> None:
    """Reads validation and test data as the training data was read.

    Args:
        asked: for each split a source, or a split of ``located`` by its name; None: the split of this name, if any.
    """
    assert splits.read is not None
    prefer = splits.read
    if splits.labelled:
        prefer = TrainedRead.of(prefer, (label for record in splits.train for label in record.labels))
    for name, given in asked.items():
        other = located
        if given is None:
            chosen = None if read.split else located.splits.get(name)
        elif isinstance(given, str) and SPLITS.get(given, given) in located.splits and not Path(given).exists():
            chosen = located.choose(given)
        else:
            other = locate(given, read, whole=True)
            chosen = other.splits.get(name) or other.choose(None)
        if chosen is None:
            continue
        wanted = True if given is not None and splits.labelled else None if splits.labelled else False
        source = open_parts(other.name, chosen, read, labelled=wanted, prefer=prefer)
        if given is not None:
            notes.append(f"{_NAMES[name]}: {source.notes[0]}")
        records = _read(source, read, notes, warnings)
        if given is None and splits.labelled and not any(record.labels for record in records):
            notes.append(f"the {_NAMES[name]} split has no labels and is left out")
            continue
        setattr(splits, name, records)


def drop_missing(splits: Splits, warnings: list[str]) -> None:
    """Takes off the labels that stand for no label, and says which.

    Of several labels a text, none is an answer: a text with nothing but such marks is left out.
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
        warnings.append(f"{next(iter(records)).path}: {say_missing(counts)}{out}")
        kept = [(record, _without(record, missing)) for record in records]
        setattr(splits, name, [new for old, new in kept if new.labels or not old.labels or not several])


def _without(record: Record, missing: Collection[str]) -> Record:
    return replace(record, labels=tuple(label for label in record.labels if label not in missing))


def as_found(read: ReadConfig, source: Source) -> ReadConfig:
    """How companions of a source are read: by its columns, and with a header if it has one."""
    several = source.label_columns if len(source.label_columns) > 1 else ()
    header = source.headed if source.format in ("csv", "tsv") else read.header
    return replace(
        read,
        text_columns=source.text_columns,
        label_column=source.label_column,
        label_columns=several,
        header=header,
        line_form=source.line_form,
        label_separator=source.label_separator,
    )


_NAMES = {"valid": "validation", "test": "test"}


def _read(source: Source, read: ReadConfig, notes: list[str], warnings: list[str]) -> Collection[Record]:
    small = source.labelled or source.format == "sample"  # and a sample takes a while to make
    records: Collection[Record] = list(source) if small else Rows(source)
    if source.format == "text" and not read.keep_licence:
        records, said = without_notices(records)
        notes += said
    found = len(records)
    warnings += source.warnings
    if not found:
        raise NoDataError("there are no rows in it", path=source.path)
    return records


def _labelled(records: Collection[Record], column: str | None, warnings: list[str]) -> Collection[Record]:
    """The rows that have a label."""
    bare = [record for record in records if not record.labels]
    if not bare:
        return records
    first = bare[0]
    if len(bare) == len(records):
        raise NoDataError(
            f"no row has a label: the column {column!r} is empty" if column else "no row has a label",
            path=first.path,
            hint="is it the right column? --label-column names one" if column else None,
        )
    where = f", line {first.line} the first" if first.line else ""
    rows = "1 row has" if len(bare) == 1 else f"{len(bare):,} rows have"
    warnings.append(f"{first.path}: {rows} no label and {'is' if len(bare) == 1 else 'are'} left out{where}")
    return [record for record in records if record.labels]


def default_share(rows: int) -> float:
    """The share of so many rows that is held out when nothing was said."""
    wanted = max(VALID_SHARE * rows, min(FEWEST_ROWS, SMALL_SHARE * rows))
    return min(wanted, MAX_ROWS) / max(1, rows)


def hold_out(records: Sequence[Record], fraction: float | None, seed: int) -> tuple[list[Record], list[Record]]:
    """Training and validation rows, each in the order of the source.

    Every class gives its share, and a text at least where it has two.  Rows with the same text, case, white space and
    Unicode form aside, stay on one side: validation is to show new texts.
    """
    share = fraction if fraction is not None else default_share(len(records))
    texts: dict[bytes, list[int]] = {}
    for i, record in enumerate(records):
        texts.setdefault(same_text(record.text), []).append(i)
    classes: dict[str, list[list[int]]] = {}
    for rows in texts.values():
        classes.setdefault(next(iter(records[rows[0]].labels), ""), []).append(rows)  # multi-label: by the first
    rng = random.Random(seed)
    held: set[int] = set()
    for label in sorted(classes):
        groups = classes[label]
        rng.shuffle(groups)
        quota = max(1, int(share * sum(map(len, groups)) + 1e-9))
        taken: list[int] = []
        for rows in groups[:-1]:  # one text at least stays
            if len(taken) + len(rows) <= quota:
                taken += rows
        held.update(taken)
    train = [record for i, record in enumerate(records) if i not in held]
    return train, [record for i, record in enumerate(records) if i in held]
