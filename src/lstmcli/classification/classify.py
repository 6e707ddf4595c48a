"""Answers: one for each text, in order, in constant memory, without importing torch.

Shapes: N texts, B texts of a batch, S segments, T tokens, F rows a token, C labels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.ensemble import BATCH_SIZE, Ensemble, Ids, Network, Scorer
from lstmcli.classification.load import classifier_weights
from lstmcli.classification.metrics import Tally
from lstmcli.classification.model_selection import CELLS
from lstmcli.classification.results import ClassReport, Prediction
from lstmcli.data.windows import WINDOW, WINDOW_CHARACTERS, one_ahead, one_by_one, windows
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.model_dir.directory import NGRAMS, TOKENIZER, WEIGHTS, ModelDir, read_model, unless_replaced
from lstmcli.model_dir.files import ReadAhead, tensors, use_file
from lstmcli.model_dir.manifest import fail
from lstmcli.nn.device import check_engine, resolve_device
from lstmcli.tasks import CLASSIFICATION
from lstmcli.threads import check_threads

if TYPE_CHECKING:
    from lstmcli.classification.ngram_table import NgramTable
    from lstmcli.data.records import Record

UNKNOWN_ID = 1
"""As in ``tokenization/tokenizer.py``, which is slow to import."""
ENGINES = ("onnx", "int8", "torch")


class Encoder(Protocol):
    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Each text as [T, F]; T is at least 1."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The characters that each token stands for; none for a text without tokens."""


class Classifier:
    """A model that is ready to answer."""

    def __init__(self, model: ModelDir, encoder: Encoder, network: Network, ngrams: Scorer | None = None) -> None:
        self.model, self.labels, self.multilabel = model, model.labels, model.multilabel
        config = model.settings
        self.encoder = encoder
        self._reading = threading.Lock()
        self.tokens = self.unknown = 0
        """Tokens of all texts that were answered as a stream, and unknown ones among them."""
        self.experts = Ensemble(
            network, ngrams, len(self.labels), self.multilabel, config.model.segment, config.tokenizer.max_tokens
        )

    def probabilities(self, texts: Sequence[str], batch_size: int = BATCH_SIZE) -> NDArray[np.float64]:
        """[N, C] in the order of the texts; rows sum to 1 unless the model is multi-label."""
        with self._reading:
            encoded = self.encoder.encode(texts)
        return self.answer(encoded, batch_size)

    def read(self, records: Sequence[Record]) -> list[Ids]:
        """The texts of records, encoded; their unknown tokens are counted."""
        with self._reading:  # the encoder remembers words, and the counts are one thing
            encoded = self.encoder.encode([record.text for record in records])
            self.tokens += sum(map(len, encoded))
            self.unknown += sum(int(np.count_nonzero(ids_TF[:, 0] == UNKNOWN_ID)) for ids_TF in encoded)
        return encoded

    def answer(self, encoded: Sequence[Ids], batch_size: int = BATCH_SIZE) -> NDArray[np.float64]:
        """The probabilities [N, C] of texts that the encoder has read."""
        found_NC = self.experts.probabilities(encoded, float(self.model.config["calibration"]["scale"]), batch_size)
        if not np.isfinite(found_NC).all():
            fail(self.model.path, "its weights give no finite probability for a text", "train it anew")
        return found_NC


def load_classifier(
    path: str | Path, *, threads: int | None = None, engine: str = "onnx", device: str = "cpu"
) -> Classifier:
    """The classifier in a model directory.

    Args:
        threads: None takes what the machine has.
        engine: onnx, exact; int8, twice as fast and a little off; torch, the same weights in PyTorch.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a classifier.
        UsageError: an engine or a device that does not exist.
    """
    check_engine(engine, ENGINES, device)
    return unless_replaced(path, lambda: _load(read_model(path, task=CLASSIFICATION), threads, engine, device))


def _load(model: ModelDir, threads: int | None, engine: str, device: str) -> Classifier:
    network = ReadAhead(model, WEIGHTS)

    from lstmcli.tokenization.text_encoder import TextEncoder

    config = model.settings
    encoder = use_file(model, TOKENIZER, lambda data: TextEncoder.from_json(data.decode(), config.tokenizer))
    ngrams = None
    if config.model.ngrams:
        ngrams = use_file(model, NGRAMS, lambda data: _ngrams(model, data))
    return Classifier(model, encoder, _network(model, encoder.rows, network, threads, engine, device), ngrams)


def _ngrams(model: ModelDir, data: bytes) -> NgramTable:
    from lstmcli.classification.ngram_table import NgramTable

    table = NgramTable.from_tensors(tensors(data))
    table.check(model.settings.model.ngrams or 0, len(model.labels))
    return table


