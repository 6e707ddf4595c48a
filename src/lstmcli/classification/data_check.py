"""Check the data before training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.results import DataCheck, SplitCheck
from lstmcli.classification.split_labels import (
    require_config_fits,
    require_known_labels,
    shortened,
    single_label_warning,
)
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.data.duplicates import same_text
from lstmcli.data.label_check import label_warnings
from lstmcli.data.records import Record, Splits
from lstmcli.data.teachers import AGREEMENT, label_set
from lstmcli.errors import NoDataError
from lstmcli.plural import are, count, have

IMBALANCE = 20
"""How many times as frequent as the rarest label the commonest is before it is worth a warning."""


def check_data(splits: Splits) -> DataCheck:
    """Count rows, labels, lengths, empty texts, duplicates, leaks and conflicts.

    A duplicate is a row with the same text as an earlier row of its split; empty texts are counted separately.  A text
    leaks into another split if it differs there only in case, white space or Unicode form.

    Raises:
        NoDataError: no labels, or only one; no text; no validation data.
        DataError: validation or test data without any label of the training data; labels too many or too long for a
            model.
    """
    train = splits.train
    counts = _label_counts(train)
    labels = tuple(sorted(label_set(train).union(splits.more_labels), key=_natural))
    _require_learnable(splits, labels)
    require_known_labels(splits, labels)
    require_config_fits(splits, labels)

    parts = {"train": train, "valid": splits.valid, "test": splits.test}
    others = {name: records for name, records in parts.items() if name != "train" and records}
    leaked = _leaked(train, others, same_text)
    letter_for_letter = _leaked(train, others, lambda text: text) if any(leaked.values()) else leaked
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
        warnings=tuple(_warnings(splits, checks, labels, counts, _also(leaked, letter_for_letter), conflicting)),
    )


def _leaked(
    train: Iterable[Record], others: dict[str, Collection[Record]], key: Callable[[str], Hashable]
) -> dict[str, int]:
    """Number of texts in each other split with the key of a training text."""
    shown = np.unique(_hashes(key(record.text) for record in train if record.text.strip()))
    return {
        name: int(np.isin(_hashes(key(r.text) for r in records if r.text.strip()), shown).sum())
        for name, records in others.items()
    }


def _hashes(keys: Iterable[Hashable]) -> NDArray[np.int64]:
    """A number for each key, so that a text takes 8 bytes."""
    return np.fromiter(map(hash, keys), np.int64)


def _also(leaked: dict[str, int], exact: dict[str, int]) -> Iterator[str]:
    """A warning for each split with texts that are also in the training split, exactly or nearly."""
    for name, texts in leaked.items():
        if not texts:
            continue
        nearly = texts - exact[name]
        how = "" if not nearly else " in another case, spacing or Unicode form"
        if nearly and nearly != texts:
            how = f", {nearly:,} of them{how}"
        yield f"{count(texts, 'text')} of the {SPLIT_NAMES[name]} split {are(texts)} also in training{how}"


def more_warnings(splits: Splits, *, html: bool) -> Iterator[str]:
    """Warnings beside those of the check; ``html``: whether tags are read as words."""
    if splits.valid and all(record.taught for record in splits.valid):
        yield AGREEMENT
    if html and (warning := html_warning(splits.train)):
        yield warning


def html_warning(records: Collection[Record]) -> str | None:
    """What to say of HTML in training texts; None where hardly any has some."""
    from lstmcli.tokenization.markup import MIN_SHARE, count_html

    found, first = count_html(record.text for record in records)
    if not found or found < MIN_SHARE * len(records):
        return None
    hold = "holds" if found == 1 else "hold"
    return (
        f"{found:,} of {count(len(records), 'training text')} {hold} HTML, such as {first[:40]!r}, and it is read as "
        "words; --strip-html reads the texts without it"
    )


def _label_counts(records: Iterable[Record]) -> Counter[str]:
    return Counter(label for record in records for label in record.labels)


def _natural(label: str) -> tuple[bool, float, str]:
    """Natural sort key: 2 before 10, numbers before words."""
    try:
        number = float(label)
    except ValueError:
        number = float("nan")
    known = number == number
    return (not known, number if known else 0.0, label)


def _other(splits: Splits, role: str) -> str | None:
    """Advice to name another column, where there is one."""
    used = {*splits.text_columns, *splits.label_columns}
    return f"name another --{role}-column" if not used.issuperset(splits.columns) else None


def _require_learnable(splits: Splits, labels: Sequence[str]) -> None:
    column = f" in column {splits.label_column!r}" if splits.label_column and splits.columns else ""
    if not splits.train:
        raise NoDataError("there is nothing to train on", path=splits.path)
    if not labels:
        raise NoDataError(
            f"there are no labels{column}", path=splits.path, hint=_other(splits, "label") or "label some texts"
        )
    if len(labels) == 1 and all(record.labels for record in splits.train):
        raise NoDataError(
            f"there is only one label, {labels[0]!r}{column}: nothing to tell apart",
            path=splits.path,
            hint=", or ".join(filter(None, ("give texts of two labels or more", _other(splits, "label")))),
        )
    if not any(record.text.strip() for record in splits.train):
        raise NoDataError("every text is empty", path=splits.path, hint=_other(splits, "text") or "give some text")
    if not splits.valid:
        raise NoDataError(
            "no text can be held out for validation: no label has two different texts",
            path=splits.path,
            hint="give more texts, or a validation file with --valid",
        )


def _check(name: str, records: Collection[Record], labels: Sequence[str]) -> SplitCheck:
    counts = _label_counts(records)
    known = {label: counts.pop(label) for label in labels if label in counts}
    filled = _hashes(record.text for record in records if record.text.strip())
    lengths = np.fromiter((len(record.text) for record in records), np.int64, len(records))
    return SplitCheck(
        name=name,
        rows=len(records),
        empty=len(records) - len(filled),
        duplicates=len(filled) - len(np.unique(filled)),
        labels={**known, **counts},
        characters_median=int(np.sort(lengths)[(len(lengths) - 1) // 2]),
        characters_max=int(lengths.max()),
    )


def _conflicts(records: Iterable[Record]) -> int:
    """Number of texts that occur with different labels."""
    filled = ((hash(r.text), hash(frozenset(r.labels))) for r in records if r.text.strip())
    both_N = np.unique(np.fromiter(filled, np.dtype("i8,i8")))  # each text with each of its labels
    _, labels_each = np.unique(both_N["f0"], return_counts=True)
    return int(np.count_nonzero(labels_each > 1))


def _warnings(
    splits: Splits,
    checks: Sequence[SplitCheck],
    labels: Sequence[str],
    counts: Counter[str],
    also: Iterable[str],
    conflicting: int,
) -> Iterable[str]:
    judged = {label for record in splits.valid for label in record.labels} if splits.held_out else set[str]()
    single = sorted((label for label, n in counts.items() if n == 1 and label not in judged), key=_natural)
    if single and splits.held_out:
        yield f"{_some(single)} {have(len(single))} a single example, which stays in training"
    elif single:
        yield f"{_some(single)} {have(len(single))} a single training example"
    commonest, rarest = max(counts.values()), min(counts.values())
    if commonest >= IMBALANCE * rarest and rarest > 1:
        names = {n: label for label, n in reversed(counts.most_common())}
        yield (
            f"{names[commonest]!r} is {commonest / rarest:.0f} times as frequent as {names[rarest]!r}; "
            "--class-weights balanced gives both the same say"
        )
    yield from label_warnings(counts, cells=splits.format not in ("fasttext", "folder"))
    for check in checks:
        if check.empty:
            yield f"{count(check.empty, 'text')} of the {SPLIT_NAMES[check.name]} split {are(check.empty)} empty"
    yield from also
    if conflicting:
        occur = "occurs" if conflicting == 1 else "occur"
        yield f"{count(conflicting, 'training text')} {occur} with different labels"
    for name, records in (("valid", splits.valid), ("test", splits.test)):
        unknown = {label for record in records for label in record.labels}.difference(labels)
        rows = sum(not unknown.isdisjoint(record.labels) for record in records) if unknown else 0
        if rows:
            yield (
                f"{count(rows, 'text')} of the {SPLIT_NAMES[name]} split {have(rows)} labels that "
                f"training never shows, and {are(rows)} left out: {_some(sorted(unknown, key=_natural))}"
            )
    yield from single_label_warning(splits)


def _some(labels: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(repr(shortened(label)) for label in labels[:most])
    return shown if len(labels) <= most else f"{shown} and {count(len(labels) - most, 'more label')}"
