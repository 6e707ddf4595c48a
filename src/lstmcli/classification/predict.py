"""A classifier for programs: ``lstmcli.load`` gives one, and ``lstm classify`` is made of it.

Shapes: N texts, C labels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.calibration import combine
from lstmcli.classification.classify import classify, evaluate, probabilities
from lstmcli.classification.ensemble import Ensemble, Network
from lstmcli.classification.load import classifier_weights, read_encoder, read_linear
from lstmcli.classification.novelty import measures
from lstmcli.classification.results import ClassReport, Prediction
from lstmcli.classification.thresholds import of_model
from lstmcli.classification.trust import Trust
from lstmcli.config import number, whole
from lstmcli.data.records import Record
from lstmcli.engine.registry import check_engine, choose_engine
from lstmcli.model_dir.directory import WEIGHTS, ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.model_dir.loaded import Model
from lstmcli.model_dir.manifest import fail
from lstmcli.nn.device import resolve_device
from lstmcli.python_names import in_python
from lstmcli.tasks import CLASSIFICATION

if TYPE_CHECKING:
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.long_text import EnsembleInput
    from lstmcli.classification.ngrams.table import NgramTable
    from lstmcli.tokenization.text_encoder import TextEncoder


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
        check_engine(engine, device)
        retry_if_replaced(path, lambda: self._load(read_model(path, task=CLASSIFICATION), threads, engine, device))

    def _load(self, directory: ModelDir, threads: int | None, name: str | None, device: str) -> None:
        ahead = ReadAhead(directory, WEIGHTS)
        config = directory.settings
        engine = choose_engine(directory.task, config, name, device)
        device = resolve_device(device, engine.devices)
        encoder, (ngrams, characters) = read_encoder(directory), read_linear(directory)

        def network(data: bytes) -> Network:
            """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
            weights = classifier_weights(data, directory, encoder.rows)
            found: Network = engine.open(directory.task, config, weights, device=device, threads=threads)
            return found

        self._assemble(directory, encoder, use_file(directory, WEIGHTS, network, ahead), ngrams, characters)

    def _assemble(
        self,
        directory: ModelDir,
        encoder: TextEncoder,
        network: Network,
        ngrams: NgramTable | None = None,
        characters: CharacterModel | None = None,
    ) -> None:
        config = directory.settings
        self.directory, self.encoder = directory, encoder
        self.labels: tuple[str, ...] = directory.labels
        """In the order of the columns of ``predict_proba``."""
        self._trust = Trust(directory.config["calibration"], directory.multilabel)
        self.multilabel: bool = directory.multilabel
        """Whether a text may have several labels, or none."""
        self.thresholds: tuple[float, ...] = tuple(of_model(directory).tolist())
        """The probability from which each label is given, in the order of ``labels``: fitted on the validation split if
        a text may have several labels; 0 if the best label is always given."""
        linear = ngrams, characters
        self.ensemble = Ensemble.of(network, linear, config, len(self.labels), multilabel=self.multilabel)
        self.tokens = self.unknown = 0
        """Number of tokens, and of unknown tokens, in all texts given to ``read``."""
        self._reading = threading.Lock()

    def _free(self) -> None:
        del self.encoder, self.ensemble

    def probabilities(self, texts: Sequence[str], batch_size: int | None = None) -> NDArray[np.float64]:
        """Probabilities [N, C] in the order of the texts, which are plain strings."""
        with self._reading:
            encoded = self._encode(texts)
        return self.answer(encoded, batch_size)

    def read(self, records: Sequence[Record]) -> EnsembleInput:
        """Encode the texts of records, and count their unknown tokens."""
        with self._reading:  # the encoder caches words, and the two counts belong together
            encoded = self._encode([record.text for record in records])
            self.tokens += encoded.tokens
            self.unknown += encoded.unknown
        return encoded

    def _encode(self, texts: Sequence[str]) -> EnsembleInput:
        from lstmcli.classification.long_text import encode_texts

        ensemble = self.ensemble
        return encode_texts(self.encoder, texts, ensemble.max_tokens, ensemble.ngrams, ensemble.characters)

    def answer(self, encoded: EnsembleInput, batch_size: int | None = None) -> NDArray[np.float64]:
        """Probabilities [N, C] of encoded texts; rows sum to 1 unless the model is multi-label."""
        return self.judge(encoded, batch_size, novelty=False)[0]

    def judge(
        self, encoded: EnsembleInput, batch_size: int | None = None, *, novelty: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Probabilities [N, C] of encoded texts, and if asked their novelty [N].  Raises: UsageError, ModelError."""
        scale = float(self.directory.config["calibration"]["scale"])
        known = encoded.ngram_scores, encoded.character_scores
        logits = self.ensemble.logits(encoded.ids, batch_size, *known)
        found_NC = combine(*logits, scale, self.multilabel)
        if not np.isfinite(found_NC).all():
            fail(self.directory.path, "its weights give no finite probability for a text", "train it anew")
        if not novelty:
            return found_NC, None
        return found_NC, self._trust.novelty.of(measures(found_NC, self.ensemble.known(encoded.ids)))

    def threshold(self, *, abstain: str | float | None = None, max_error: str | float | None = None) -> float:
        """The threshold for ``predict``, ``classify`` and ``evaluate`` that the validation split asks for.

        Args:
            abstain: the share of the texts that may be left without an answer, 0.05 or ``"5%"``.
            max_error: the share of the answers that may be wrong; as many texts as possible are answered.

        Raises:
            UsageError: both or neither are given, a text may have several labels, or no threshold has so few errors.

        Example:
            >>> 0 <= model.threshold(abstain="5%") <= 1
            True
        """
        return self._trust.threshold(abstain=abstain, max_error=max_error)

    def predict(self, texts: Any, *, threshold: float | None = None, batch_size: int | None = None) -> list[Any]:
        """The label of each text.

        Args:
            threshold: no label below this probability: None.  Multi-label: every label from it up; unless given, those
                that reach their own of ``thresholds``.

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
        self._check_open()
        _check_numbers(batch_size=batch_size)
        rows = list(probabilities(self, _records(texts), batch_size))
        return np.concatenate(rows) if rows else np.zeros((0, len(self.labels)))

    def classify(
        self,
        texts: Any,
        *,
        top: int | None = None,
        threshold: float | None = None,
        novelty: bool = False,
        max_novelty: float | None = None,
        batch_size: int | None = None,
        eager: bool = False,
        ready: Callable[[], bool] | None = None,
    ) -> Iterator[Prediction]:
        """One answer for each text, in order, as they come: memory stays flat, however many there are.

        Args:
            top: keep the K best probabilities only.
            threshold: as in ``predict``.
            novelty: tell for each text how unlike the training texts it is: the share of the validation texts that are
                less so.
            max_novelty: no label above this novelty.
            eager: answer each text before the next one is asked for.
            ready: with ``eager``, whether the next text is there without waiting.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.
            UsageError: ``top`` or ``threshold`` is out of range.
        """
        self._check_open()
        _check_numbers(top=top, threshold=threshold, max_novelty=max_novelty, batch_size=batch_size)
        how: dict[str, Any] = {"top": top, "threshold": threshold, "eager": eager, "ready": ready}
        if novelty or max_novelty is not None:
            how |= {"novelty": self._trust.novelty is not None, "max_novelty": max_novelty}
        return classify(self, _records(texts), batch_size=batch_size, **how)

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
        """Evaluate on records.  Raises: NoDataError, DataError."""
        self._check_open()
        _check_numbers(threshold=threshold, batch_size=batch_size)
        return evaluate(self, records, threshold=threshold, batch_size=batch_size)


def _check_numbers(*, top: Any = None, batch_size: Any = None, **given: Any) -> None:
    """Raises: UsageError."""
    whole("top", top, 1)
    whole("batch_size", batch_size, 1)
    for name, value in given.items():
        number(name, value)


def _records(texts: Any) -> Iterator[Record]:
    from lstmcli.data.memory import records

    return records(texts)
