"""Classify and evaluate streams of records: in order, in constant memory, without importing torch.

Shapes: N texts, B texts of a batch, S segments, T tokens, F rows per token, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.metrics import Tally
from lstmcli.classification.model_selection import MAX_LOGITS
from lstmcli.classification.results import ClassReport, Prediction
from lstmcli.classification.thresholds import asked
from lstmcli.data.windows import WINDOW, WINDOW_CHARACTERS, one_ahead, one_by_one, windows
from lstmcli.errors import DataError, NoDataError, UsageError

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier
    from lstmcli.data.records import Record


def classify(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    top: int | None = None,
    threshold: float | None = None,
    novelty: bool = False,
    max_novelty: float | None = None,
    batch_size: int | None = None,
    eager: bool = False,
    ready: Callable[[], bool] | None = None,
) -> Iterator[Prediction]:
    """One prediction per record, in order.

    Args:
        top: keep only the K best probabilities.
        threshold: give no label below this probability; multi-label: give all labels from it up, by default
            those that reach ``classifier.thresholds``.
        novelty: tell how unlike the training texts each text is.
        max_novelty: with ``novelty``, give no label above this.
        batch_size: texts per batch; None: the best number for the engine.
        eager: answer each record before the next one is read, for live pipes.
        ready: with ``eager``, whether the next record is available without waiting; available records are answered
            together.

    Raises:
        UsageError: immediately, if ``top`` or ``threshold`` is out of range.
        LstmError: any error of ``records``, after earlier records are answered.
    """
    if top is not None and top < 1:
        raise UsageError(f"top must be at least 1, not {top}")
    check_threshold(threshold)
    if max_novelty is not None and not 0.0 <= max_novelty <= 1.0:
        raise UsageError(f"max_novelty must be between 0 and 1, not {max_novelty}")
    waiting = (ready or (lambda: False)) if eager else (lambda: True)

    def answers() -> Iterator[Prediction]:
        runs = windows(records, waiting, _window(classifier), WINDOW_CHARACTERS)
        for window, rows, new in _answered(classifier, runs, batch_size, one_by_one if eager else one_ahead, novelty):
            found = _predictions(classifier, window, rows, top, threshold)
            yield from found if new is None else _with_novelty(found, new, 1.0 if max_novelty is None else max_novelty)

    return answers()


def check_threshold(threshold: float | None) -> None:
    """Raises: UsageError."""
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise UsageError(f"threshold must be between 0 and 1, not {threshold}")


def probabilities(
    classifier: Classifier, records: Iterable[Record], batch_size: int | None = None
) -> Iterator[NDArray[np.float64]]:
    """Probabilities [N, C] of the records, a window of them at a time."""
    runs = windows(records, lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for _, rows_NC, _ in _answered(classifier, runs, batch_size):
        yield rows_NC


def _window(classifier: Classifier) -> int:
    """Number of texts at once; smaller for many labels, to bound the memory for probabilities."""
    return max(1, min(WINDOW, MAX_LOGITS // len(classifier.labels)))


def _answered(
    classifier: Classifier,
    runs: Iterable[list[Record]],
    batch_size: int | None,
    order: Callable[..., Iterator[Any]] = one_ahead,
    novelty: bool = False,
) -> Iterator[tuple[list[Record], NDArray[np.float64], NDArray[np.float64] | None]]:
    """Each window with its probabilities [N, C], and its novelty [N] if asked for; with ``one_ahead``, reading,
    tokenizing, computing and writing of consecutive windows overlap."""
    encoded = order(classifier.read, runs)
    for (window, _), judged in order(lambda pair: classifier.judge(pair[1], batch_size, novelty=novelty), encoded):
        yield window, *judged


def evaluate(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    threshold: float | None = None,
    batch_size: int | None = None,
) -> ClassReport:
    """Evaluate the model on labelled records.

    Records without labels are skipped, unless the model is multi-label.  If a record has a label that the model does
    not have, any answer is wrong.  A text whose probability is below ``threshold`` has no answer.

    Raises:
        UsageError: ``threshold`` is out of range.
        NoDataError: no record has a label of the model.
        DataError: a record has several labels, but the model is not multi-label.
    """
    check_threshold(threshold)
    names = frozenset(classifier.labels)
    tally = Tally(classifier.labels, classifier.multilabel, threshold, classifier.thresholds)
    unknown, known, path = "", 0, ""

    def judged() -> Iterator[Record]:
        nonlocal unknown, known, path
        for record in records:
            path = record.path
            if len(record.labels) > 1 and not classifier.multilabel:
                found = ", ".join(map(repr, record.labels[:3]))
                hint = "the model gives one label to each text"
                raise DataError(f"found several labels: {found}", path=record.path, line=record.line, hint=hint)
            if record.labels or classifier.multilabel:
                known += not names.isdisjoint(record.labels)
                unknown = unknown or next((label for label in record.labels if label not in names), "")
                yield record

    runs = windows(judged(), lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for window, p_NC, _ in _answered(classifier, runs, batch_size):
        tally.add_named(p_NC, [record.labels for record in window])
    if unknown and not known:
        some = ", ".join(map(repr, classifier.labels[:5])) + (", …" if len(names) > 5 else "")
        message = f"no label is one of the model's: found {unknown!r}, the model has {some}"
        raise NoDataError(message, path=path, hint="name the column of the labels with --label-column, or another -m")
    if not known:
        raise NoDataError("no labels to compare with", path=path, hint="name their column with --label-column")
    return tally.report()


def _predictions(
    classifier: Classifier,
    window: Sequence[Record],
    p_NC: NDArray[np.float64],
    top: int | None,
    threshold: float | None,
) -> Iterator[Prediction]:
    labels = classifier.labels
    least_C = asked(threshold, classifier.thresholds)
    order_NC = np.argsort(-p_NC, axis=1, kind="stable")
    ranked_NC = np.take_along_axis(p_NC, order_NC, axis=1)
    for record, order, ranked in zip(window, order_NC.tolist(), ranked_NC.tolist(), strict=True):
        names = [labels[c] for c in order]
        possible = order if classifier.multilabel else order[:1]
        reached = [place for place, c in enumerate(possible) if ranked[place] >= least_C[c]]
        yield Prediction(
            text=record.text,
            label=names[reached[0]] if reached else None,
            probability=ranked[reached[0] if reached else 0],
            probabilities=dict(zip(names[:top], ranked[:top], strict=True)),
            labels=tuple(names[place] for place in reached) if classifier.multilabel else None,
            gold=record.labels,
            columns=record.columns,
            left_out=len(labels[top:]) if top else 0,
        )


def _with_novelty(found: Iterable[Prediction], novelty_N: NDArray[np.float64], most: float) -> Iterator[Prediction]:
    """Predictions with the novelty of their texts, without a label above ``most``."""
    for prediction, novelty in zip(found, novelty_N.tolist(), strict=True):
        label = prediction.label if novelty <= most else None
        yield replace(prediction, label=label, novelty=novelty)
