"""Load a classifier and classify texts: streaming, in order, in constant memory, without importing torch.

Shapes: N texts, B texts of a batch, S segments, T tokens, F rows per token, C labels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.ensemble import Ensemble, Network
from lstmcli.classification.load import classifier_weights
from lstmcli.classification.metrics import Tally
from lstmcli.classification.model_selection import MAX_LOGITS
from lstmcli.classification.results import ClassReport, Prediction
from lstmcli.data.windows import WINDOW, WINDOW_CHARACTERS, one_ahead, one_by_one, windows
from lstmcli.engine.registry import check_engine, choose_engine
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.model_dir.directory import NGRAMS, TOKENIZER, WEIGHTS, ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, tensors, use_file
from lstmcli.model_dir.manifest import fail
from lstmcli.nn.device import resolve_device
from lstmcli.tasks import CLASSIFICATION

if TYPE_CHECKING:
    from lstmcli.classification.long_text import EncodedTexts
    from lstmcli.classification.ngrams.table import NgramTable
    from lstmcli.data.records import Record
    from lstmcli.tokenization.text_encoder import TextEncoder


class Classifier:
    """A loaded classifier."""

    def __init__(
        self, model: ModelDir, encoder: TextEncoder, network: Network, ngrams: NgramTable | None = None
    ) -> None:
        self.model, self.labels, self.multilabel = model, model.labels, model.multilabel
        config = model.settings
        self.encoder = encoder
        self._reading = threading.Lock()
        self.tokens = self.unknown = 0
        """Number of tokens, and of unknown tokens, in all texts given to ``read``."""
        self.ensemble = Ensemble(
            network, ngrams, len(self.labels), self.multilabel, config.model.segment, config.tokenizer.max_tokens
        )

    def probabilities(self, texts: Sequence[str], batch_size: int | None = None) -> NDArray[np.float64]:
        """Probabilities [N, C] in the order of the texts; rows sum to 1 unless the model is multi-label."""
        with self._reading:
            encoded = self._encode(texts)
        return self.answer(encoded, batch_size)

    def read(self, records: Sequence[Record]) -> EncodedTexts:
        """Encode the texts of records, and count their unknown tokens."""
        with self._reading:  # the encoder remembers words, and the counts are one thing
            encoded = self._encode([record.text for record in records])
            self.tokens += encoded.tokens
            self.unknown += encoded.unknown
        return encoded

    def _encode(self, texts: Sequence[str]) -> EncodedTexts:
        from lstmcli.classification.long_text import encode_texts

        return encode_texts(self.encoder, texts, self.ensemble.max_tokens, self.ensemble.ngrams)

    def answer(self, encoded: EncodedTexts, batch_size: int | None = None) -> NDArray[np.float64]:
        """Probabilities [N, C] of encoded texts."""
        scale = float(self.model.config["calibration"]["scale"])
        found_NC = self.ensemble.probabilities(encoded.ids, scale, batch_size, encoded.ngram_scores)
        if not np.isfinite(found_NC).all():
            fail(self.model.path, "its weights give no finite probability for a text", "train it anew")
        return found_NC


def load_classifier(
    path: str | Path, *, threads: int | None = None, engine: str | None = None, device: str = "cpu"
) -> Classifier:
    """Load the classifier in a model directory.

    Args:
        threads: None uses all cores.
        engine: one of ``engine.registry.engine_names()``; None leaves the choice to ``LSTM_ENGINE`` and the registry.
        device: cpu, cuda or auto; an engine of PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a classifier.
        UsageError: an unknown engine or device, or an engine that cannot run this model.
    """
    check_engine(engine, device)
    return retry_if_replaced(path, lambda: _load(read_model(path, task=CLASSIFICATION), threads, engine, device))


def _load(model: ModelDir, threads: int | None, name: str | None, device: str) -> Classifier:
    ahead = ReadAhead(model, WEIGHTS)

    from lstmcli.tokenization.text_encoder import TextEncoder

    config = model.settings
    engine = choose_engine(model.task, config, name, device)
    device = resolve_device(device, engine.devices)
    encoder = use_file(model, TOKENIZER, lambda data: TextEncoder.from_json(data.decode(), config.tokenizer))
    ngrams = None
    if config.model.ngrams:
        ngrams = use_file(model, NGRAMS, lambda data: _ngrams(model, data))

    def network(data: bytes) -> Network:
        """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
        weights = classifier_weights(data, model, encoder.rows)
        found: Network = engine.open(model.task, config, weights, device=device, threads=threads)
        return found

    return Classifier(model, encoder, use_file(model, WEIGHTS, network, ahead), ngrams)


