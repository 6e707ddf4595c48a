"""Labels as arrays.

Shapes: N texts, C labels.  Gold labels are column indices [N], or 0 and 1 [N, C] for multi-label data.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.soft_labels import SoftLabels, mixed
from lstmcli.data.stored import picked

if TYPE_CHECKING:
    from lstmcli.data.records import Record


def known(records: Collection[Record], labels: Sequence[str]) -> Collection[Record]:
    """The records that only have labels of the training split."""
    known = set(labels)
    return picked(records, np.fromiter((known.issuperset(r.labels) for r in records), np.bool_, len(records)))


def with_unknown_labels(records: Collection[Record], labels: Sequence[str]) -> list[Record]:
    """The other records: those with a label that is not in the training split."""
    known = set(labels)
    return [record for record in records if not known.issuperset(record.labels)]


def gold_array(records: Collection[Record], labels: Sequence[str], multilabel: bool) -> NDArray[np.int64]:
    """Gold labels of records."""
    column = {label: i for i, label in enumerate(labels)}
    if not multilabel:
        return np.fromiter((column[record.labels[0]] for record in records), np.int64, len(records))
    gold_NC = np.zeros((len(records), len(labels)), np.int64)
    for n, record in enumerate(records):
        gold_NC[n, [column[label] for label in record.labels]] = 1
    return gold_NC


class Indicators:
    """Gold labels as indicators 0.0 and 1.0, mixed with soft labels, [N, C], made for a few texts at a time."""

    def __init__(self, gold: NDArray[np.int64], classes: int, multilabel: bool, soft: SoftLabels | None = None) -> None:
        self._gold, self._multilabel, self._soft = gold, multilabel, soft
        self.shape = (len(gold), classes)

    def __getitem__(self, texts: slice) -> NDArray[np.float64]:
        gold = self._gold[texts]
        hard = (gold if self._multilabel else gold[:, None] == np.arange(self.shape[1])).astype(np.float64)
        return hard if self._soft is None else mixed(hard, self._soft[texts])


def class_weights(gold: NDArray[np.int64], classes: int, multilabel: bool, rule: str) -> NDArray[np.float32] | None:
    """Balanced class weights [C]: N / (C * texts of the class); multi-label: negatives / positives.  None for none."""
    if rule == "none":
        return None
    counts = np.maximum(1, gold.sum(axis=0) if multilabel else np.bincount(gold, minlength=classes))
    weights = (len(gold) - counts) / counts if multilabel else len(gold) / (classes * counts)
    return np.asarray(weights, np.float32)


FREQUENCY = 0.3
"""Share of the logarithm of a label's frequency that is taken out of its logit."""


def label_offsets(gold: NDArray[np.int64], classes: int, multilabel: bool, rule: str) -> NDArray[np.float64] | None:
    """What is added to the scaled logits of each label, [C], with a mean of 0, since what is regularised says frequent
    labels too often (logit adjustment; Menon et al. 2021, who take out all of the frequency).

    None if the training texts are balanced, by nature or by ``rule`` (as in ``class_weights``), or multi-label.
    """
    if multilabel or rule != "none":
        return None
    logs_C = np.log(np.maximum(1, np.bincount(gold, minlength=classes)))
    return None if np.ptp(logs_C) == 0 else np.asarray(FREQUENCY * (logs_C.mean() - logs_C))
