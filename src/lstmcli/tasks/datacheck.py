"""What is in the data, before anything is learned from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from statistics import median_low

from lstmcli.errors import NoDataError
from lstmcli.results import DataCheck, SplitCheck
from lstmcli.tasks.companions import cut, one_label, require_known_labels, require_room_for_labels
from lstmcli.text.records import Record, Splits

IMBALANCE = 20
"""How many times as frequent as the rarest label the commonest is before it is worth a warning."""
_NAMES = {"train": "training", "valid": "validation", "test": "test"}


def check_data(splits: Splits) -> DataCheck:
    """Count rows, labels, lengths, empty texts, duplicates, leaks and conflicts.

    A duplicate is a row whose text an earlier row of its split has; empty texts are counted apart.

    Raises:
        NoDataError: no labels, or only one; no text; nothing to validate on.
        DataError: validation or test data without a label of the training data; more, or longer, labels than a
            model can hold.
    """
    train = splits.train
    counts = _label_counts(train)
    labels = tuple(sorted(counts, key=_natural))
    _require_learnable(splits, labels)
    require_known_labels(splits, labels)
    require_room_for_labels(splits, labels)

    parts = {"train": train, "valid": splits.valid, "test": splits.test}
    texts = {record.text for record in train if record.text.strip()}
    leaked = {
        name: sum(record.text in texts for record in records)
        for name, records in parts.items()
        if name != "train" and records
    }
    conflicting = _conflicts(train)
    majority, _ = Counter(record.labels for record in train).most_common(1)[0]
    judged = splits.valid or train
    share = sum(record.labels == majority for record in judged) / len(judged)
    checks = tuple(_check(name, records, labels) for name, records in parts.items() if records)
    return DataCheck(
        splits=checks,
        labels=labels,
        multilabel=splits.multilabel,
        leaked=leaked,
        conflicting=conflicting,
        majority_label=", ".join(majority),
        majority_share=share,
        warnings=tuple(_warnings(splits, checks, counts, leaked, conflicting)),
    )


def _label_counts(records: Iterable[Record]) -> Counter[str]:
    return Counter(label for record in records for label in record.labels)


def _natural(label: str) -> tuple[bool, float, str]:
    """2 before 10, numbers before words."""
    try:
        number = float(label)
    except ValueError:
        number = float("nan")
    known = number == number
    return (not known, number if known else 0.0, label)


def _require_learnable(splits: Splits, labels: Sequence[str]) -> None:
    column = f" in column {splits.label_column!r}" if splits.label_column else ""
    if not splits.train:
        raise NoDataError("there is nothing to train on", path=splits.path)
    if not labels:
        raise NoDataError(f"there are no labels{column}", path=splits.path, hint="name another with --label-column")
    if len(labels) == 1 and all(record.labels for record in splits.train):
        raise NoDataError(
            f"there is only one label, {labels[0]!r}{column}: nothing to tell apart",
            path=splits.path,
            hint="give texts of two labels or more, or name another --label-column",
        )
    if not any(record.text.strip() for record in splits.train):
        raise NoDataError("every text is empty", path=splits.path, hint="name another --text-column")
    if not splits.valid:
        raise NoDataError(
            "no text can be held out for validation: every label has a single one",
            path=splits.path,
            hint="give more texts, or a validation file with --valid",
        )


def _check(name: str, records: Collection[Record], labels: Sequence[str]) -> SplitCheck:
    counts = _label_counts(records)
    known = {label: counts.pop(label) for label in labels if label in counts}
    filled = [record.text for record in records if record.text.strip()]
    lengths = [len(record.text) for record in records]
    return SplitCheck(
        name=name,
        rows=len(records),
        empty=len(records) - len(filled),
        duplicates=len(filled) - len(set(filled)),
        labels={**known, **counts},
        characters_median=median_low(lengths),
        characters_max=max(lengths),
    )


def _conflicts(records: Iterable[Record]) -> int:
    """Texts that occur with different labels."""
    seen: dict[str, frozenset[str]] = {}
    conflicting: set[str] = set()
    for record in records:
        labels = frozenset(record.labels)
        if record.text.strip() and seen.setdefault(record.text, labels) != labels:
            conflicting.add(record.text)
    return len(conflicting)


def _warnings(
    splits: Splits, checks: Sequence[SplitCheck], counts: Counter[str], leaked: dict[str, int], conflicting: int
) -> Iterable[str]:
    single = sorted((label for label, count in counts.items() if count == 1), key=_natural)
    if single:
        have = "has" if len(single) == 1 else "have"
        yield f"{_some(single)} {have} a single example, which stays in training"
    commonest, rarest = max(counts.values()), min(counts.values())
    if commonest >= IMBALANCE * rarest and rarest > 1:
        names = {count: label for label, count in reversed(counts.most_common())}
        yield (
            f"{names[commonest]!r} is {commonest / rarest:.0f} times as frequent as {names[rarest]!r}; "
            "--class-weights balanced gives both the same say"
        )
    for check in checks:
        if check.empty:
            yield f"{_count(check.empty, 'text')} of the {_NAMES[check.name]} split {_are(check.empty)} empty"
    for name, count in leaked.items():
        if count:
            yield f"{_count(count, 'text')} of the {_NAMES[name]} split {_are(count)} also in training"
    if conflicting:
        occur = "occurs" if conflicting == 1 else "occur"
        yield f"{_count(conflicting, 'training text')} {occur} with different labels"
    for name, records in (("valid", splits.valid), ("test", splits.test)):
        unknown = {label for record in records for label in record.labels if label not in counts}
        rows = sum(not unknown.isdisjoint(record.labels) for record in records) if unknown else 0
        if rows:
            yield (
                f"{_count(rows, 'text')} of the {_NAMES[name]} split {'has' if rows == 1 else 'have'} labels that "
                f"training never shows, and {_are(rows)} left out: {_some(sorted(unknown, key=_natural))}"
            )
    yield from one_label(splits)


def _some(labels: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(repr(cut(label)) for label in labels[:most])
    return shown if len(labels) <= most else f"{shown} and {len(labels) - most:,} more labels"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