def _ngrams(model: ModelDir, data: bytes) -> NgramTable:
    from lstmcli.classification.ngrams.table import NgramTable

    table = NgramTable.from_tensors(tensors(data))
    table.check(model.settings.model.ngrams or 0, len(model.labels))
    return table


def classify(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    top: int | None = None,
    threshold: float | None = None,
    batch_size: int | None = None,
    eager: bool = False,
    ready: Callable[[], bool] | None = None,
) -> Iterator[Prediction]:
    """One prediction per record, in order.

    Args:
        top: keep only the K best probabilities.
        threshold: give no label below this probability; multi-label: give all labels from it up, default 0.5.
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
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise UsageError(f"threshold must be between 0 and 1, not {threshold}")
    waiting = (ready or (lambda: False)) if eager else (lambda: True)

    def answers() -> Iterator[Prediction]:
        runs = windows(records, waiting, _window(classifier), WINDOW_CHARACTERS)
        for window, rows in _answered(classifier, runs, batch_size, one_by_one if eager else one_ahead):
            yield from _predictions(classifier, window, rows, top, threshold)

    return answers()


def probabilities(
    classifier: Classifier, records: Iterable[Record], batch_size: int | None = None
) -> Iterator[NDArray[np.float64]]:
    """Probabilities [N, C] of the records, a window of them at a time."""
    runs = windows(records, lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for _, rows_NC in _answered(classifier, runs, batch_size):
        yield rows_NC


def _window(classifier: Classifier) -> int:
    """Number of texts at once; smaller for many labels, to bound the memory for probabilities."""
    return max(1, min(WINDOW, MAX_LOGITS // len(classifier.labels)))


def _answered(
    classifier: Classifier,
    runs: Iterable[list[Record]],
    batch_size: int | None,
    order: Callable[..., Iterator[Any]] = one_ahead,
) -> Iterator[tuple[list[Record], NDArray[np.float64]]]:
    """Each window with its probabilities [N, C]; with ``one_ahead``, reading, tokenizing, computing and writing of
    consecutive windows overlap."""
    encoded = order(classifier.read, runs)
    for (window, _), rows_NC in order(lambda pair: classifier.answer(pair[1], batch_size), encoded):
        yield window, rows_NC


def evaluate(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    threshold: float | None = None,
    batch_size: int | None = None,
) -> ClassReport:
    """Evaluate the model on labelled records.

    Records without labels are skipped, unless the model is multi-label.  If a record has a label that the model does
    not have, any answer is wrong.

    Raises:
        NoDataError: no record has a label of the model.
        DataError: a record has several labels, but the model is not multi-label.
    """
    names = frozenset(classifier.labels)
    tally = Tally(classifier.labels, classifier.multilabel, 0.5 if threshold is None else threshold)
    unknown, known = "", 0

    def judged() -> Iterator[Record]:
        nonlocal unknown, known
        for record in records:
            if len(record.labels) > 1 and not classifier.multilabel:
                found = ", ".join(map(repr, record.labels[:3]))
                hint = "the model gives one label to each text"
                raise DataError(f"found several labels: {found}", path=record.path, line=record.line, hint=hint)
            if record.labels or classifier.multilabel:
                known += not names.isdisjoint(record.labels)
                unknown = unknown or next((label for label in record.labels if label not in names), "")
                yield record

    runs = windows(judged(), lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for window, p_NC in _answered(classifier, runs, batch_size):
        tally.add_named(p_NC, [record.labels for record in window])
    if unknown and not known:
        some = ", ".join(map(repr, classifier.labels[:5])) + (", …" if len(names) > 5 else "")
        raise NoDataError(f"no label is one of the model's: found {unknown!r}, the model has {some}")
    if not known:
        raise NoDataError("no labels to compare with", hint="name their column with --label-column")
    return tally.report()


def _predictions(
    classifier: Classifier,
    window: Sequence[Record],
    p_NC: NDArray[np.float64],
    top: int | None,
    threshold: float | None,
) -> Iterator[Prediction]:
    labels = classifier.labels
    least = threshold if threshold is not None else (0.5 if classifier.multilabel else 0.0)
    order_NC = np.argsort(-p_NC, axis=1, kind="stable")
    ranked_NC = np.take_along_axis(p_NC, order_NC, axis=1)
    for record, order, ranked in zip(window, order_NC.tolist(), ranked_NC.tolist(), strict=True):
        names = [labels[c] for c in order]
        given = tuple(name for name, p in zip(names, ranked, strict=True) if p >= least)
        yield Prediction(
            text=record.text,
            label=names[0] if ranked[0] >= least else None,
            probability=ranked[0],
            probabilities=dict(zip(names[:top], ranked[:top], strict=True)),
            labels=given if classifier.multilabel else None,
            gold=record.labels,
            columns=record.columns,
        )
