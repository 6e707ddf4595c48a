"""What to label next: the texts whose answers are least certain (margin sampling, Scheffer et al. 2001)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lstmcli.classification.results import Prediction
from lstmcli.config import within

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier
    from lstmcli.data.records import Record


def least_certain(
    classifier: Classifier, records: Iterable[Record], number: int, *, top: int | None = None, **how: Any
) -> Iterator[Prediction]:
    """The predictions of the ``number`` least certain texts, the least certain first, each text once.

    Certainty is the distance between the probabilities of the two best labels; with several labels per text, that of
    the nearest probability to a half.

    Args:
        how: arguments of ``Classifier.classify``.

    Raises:
        UsageError: ``number`` or another argument is out of range.
    """
    within("uncertain", number, 1)
    heap: list[tuple[float, int, Prediction]] = []
    kept: set[str] = set()
    for n, prediction in enumerate(classifier.classify(iter(records), **how)):
        entry = (-certainty(prediction), -n, prediction)
        if prediction.text in kept or (len(heap) == number and entry[:2] < heap[0][:2]):
            continue
        kept.add(prediction.text)
        heapq.heappush(heap, entry)
        if len(heap) > number:
            kept.discard(heapq.heappop(heap)[2].text)
    for _, _, prediction in sorted(heap, key=lambda entry: entry[:2], reverse=True):
        shown = dict(islice(prediction.probabilities.items(), top))
        yield replace(prediction, probabilities=shown, left_out=len(prediction.probabilities) - len(shown))


def certainty(prediction: Prediction) -> float:
    """How certain a prediction with the probabilities of all labels is, in [0, 1]."""
    if prediction.labels is not None:
        return min(abs(2 * p - 1) for p in prediction.probabilities.values())
    first, second = (*islice(prediction.probabilities.values(), 2), 0.0)[:2]
    return first - second