def _network(model: ModelDir, rows: int, ahead: ReadAhead, threads: int | None, engine: str, device: str) -> Network:
    """The network made from the weights: a graph from a stranger could ask for any amount of memory."""

    def build(data: bytes) -> Network:
        weights = classifier_weights(data, model, rows)
        if engine == "torch":
            return _torch_network(model, weights, threads, device)

        from lstmcli.classification.graph import classifier_graph
        from lstmcli.classification.session import ClassifierSession

        return ClassifierSession(classifier_graph(weights, model.settings.model, int8=engine == "int8"), threads)

    if engine == "torch":
        device = resolve_device(device)
    return use_file(model, WEIGHTS, build, ahead)


def _torch_network(model: ModelDir, weights: dict[str, NDArray[Any]], threads: int | None, device: str) -> Network:
    import torch

    from lstmcli.classification.network import load_classifier_module

    if threads:
        check_threads(threads)
        torch.set_num_threads(threads)
    module = load_classifier_module(weights, model.settings.model, len(model.labels)).to(device)

    class TorchNetwork:
        workers = 1  # PyTorch shares a batch out among its threads by itself

        def logits(self, ids: Ids, lengths: NDArray[np.int64]) -> NDArray[np.float32]:
            with torch.inference_mode():
                found = module(torch.from_numpy(ids).to(device), torch.from_numpy(lengths).to(device))
                return np.asarray(found.float().cpu().numpy(), np.float32)

    return TorchNetwork()


def classify(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    top: int | None = None,
    threshold: float | None = None,
    batch_size: int = BATCH_SIZE,
    eager: bool = False,
    ready: Callable[[], bool] | None = None,
) -> Iterator[Prediction]:
    """One answer for each record, in order.

    Args:
        top: keep the K best probabilities only.
        threshold: no label below it; multi-label: every label at or above it, 0.5 unless given.
        eager: answer each record before the next one is asked for, as a live pipe needs.
        ready: with ``eager``, whether the next record is there without waiting: records that are
            waiting already are answered together.

    Raises:
        UsageError: at once, for ``top`` or ``threshold`` out of range.
        LstmError: whatever ``records`` raises, once the records before are answered.
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
    classifier: Classifier, records: Iterable[Record], batch_size: int = BATCH_SIZE
) -> Iterator[NDArray[np.float64]]:
    """Probabilities [N, C] of the records, a window of them at a time."""
    runs = windows(records, lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for _, rows_NC in _answered(classifier, runs, batch_size):
        yield rows_NC


def _window(classifier: Classifier) -> int:
    """Texts at once: fewer where there are so many labels that their probabilities would fill the memory."""
    return max(1, min(WINDOW, CELLS // len(classifier.labels)))


def _answered(
    classifier: Classifier,
    runs: Iterable[list[Record]],
    batch_size: int,
    order: Callable[..., Iterator[Any]] = one_ahead,
) -> Iterator[tuple[list[Record], NDArray[np.float64]]]:
    """Each window and its probabilities [N, C]; with ``one_ahead`` one is read, one tokenized, one computed and one
    written at once, so that no core waits for a single thread's work."""
    encoded = order(classifier.read, runs)
    for (window, _), rows_NC in order(lambda pair: classifier.answer(pair[1], batch_size), encoded):
        yield window, rows_NC


def evaluate(
    classifier: Classifier,
    records: Iterable[Record],
    *,
    threshold: float | None = None,
    batch_size: int = BATCH_SIZE,
) -> ClassReport:
    """How well the model does on labelled records.

    Records without a label are passed over (multi-label: no label is an answer too); a label that the model does
    not have makes any answer wrong.

    Raises:
        NoDataError: no record has a label that the model knows.
        DataError: a record with several labels, and the model gives one.
    """
    names = frozenset(classifier.labels)
    tally = Tally(classifier.labels, classifier.multilabel, 0.5 if threshold is None else threshold)
    stranger, known = "", 0

    def judged() -> Iterator[Record]:
        nonlocal stranger, known
        for record in records:
            if len(record.labels) > 1 and not classifier.multilabel:
                found = ", ".join(map(repr, record.labels[:3]))
                hint = "the model gives one label to each text"
                raise DataError(f"found several labels: {found}", path=record.path, line=record.line, hint=hint)
            if record.labels or classifier.multilabel:
                known += not names.isdisjoint(record.labels)
                stranger = stranger or next((label for label in record.labels if label not in names), "")
                yield record

    runs = windows(judged(), lambda: True, _window(classifier), WINDOW_CHARACTERS)
    for window, p_NC in _answered(classifier, runs, batch_size):
        tally.judge(p_NC, [record.labels for record in window])
    if stranger and not known:
        some = ", ".join(map(repr, classifier.labels[:5])) + (", …" if len(names) > 5 else "")
        raise NoDataError(f"no label is one of the model's: found {stranger!r}, the model has {some}")
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
