"""Which columns hold the label, and how sure that is.

Names count most.  What can't be a class (a date, an id, a confidence, a quantity, a text) is no candidate, and neither
is a column that is mostly empty or never changes, unless there is no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lstmcli.data.columns.names import EXPLICIT, NEVER, SIDE, UNKNOWN, USUAL, WEAK, parts, text_rank
from lstmcli.data.columns.profile import FEW_ROWS, ColumnProfile, Profiles

MOSTLY_EMPTY = 3.0  # penalty for a column that is mostly empty
UNCHANGING = 4.0
CLEAR = 0.5  # minimum lead of the best score over the next
FEW_VALUES, TIMES_FEWER = 20, 4  # without known names, few values win over so many times as many
FLAGS = 3  # minimum number of adjacent 0/1 columns that are labels, one column each


@dataclass(frozen=True)
class LabelChoice:
    columns: tuple[str, ...] = ()  # one column, or several that are read together; empty if there is no candidate
    others: tuple[str, ...] = ()  # other candidates, the most likely first
    sure: bool = True  # False: the first of `others` is as likely
    guessed: bool = False  # no column name supports the choice
    quantity: str | None = None  # a column that would be the label if it were not a quantity


def choose_label(columns: Sequence[str], found: Profiles, *, headed: bool) -> LabelChoice:
    """The label among the columns (those of the text left out)."""
    score = {name: _score(name, found, headed) for name in columns}
    able = [name for name in columns if score[name] > NEVER / 2]
    ranked = sorted(able, key=lambda name: (-score[name], found[name].distinct if score[name] < WEAK - 1 else 0))
    quantity = _quantity(columns, found, score[ranked[0]] if ranked else NEVER)
    if quantity:
        return LabelChoice(others=tuple(name for name in ranked if score[name] > SIDE), quantity=quantity)
    usual = [name for name in ranked if score[name] > SIDE - 0.5]
    everything = ranked
    if usual and score[usual[0]] > SIDE:
        ranked = [name for name in usual if score[name] > SIDE]  # the others are known as something else
    if not ranked:
        return LabelChoice()
    flags = _flags(columns, found) if headed else ()
    flagged = set(flags)
    if flags and (ranked[0] in flagged or score[ranked[0]] < WEAK - 1):
        return LabelChoice(flags, tuple(name for name in ranked if name not in flagged))
    first, *others = ranked
    others = [name for name in others if name not in flagged] + list(flags)
    sure = not others or _leads(found[first], found[others[0]], score[first] - score[others[0]])
    if not sure or found[first].rank < EXPLICIT:
        known = {first, *others}
        others += [name for name in everything if name not in known]
    return LabelChoice((first,), tuple(others), sure=sure, guessed=score[first] < WEAK - 1)


def _score(name: str, found: Profiles, headed: bool) -> float:
    """How likely a column is the label; below half of ``NEVER`` it can't be it."""
    column = found[name]
    rank = column.rank if headed else UNKNOWN
    if not column.count and headed and rank >= USUAL - 0.5 and column.labels_readable:
        return rank - MOSTLY_EMPTY - 1  # it is said that it is empty
    few = column.count < 2 * FEW_ROWS and rank >= WEAK - 0.5 and column.labels_readable and not column.dated
    prose = column.prose and not (rank == EXPLICIT and column.count < FEW_ROWS)
    if not (column.label_like or (few and column.distinct and not prose and not column.quantity)):
        return NEVER
    if rank == NEVER:
        return NEVER
    if (rank < USUAL and f"{name}:confidence" in found) or f"{name}_confidence" in found:
        rank += 1  # the answer of annotators
    if rank == UNKNOWN and not headed and column.numeric and column.distinct <= FEW_ROWS:
        rank = UNKNOWN + 1
    if rank == UNKNOWN and headed and text_rank(name) is not None:
        rank = SIDE / 2
    if column.filled < 0.5 and not column.binary:
        rank -= MOSTLY_EMPTY
    if column.constant and column.count > 1:
        rank -= UNCHANGING
    return rank


def _leads(first: ColumnProfile, second: ColumnProfile, lead: float) -> bool:
    """Whether the first is clearly more likely, or both say the same."""
    if lead >= CLEAR or _same(first, second):
        return True
    if max(first.rank, second.rank) >= WEAK - 0.5:
        return False
    return first.distinct <= FEW_VALUES and first.distinct * TIMES_FEWER <= second.distinct


def _same(first: ColumnProfile, second: ColumnProfile) -> bool:
    """Whether two columns hold the same labels, such as ``label`` and ``label_text``."""
    if len(first.texts) != len(second.texts):
        return False
    pairs = set(zip(first.texts, second.texts, strict=True))
    return len(pairs) == len(set(first.texts)) == len(set(second.texts))


def _quantity(columns: Sequence[str], found: Profiles, best: float) -> str | None:
    """The column that is called a label, more so than any that could be one, and holds a quantity."""
    measured = [name for name in columns if found[name].quantity and found[name].rank >= WEAK - 0.5]
    first = max(measured, key=lambda name: found[name].rank, default=None)
    return first if first and found[first].rank > best else None


def _flags(columns: Sequence[str], found: Profiles) -> tuple[str, ...]:
    """The longest run of 0/1 columns that stand side by side."""
    runs: list[list[str]] = [[]]
    for name in columns:
        column = found[name]
        spelled = frozenset(value.casefold() for value in column.counts) <= {"true", "false"}
        if column.binary and column.rank > NEVER and parts(name)[:1] != ("is",) and not spelled:
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=len)
    return tuple(longest) if len(longest) >= FLAGS else ()
