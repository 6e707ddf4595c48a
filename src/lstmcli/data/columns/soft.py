"""Probabilities of labels in place of a label: columns named ``p_LABEL``, or an object from label to probability.

They come from a teacher: ``predict_proba``, the interface of a large model, or ``lstm classify --format jsonl``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lstmcli.data.columns.names import EXPLICIT, label_rank, normal
from lstmcli.errors import DataError

PREFIX = "p_"
OBJECTS = frozenset(("probabilities", "probs", "proba", "soft_label", "soft_labels", "distribution"))
"""Names of objects that hold probabilities."""
ANSWER = frozenset(("label", "probability", "probabilities"))
"""What an answer of ``lstm classify --format jsonl`` has; its label is the most probable one, and nobody gave it."""
TOLERANCE = 0.01
"""How far a sum may be from 1: the probabilities of many labels are rounded."""
HINT = "give the probability of every label, so that each row sums to 1"


@dataclass(frozen=True)
class Soft:
    """Which columns hold probabilities."""

    columns: tuple[str, ...]
    """Several called ``p_LABEL``, or one that holds objects."""
    objects: bool
    answers: bool = False
    """They are answers of ``lstm classify``, where ``--top`` leaves out labels."""
    independent: bool = False
    """A text may have several labels: the probabilities need not sum to 1."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the columns name; none for objects."""
        return () if self.objects else tuple(name[len(PREFIX) :] for name in self.columns)

    def read(self, cells: Mapping[str, Any], path: str, line: int, row: int) -> dict[str, float] | None:
        """The probabilities in a row, which sum to 1 unless labels are left out; None where it has none.

        Raises:
            DataError: a value is no probability, or they do not sum to 1.
        """
        if self.objects:
            found = cells.get(self.columns[0])
            found = found if isinstance(found, Mapping) else {} if _empty(found) else {"": found}
        else:
            found = {name[len(PREFIX) :]: cells.get(name) for name in self.columns}
            if all(map(_empty, found.values())):
                return None
        if not found:
            return None
        result = {}
        for label, value in found.items():
            number = _number(value)
            if number is None or not 0 <= number <= 1:
                name = f"the probability of {label!r}" if label else repr(self.columns[0])
                message = f"{name} is {'empty' if _empty(value) else repr(value)}, not a number from 0 to 1"
                raise DataError(message, path=path, line=line, row=row, hint=HINT)
            result[str(label)] = number
        total = sum(result.values())
        if self.independent:
            return result
        if total > 1 + TOLERANCE or (total < 1 - TOLERANCE and not self.answers):
            message = f"the probabilities of {len(result)} labels sum to {total:.4g}, not to 1"
            raise DataError(message, path=path, line=line, row=row, hint=HINT)
        if abs(total - 1) <= TOLERANCE:
            result = {label: value / total for label, value in result.items()}
        return result


def find_soft(columns: Sequence[str], sample: Sequence[Mapping[str, Any]], *, asked: bool = False) -> Soft | None:
    """The columns of probabilities, by their names and their first values.

    Args:
        asked: the source is a teacher's, so its columns are taken even if their rows are wrong.
    """
    if objects := soft_objects(sample):
        return Soft(objects[:1], objects=True, answers=ANSWER.issubset(columns))
    named = tuple(name for name in columns if name.startswith(PREFIX) and len(name) > len(PREFIX))
    if len(named) < 2:
        return None
    rows = [[_number(row.get(name)) for name in named] for row in sample]
    whole = [[value for value in row if value is not None] for row in rows if any(value is not None for value in row)]
    good = sum(all(0 <= value <= 1 for value in row) and abs(sum(row) - 1) <= TOLERANCE for row in whole)
    return Soft(named, objects=False) if asked or (whole and 2 * good >= len(whole)) else None


def soft_objects(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names under which rows have objects from label to probability.

    Under the name of a label they count only with a number that is neither 0 nor 1: objects of those say which of
    several labels apply.
    """
    values: dict[str, list[Mapping[str, Any]]] = {}
    others: set[str] = set()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, Mapping) and value and all(_number(part) is not None for part in value.values()):
                values.setdefault(name, []).append(value)
            elif not _empty(value):
                others.add(name)
    return tuple(
        name
        for name, found in values.items()
        if normal(name) in OBJECTS
        or (name not in others and label_rank(name) >= EXPLICIT and any(map(_is_fractional, found)))
    )


def _is_fractional(values: Mapping[str, Any]) -> bool:
    numbers = [float(value) for value in values.values()]
    return any(0 < number < 1 for number in numbers) and all(0 <= number <= 1 for number in numbers)


def _number(value: Any) -> float | None:
    """A cell as a number; None if it is something else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and value != value)
