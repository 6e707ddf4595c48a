"""Soft labels: what a teacher gives each label, as targets of training (Hinton et al. 2015; Tang et al. 2019).

The loss of a text is ``(1 - w) * CE(label) + w * T^2 * CE(p^(1/T) / sum, softmax(z / T))``, where w is
``teacher_weight`` for a text that has a label too, and 1 for one that only the teacher answered.  Unless a weight is
given, it is ``AGREED`` where the teacher's answer is the label, and 0 where it is another: people's labels are mostly
right, and a teacher that answers a text that it did not learn from is mostly wrong where it contradicts one.  Raising
the teacher's probabilities to 1/T is the same as dividing its logits by T.  The linear models learn from ``(1 - w) *
label + w * p``, without temperature: naive Bayes counts a text for each label by its share.

Shapes: N texts, S texts with soft labels, B texts of a batch, C labels.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lstmcli.data.records import Record

Floats = NDArray[np.float32]
AGREED = 0.5


class SoftBatch(NamedTuple):
    """What a teacher says of the texts of a batch."""

    p_BC: Floats
    weight_B: Floats
    """What it counts beside the label; 0 for a text that it did not answer."""


@dataclass(frozen=True)
class SoftLabels:
    """What a teacher says of some of N texts."""

    p_SC: Floats
    place_N: NDArray[np.int32]
    """The row of each text in ``p_SC``; -1: the teacher did not answer it."""
    weight_N: Floats

    def __getitem__(self, texts: NDArray[np.int64] | slice) -> SoftBatch:
        place_B = self.place_N[texts]
        return SoftBatch(np.where(place_B[:, None] < 0, 0, self.p_SC[place_B]), self.weight_N[texts])

    @property
    def summary(self) -> str:
        """How many texts have soft labels, for a model's card."""
        taught = int((self.weight_N == 1).sum())
        return f"{len(self.p_SC):,} of {len(self.place_N):,} training texts, {taught:,} of them by these alone"

    @property
    def nbytes(self) -> int:
        return self.p_SC.nbytes + self.place_N.nbytes + self.weight_N.nbytes


def soft_labels(
    records: Collection[Record], labels: Sequence[str], weight: float | None, *, multilabel: bool
) -> SoftLabels | None:
    """The soft labels of records; None if no record has any.

    Args:
        weight: what the teacher counts beside a label that somebody gave; None: by whether it gives the same.
    """
    told = [(n, record) for n, record in enumerate(records) if record.probabilities is not None]
    if not told:
        return None
    column = {label: i for i, label in enumerate(labels)}
    p_SC = np.zeros((len(told), len(labels)), np.float32)
    place_N, weight_N = np.full(len(records), -1, np.int32), np.zeros(len(records), np.float32)
    for s, (n, record) in enumerate(told):
        given = record.probabilities or {}
        places = [column[label] for label in given]
        p_SC[s, places] = list(given.values())
        if not multilabel:
            _fill(p_SC[s], places)
        beside = weight if weight is not None else AGREED * _agrees(p_SC[s], record, labels, multilabel)
        place_N[n], weight_N[n] = s, 1.0 if record.taught else beside
    return SoftLabels(p_SC, place_N, weight_N)


def _agrees(p_C: Floats, record: Record, labels: Sequence[str], multilabel: bool) -> bool:
    """Whether the most probable label is that of the record; multi-label: whether those from a half up are."""
    best = np.flatnonzero(p_C >= 0.5).tolist() if multilabel else [int(p_C.argmax())]
    return {labels[c] for c in best} == set(record.labels)


def _fill(p_C: Floats, given: Sequence[int]) -> None:
    """Spread what is missing to 1 evenly over the labels that are left out."""
    rest, others = 1 - float(p_C.sum()), len(p_C) - len(given)
    if rest > 0 and others:
        left_out = np.ones(len(p_C), np.bool_)
        left_out[given] = False
        p_C[left_out] = rest / others
    p_C /= p_C.sum()


def joined(parts: Sequence[SoftLabels | None], sizes: Sequence[int], labels: int) -> SoftLabels | None:
    """The soft labels of several splits, of so many texts each, in order."""
    if not any(part is not None for part in parts):
        return None
    rows, places, weights, start = [np.zeros((0, labels), np.float32)], [], [], 0
    for part, size in zip(parts, sizes, strict=True):
        if part is None:
            part = SoftLabels(rows[0], np.full(size, -1, np.int32), np.zeros(size, np.float32))
        rows.append(part.p_SC)
        places.append(np.where(part.place_N < 0, -1, part.place_N + start).astype(np.int32))
        weights.append(part.weight_N)
        start += len(part.p_SC)
    return SoftLabels(np.concatenate(rows), np.concatenate(places), np.concatenate(weights))


def mixed(hard_NC: NDArray[np.float64], soft: SoftBatch) -> NDArray[np.float64]:
    """Labels as indicators [N, C], mixed with what a teacher says."""
    weight_N1 = soft.weight_B[:, None].astype(np.float64)
    return (1 - weight_N1) * hard_NC + weight_N1 * soft.p_BC
