"""What to label next: the texts whose answers are least certain (margin sampling, Scheffer et al. 2001)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lstmcli.classification.results import Prediction
from lstmcli.classification.thresholds import asked
from lstmcli.config import within

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier
    from lstmcli.data.records import Record


def least_certain(
    classifier: Classifier, records: Iterable[Record], number: int, *, top: int | None = None, **how: Any
) -> Iterator[Prediction]:
    """The predictions of the ``number`` least certain texts, the least certain first, each text once.

    Certainty is the distance between the probabilities of the two best labels; with several labels per text, that of
    the probability nearest to its threshold.

    Args:
        how: arguments of ``Classifier.classify``.

    Raises:
        UsageError: ``number`` or another argument is out of range.
    """
    within("uncertain", number, 1)
    heap: list[tuple[float, int, Prediction]] = []
    kept: set[str] = set()
    least_C = asked(how.get("threshold"), classifier.thresholds)
    thresholds = dict(zip(classifier.labels, least_C, strict=True))
    for n, prediction in enumerate(classifier.classify(iter(records), **how)):
        entry = (-certainty(prediction, thresholds), -n, prediction)
        if prediction.text in kept or (len(heap) == number and entry[:2] < heap[0][:2]):
            continue
        kept.add(prediction.text)
        heapq.heappush(heap, entry)
        if len(heap) > number:
            kept.discard(heapq.heappop(heap)[2].text)
    for _, _, prediction in sorted(heap, key=lambda entry: entry[:2], reverse=True):
        shown = dict(islice(prediction.probabilities.items(), top))
        yield replace(prediction, probabilities=shown, left_out=len(prediction.probabilities) - len(shown))


def certainty(prediction: Prediction, thresholds: Mapping[str, float]) -> float:
    """How certain a prediction with the probabilities of all labels is, in [0, 1]."""
    if prediction.labels is not None:
        return min(abs(2 * _relative(p, thresholds[label]) - 1) for label, p in prediction.probabilities.items())
    first, second = (*islice(prediction.probabilities.values(), 2), 0.0)[:2]
    return first - second


def _relative(p: float, threshold: float) -> float:
    """The probability whose odds are ``p``'s, divided by those of the threshold: a half at the threshold."""
    for_label, against = p * (1 - threshold), (1 - p) * threshold
    return for_label / (for_label + against) if for_label + against else 0.5
