"""Checks of pairs before training: empty sides, copies, lengths."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from lstmcli.data import records as data
from lstmcli.data.columns.pair_names import language
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.data.records import Record
from lstmcli.data.stored import picked
from lstmcli.plural import are, count, have
from lstmcli.translation.batches import Pairs

MANY_COPIES = 0.5
"""Share of pairs with two equal sides above which it is said."""


@dataclass
class Texts:
    """The texts of a split, in one line each, and their translations."""

    sources: Collection[str]
    targets: Collection[str]

    @property
    def lines(self) -> Iterator[str]:
        """Both sides."""
        return chain(self.sources, self.targets)


def check_pairs(records: Collection[Record], split: str) -> tuple[Texts, list[str]]:
    """The pairs of a split that have two sides, and warnings about the others."""
    whole, empty, first, copies = np.ones(len(records), np.bool_), 0, "", 0
    for row, record in enumerate(records):
        source, target = source_of(record), target_of(record)
        if not source or not target:
            empty, whole[row] = empty + 1, False
            first = first or f"{record.path}, line {record.line}" if record.line else first
            continue
        copies += source == target
    kept = picked(records, whole) if empty else records
    warnings, name = list[str](), SPLIT_NAMES[split]
    if empty:
        where = f", the first of them {first}" if first else ""
        warnings.append(f"{name}: {count(empty, 'pair')} {have(empty)} an empty side and {are(empty)} left out{where}")
    if copies > MANY_COPIES * len(kept):
        share = f"{copies:,} of {len(kept):,} pairs"
        warnings.append(f"{name}: in {share} both sides are the same text: is the target another language?")
    return Texts(data.Texts(kept, source_of), data.Texts(kept, target_of)), warnings


def source_of(record: Record) -> str:
    return one_line(record.text)


def target_of(record: Record) -> str:
    return one_line(record.target or "")


def same_language(source: str, target: str) -> str | None:
    """A warning if the names of both columns are those of one language."""
    own = language(source)
    if not own or own != language(target):
        return None
    return (
        f"the columns {source!r} and {target!r} are both named as {own}: are they two languages? "
        "--text-column and --target-column name others"
    )


def one_line(text: str) -> str:
    """The text in one line, without white space around it."""
    return " ".join(text.split("\n")).strip() if "\n" in text else text.strip()


def drop_long(pairs: Pairs, most: int) -> tuple[Pairs, int]:
    """The pairs with at most ``most`` tokens on each side, and how many were left out."""
    rows = np.flatnonzero(pairs.lengths_N2.max(axis=1) <= most)
    return pairs if len(rows) == len(pairs) else pairs.pick(rows), len(pairs) - len(rows)
