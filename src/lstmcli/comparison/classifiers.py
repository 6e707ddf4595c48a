"""Compare classifiers on labelled texts.

Shapes: N texts, M models, C labels, R resamples, K sums that macro F1 is made of (three for each label and model).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.metrics import expected_calibration_error, macro_f1
from lstmcli.comparison.answer_files import Predictions
from lstmcli.comparison.differences import difference, few_note, multiple_tests_note
from lstmcli.comparison.models import Answers, ClassifierColumn
from lstmcli.comparison.results import (
    Agreement,
    Answer,
    ClassifierComparison,
    ClassifierFigures,
    Difference,
    Disagreement,
)
from lstmcli.comparison.unknown_labels import list_labels, pad_columns, unknown_labels_note, with_unknown_labels
from lstmcli.data.windows import WINDOW, WINDOW_CHARACTERS, windows
from lstmcli.errors import DataError, ModelError, NoDataError
from lstmcli.evaluation.significance import Floats, holm, mcnemar_p, sum_groups
from lstmcli.plural import are, count, have

if TYPE_CHECKING:
    from lstmcli.data.records import Record

MCNEMAR = "McNemar's exact test"
_COLD_TEXT = 200
"""Characters of the text that is used to measure a cold start."""


def compare(
    columns: Sequence[ClassifierColumn], records: Iterable[Record], source: str, shown: int, cold_starts: bool
) -> ClassifierComparison:
    """See ``comparison.compare.compare_classifiers``."""
    records, labels, multilabel = _labels(columns, records)
    run = _Run(columns, labels, multilabel, shown)
    for window in windows(records, lambda: True, WINDOW, WINDOW_CHARACTERS):
        run.add(window)
    return run.result(source, cold_starts)


def _labels(
    columns: Sequence[ClassifierColumn], records: Iterable[Record]
) -> tuple[Iterable[Record], tuple[str, ...], bool]:
    """The common labels of the models; with files of answers only, all labels that occur."""
    models = [column for column in columns if column.labels is not None]
    for column in models[1:]:
        first, own = set(models[0].labels or ()), set(column.labels or ())
        if column.multilabel != models[0].multilabel:
            several = "several labels" if column.multilabel else "one label"
            message = f"gives {several} to each text, unlike {models[0].about.path}"
            raise ModelError(message, path=column.about.path, hint="compare models of one task")
        if first != own:
            sides = (models[0].about.name, first - own), (column.about.name, own - first)
            only = [f"only {side} has {list_labels(names)}" for side, names in sides if names]
            raise ModelError(
                f"has other labels than {models[0].about.path}; {'; '.join(only)}",
                path=column.about.path,
                hint="models can be compared that were trained on the same labels",
            )
    if models:
        return records, tuple(models[0].labels or ()), bool(models[0].multilabel)
    records = list(records)
    files = [column for column in columns if isinstance(column, Predictions)]
    found = {label for record in records for label in record.labels}.union(*(file.found() for file in files))
    sets = any(file.several for file in files) or any(len(record.labels) > 1 for record in records)
    return records, tuple(sorted(found)), sets


class _Run:
    """Accumulates the answers on a stream of texts."""

    def __init__(
        self, columns: Sequence[ClassifierColumn], labels: tuple[str, ...], multilabel: bool, shown: int
    ) -> None:
        self.columns, self.labels, self.multilabel, self.shown = columns, labels, multilabel, shown
        self.place = {label: c for c, label in enumerate(labels)}
        self.gold: list[NDArray[np.bool_]] = []
        self.called: list[list[NDArray[np.bool_]]] = [[] for _ in columns]
        self.confidence: list[list[Floats]] = [[] for _ in columns]
        self.seconds = [0.0] * len(columns)
        self.texts = self.unlabelled = self.judged = 0
        self.unknown: list[tuple[int, str]] = []
        """Index of a labelled text, from 0, and a label of it that the models do not have."""
        self.example = ""
        self.disagreeing = 0
        self._best: list[tuple[float, int, Disagreement]] = []

    def add(self, window: Sequence[Record]) -> None:
        if not self.texts:
            self.example = window[0].text
        answers = []
        for m, column in enumerate(self.columns):
            start = time.perf_counter()
            answers.append(column.answer(window, self.labels, self.multilabel))
            self.seconds[m] += time.perf_counter() - start
        kept = [n for n, record in enumerate(window) if self._is_judged(record)]
        gold_NC = np.zeros((len(kept), len(self.labels)), np.bool_)
        for n, k in enumerate(kept):
            gold_NC[n, [self.place[label] for label in window[k].labels if label in self.place]] = True
            self.unknown += ((self.judged + n, label) for label in window[k].labels if label not in self.place)
        self.gold.append(gold_NC)
        own = [Answers(a.called_NC[kept], a.confidence[kept]) for a in answers]
        for m, answer in enumerate(own):
            self.called[m].append(answer.called_NC)
            self.confidence[m].append(answer.confidence)
        self._disagreements([window[k] for k in kept], own, gold_NC)
        self.texts += len(window)
        self.judged += len(kept)

    def _is_judged(self, record: Record) -> bool:
        if len(record.labels) > 1 and not self.multilabel:
            found = ", ".join(map(repr, record.labels[:3]))
            hint = "the models give one label to each text"
            raise DataError(f"found several labels: {found}", path=record.path, line=record.line, hint=hint)
        if not record.labels and not self.multilabel:
            self.unlabelled += 1
            return False
        return True

    def _disagreements(self, records: Sequence[Record], answers: Sequence[Answers], gold_NC: NDArray[np.bool_]) -> None:
        differs_N = np.zeros(len(records), np.bool_)
        for answer in answers[1:]:
            differs_N |= (answer.called_NC != answers[0].called_NC).any(axis=1)
        confidence_MN = np.array([a.confidence.mean(axis=1) if self.multilabel else a.confidence for a in answers])
        known_MN = ~np.isnan(confidence_MN)
        total_N, count_N = np.where(known_MN, confidence_MN, 0.0).sum(axis=0), known_MN.sum(axis=0)
        for n in np.flatnonzero(differs_N).tolist():
            self.disagreeing += 1
            confidence = float(total_N[n] / count_N[n]) if count_N[n] else 0.0
            if len(self._best) == self.shown and (not self.shown or confidence <= self._best[0][0]):
                continue
            given = tuple(
                Answer(
                    column.about.name,
                    self._names(answer.called_NC[n]),
                    float(confidence_MN[m, n]) if known_MN[m, n] else None,
                    bool((answer.called_NC[n] == gold_NC[n]).all()) and self.place.keys() >= set(records[n].labels),
                )
                for m, (column, answer) in enumerate(zip(self.columns, answers, strict=True))
            )
            row = Disagreement(records[n].text, records[n].line, records[n].labels, given)
            heapq.heappush(self._best, (confidence, -self.disagreeing, row))
            if len(self._best) > self.shown:
                heapq.heappop(self._best)

    def _names(self, called_C: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(self.labels[c] for c in np.flatnonzero(called_C))

    def result(self, source: str, cold_starts: bool) -> ClassifierComparison:
        for column in self.columns:
            column.finish(self.texts)
        gold_NC = np.concatenate(self.gold) if self.gold else np.zeros((0, len(self.labels)), np.bool_)
        if not len(gold_NC) or not gold_NC.any():
            if self.unknown:
                found = f"found {self.unknown[0][1]!r}, the models have {list_labels(self.labels)}"
                hint = "name the column of the labels with --label-column"
                raise NoDataError(f"no label is one of the models': {found}", path=source, hint=hint)
            raise NoDataError("no labels to compare with", path=source, hint="name their column with --label-column")
        own_NC = gold_NC
        gold_NC = with_unknown_labels(gold_NC, self.unknown)
        called = [pad_columns(np.concatenate(parts), gold_NC.shape[1]) for parts in self.called]
        right = [(one == gold_NC).all(axis=1) for one in called]
        sums = [_sums(one, gold_NC) for one in called]
        figures = []
        for m, column in enumerate(self.columns):
            fixed = column.labels is None  # a file of answers
            figures.append(
                ClassifierFigures(
                    column.about,
                    accuracy=float(right[m].mean()),
                    macro_f1=float(_macro_f1(sums[m].sum(axis=0)[None])[0]),
                    ece=self._ece(np.concatenate(self.confidence[m]), called[m], gold_NC, own_NC.shape[1]),
                    texts_per_second=None if fixed else self.texts / max(self.seconds[m], 1e-9),
                    cold_start=column.cold_start(self.example[:_COLD_TEXT].replace("\0", " ")) if cold_starts else None,
                )
            )
        return ClassifierComparison(
            source=source,
            texts=len(gold_NC),
            labels=self.labels,
            multilabel=self.multilabel,
            models=tuple(figures),
            differences=tuple(_differences([c.about.name for c in self.columns], right, sums)),
            agreements=tuple(
                _agreement(column.about.name, self.columns[0].about.name, right[0], own)
                for column, own in zip(self.columns[1:], right[1:], strict=True)
            ),
            disagreements=tuple(row for _, _, row in sorted(self._best, key=lambda entry: (-entry[0], -entry[1]))),
            disagreeing=self.disagreeing,
            notes=tuple(self._notes(len(gold_NC))),
        )

    def _ece(
        self, confidence: Floats, called_NC: NDArray[np.bool_], gold_NC: NDArray[np.bool_], classes: int
    ) -> float | None:
        """Expected calibration error over the models' labels, the first ``classes`` columns."""
        right = (called_NC == gold_NC)[:, :classes] if self.multilabel else (called_NC == gold_NC).all(axis=1)
        known = ~np.isnan(confidence)
        if not self.multilabel:
            known &= called_NC.any(axis=1)  # an abstention has no confidence
        return expected_calibration_error(confidence[known], right[known]) if known.any() else None

    def _notes(self, judged: int) -> Iterable[str]:
        yield from few_note(judged, "text")
        yield from unknown_labels_note(self.unknown)
        if self.unlabelled:
            n = self.unlabelled
            yield f"{count(n, 'text')} {have(n)} no label and {are(n)} left out"
        if any(column.about.kind == "fasttext" for column in self.columns):
            yield "fastText reads the text as it stands: if it was trained on prepared text, prepare this one too"
        yield from multiple_tests_note(len(self.columns), self.columns[0].about.name)


