"""A classifier for programs: ``lstmcli.load`` gives one, and ``lstm classify`` is made of it.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.classify import Classifier as Answering
from lstmcli.classification.classify import classify, evaluate, load_classifier, probabilities
from lstmcli.classification.results import ClassReport, Prediction
from lstmcli.config import within
from lstmcli.data.records import Record
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.loaded import Model
from lstmcli.python_names import in_python


class Classifier(Model):
    """A text classifier, open and ready.

    Texts are a list, a tuple, a column of pandas, polars, NumPy, pyarrow or ``datasets``, or any iterable of strings.
    ``None`` and ``NaN`` are empty texts.  A probability does not depend on which texts are given together.
    """

    def __init__(
        self, path: str | Path, *, engine: str | None = None, device: str = "auto", threads: int | None = None
    ) -> None:
        """
        Args:
            path: the model's directory.
            engine: what runs the network; None: ``LSTM_ENGINE``, or the first that runs it on the device.
            device: cpu, cuda or auto.
            threads: None takes what the machine has.

        Raises:
            ModelError: missing, damaged, too new, or not a classifier.
            UsageError: an engine or a device that does not exist.
        """
        super().__init__(path, {"engine": engine, "device": device, "threads": threads})
        self._answering: Answering | None = load_classifier(path, threads=threads, engine=engine, device=device)
        self._directory = self._answering.model
        self.labels: tuple[str, ...] = self._answering.labels
        """In the order of the columns of ``predict_proba``."""
        self.multilabel: bool = self._answering.multilabel
        """Whether a text may have several labels, or none."""

    @property
    def directory(self) -> ModelDir:
        return self._directory

    @property
    def answering(self) -> Answering:
        """What computes the answers.  Raises: UsageError, once it is closed."""
        self._check_open()
        assert self._answering is not None
        return self._answering

    def _free(self) -> None:
        self._answering = None

    def predict(self, texts: Any, *, threshold: float | None = None, batch_size: int | None = None) -> list[Any]:
        """The label of each text.

        Args:
            threshold: no label below this probability: None.  Multi-label: every label from it up, 0.5 unless given.

        Returns:
            N strings; of a multi-label model N tuples of strings, the most probable first.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.
            UsageError: ``threshold`` is out of range.

        Example:
            >>> model.predict(["a lovely and warm room", "such a dirty and rude hall"])
            ['positive', 'negative']
        """
        found = self.classify(texts, top=1, threshold=threshold, batch_size=batch_size)
        return [answer.labels if self.multilabel else answer.label for answer in found]

    def predict_proba(self, texts: Any, *, batch_size: int | None = None) -> NDArray[np.float64]:
        """The probability of each label for each text.

        Returns:
            [N, C], columns in the order of ``labels``.  Rows sum to 1; of a multi-label model each label has a
            probability of its own.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.

        Example:
            >>> model.labels
            ('negative', 'positive')
            >>> model.predict_proba(["a lovely room", "a dirty room"]).shape
            (2, 2)
        """
        _check_numbers(batch_size=batch_size)
        rows = list(probabilities(self.answering, _records(texts), batch_size))
        return np.concatenate(rows) if rows else np.zeros((0, len(self.labels)))

    def classify(
        self,
        texts: Any,
        *,
        top: int | None = None,
        threshold: float | None = None,
        batch_size: int | None = None,
        eager: bool = False,
        ready: Callable[[], bool] | None = None,
    ) -> Iterator[Prediction]:
        """One answer for each text, in order, as they come: memory stays flat, however many there are.

        Args:
            top: keep the K best probabilities only.
            threshold: as in ``predict``.
            eager: answer each text before the next one is asked for.
            ready: with ``eager``, whether the next text is there without waiting.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.
            UsageError: ``top`` or ``threshold`` is out of range.
        """
        _check_numbers(top=top, threshold=threshold, batch_size=batch_size)
        how: dict[str, Any] = {"top": top, "threshold": threshold, "eager": eager, "ready": ready}
        return classify(self.answering, _records(texts), batch_size=batch_size, **how)

    @in_python()
    def evaluate(
        self, source: Any, *, threshold: float | None = None, batch_size: int | None = None, **read: Any
    ) -> ClassReport:
        """How well it does on labelled texts.

        Args:
            source: ``(texts, labels)``, a table in memory, or the name of a file.
            read: options of reading by name, ``text_column`` and ``label_column`` among them; what is not said is as
                it was in training.

        Raises:
            DataError: the source cannot be read, or has no labels.

        Example:
            >>> model.evaluate((texts, labels)).n == len(texts)
            True
        """
        from lstmcli.data.memory_sources import log_warnings, open_like_training

        records = open_like_training(source, read, self.directory.trained_read, labelled=True, what="evaluate")
        found = self.report(records, threshold=threshold, batch_size=batch_size)
        log_warnings(records)
        return found

    def report(
        self, records: Iterable[Record], *, threshold: float | None = None, batch_size: int | None = None
    ) -> ClassReport:
        """How well it does on records that were read already."""
        _check_numbers(threshold=threshold, batch_size=batch_size)
        return evaluate(self.answering, records, threshold=threshold, batch_size=batch_size)


def _check_numbers(**given: Any) -> None:
    """Raises: UsageError."""
    for name, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
            raise UsageError(f"{name} must be a number, not {value!r}")
    within("batch_size", given["batch_size"], 1)


def _records(texts: Any) -> Iterator[Record]:
    from lstmcli.data.memory import records

    return records(texts)
