"""Checks of pairs before training: empty sides, copies, lengths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lstmcli.data.columns.pair_names import language
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.data.records import Record
from lstmcli.plural import are, count, have
from lstmcli.translation.batches import Pairs

MANY_COPIES = 0.5
"""Share of pairs with two equal sides above which it is said."""


@dataclass
class Texts:
    """The texts of a split, in one line each, and their translations."""

    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Both sides."""
        return [*self.sources, *self.targets]


def check_pairs(records: Iterable[Record], split: str) -> tuple[Texts, list[str]]:
    """The pairs of a split that have two sides, and warnings about the others."""
    texts, empty, first, copies = Texts(), 0, "", 0
    for record in records:
        source, target = one_line(record.text), one_line(record.target or "")
        if not source or not target:
            empty += 1
            first = first or f"{record.path}, line {record.line}" if record.line else first
            continue
        copies += source == target
        texts.sources.append(source)
        texts.targets.append(target)
    warnings, name = list[str](), SPLIT_NAMES[split]
    if empty:
        where = f", the first of them {first}" if first else ""
        warnings.append(f"{name}: {count(empty, 'pair')} {have(empty)} an empty side and {are(empty)} left out{where}")
    if copies > MANY_COPIES * len(texts.sources):
        share = f"{copies:,} of {len(texts.sources):,} pairs"
        warnings.append(f"{name}: in {share} both sides are the same text: is the target another language?")
    return texts, warnings


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
    kept = [(s, t) for s, t in zip(pairs.sources, pairs.targets, strict=True) if max(len(s), len(t)) <= most]
    return Pairs([s for s, _ in kept], [t for _, t in kept]), len(pairs) - len(kept)