def _sums(called_NC: NDArray[np.bool_], gold_NC: NDArray[np.bool_]) -> Floats:
    """[N, 3 C]: true positives, predicted labels and gold labels of each text or group of texts."""
    return np.concatenate([sum_groups(part) for part in (called_NC & gold_NC, called_NC, gold_NC)], axis=1)


def _macro_f1(sums_RK: Floats) -> Floats:
    return macro_f1(*np.split(sums_RK, 3, axis=1))


def _differences(
    names: Sequence[str], right: Sequence[NDArray[np.bool_]], sums: Sequence[Floats]
) -> Iterator[Difference]:
    """Differences in accuracy, with McNemar's test, and in macro F1, of each model to the first."""
    K = sums[0].shape[1]

    def accuracy(sums_R3: Floats) -> Floats:
        return np.asarray((sums_R3[:, 1] - sums_R3[:, 0]) / sums_R3[:, 2])

    def f1(sums_RK: Floats) -> Floats:
        return _macro_f1(sums_RK[:, K:]) - _macro_f1(sums_RK[:, :K])

    tested = len(right[0]) > 1
    p_values = [
        mcnemar_p(int((right[0] & ~own).sum()), int((own & ~right[0]).sum())) if tested else None for own in right[1:]
    ]
    for m, both in enumerate(zip(p_values, holm(p_values), strict=True), 1):
        rows = sum_groups(np.stack([right[0], right[m], np.ones_like(right[0])], axis=1).astype(np.int8))
        yield difference(names[m], names[0], "accuracy", rows, accuracy, MCNEMAR, both)
        yield difference(names[m], names[0], "macro_f1", np.concatenate([sums[0], sums[m]], axis=1), f1)


def _agreement(model: str, against: str, first: NDArray[np.bool_], own: NDArray[np.bool_]) -> Agreement:
    tables = (first & own, first & ~own, ~first & own, ~first & ~own)
    return Agreement(model, against, *(int(table.sum()) for table in tables))
