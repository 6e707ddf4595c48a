"""The columns of a comparison: their interface, and the one for our own models.

A column answers texts, or scores lines, in the order of the source.  Models of other programs are in
``external_models.py``, files of answers in ``answer_files.py``.

Shapes: N texts, C labels, T tokens of a line.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.predict import Classifier
from lstmcli.comparison.results import ComparedModel
from lstmcli.language_modeling.scoring.perplexity import Model, Reading
from lstmcli.language_modeling.scoring.unknown_words import UnknownTokenCounter
from lstmcli.model_dir.directory import TOKENIZER
from lstmcli.safe_path import child_environment, lstm_command
from lstmcli.scoring.lines import Line, lines_of
from lstmcli.scoring.scores import check_finite

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.language_modeling.predict import LanguageModel

COLD_STARTS = 3
_TIMEOUT = 120


class Answers(NamedTuple):
    """A classifier's answers to N texts."""

    called_NC: NDArray[np.bool_]
    """The predicted labels; a row without any is an abstention."""
    confidence: NDArray[np.float64]
    """Probability of the predicted label, [N]; multi-label: of each decision, [N, C].  NaN if it is not known."""


class ClassifierColumn(Protocol):
    about: ComparedModel
    labels: tuple[str, ...] | None = None
    """None: the same as the other columns."""
    multilabel: bool | None = None

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        """Answer the next records; the columns of the result are in the order of ``labels``."""

    def finish(self, texts: int) -> None:
        """Called after the last record.  Raises ``DataError`` if a file has another number of answers."""
        return

    def cold_start(self, text: str) -> float | None:
        """Seconds for a process to start, answer one text and end; None for a file of answers."""
        return None


class Pieces(NamedTuple):
    """A line and the scores of its tokens."""

    text: str
    ends_T: list[int]
    """Offset in the line at which each token ends; for what closes the line, its length + 1."""
    nats_T: NDArray[np.float64]
    unknown_T: NDArray[np.bool_]


class Cost(NamedTuple):
    """A language model's score of a record."""

    nats: float
    tokens: int
    oov: int
    lines: list[Pieces]
    """Empty if not requested, or for a file of log-probabilities."""


class LmColumn(Protocol):
    about: ComparedModel
    tokenizer: str = ""
    """A short description."""
    code: str | None = None
    """Equal for models that split every text into the same tokens; None for a file of log-probabilities."""
    lowercase: bool = False
    reading: str = ""
    """lines or stream; empty for a file of log-probabilities."""

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        """Score the next records; with ``pieces``, including the scores of tokens."""

    def finish(self, texts: int) -> None:
        """As ``ClassifierColumn.finish``."""
        return


class OwnClassifier(ClassifierColumn):
    """A classifier in a model directory, in ONNX Runtime."""

    def __init__(self, name: str, classifier: Classifier) -> None:
        model = classifier.directory
        self._classifier = classifier
        classifier.probabilities(["", "a"])  # warm up: the first run is slower
        self.about = ComparedModel(name, "lstm", str(model.path), int(model.config["parameters"]), model.size)
        self.labels, self.multilabel = classifier.labels, classifier.multilabel

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        column = {label: c for c, label in enumerate(self._classifier.labels)}
        p_NC = self._classifier.probabilities([record.text for record in records])
        columns = [column[label] for label in labels]
        return decide(p_NC[:, columns], multilabel, np.array(self._classifier.thresholds)[columns])

    def cold_start(self, text: str) -> float | None:
        answer = ["classify", "-m", self.about.path, f"--text={text}", "--format=tsv"]
        return median_seconds(lambda: lstm_command(answer))


class OwnLanguageModel(LmColumn):
    """A language model in a model directory, in ONNX Runtime."""

    def __init__(self, name: str, model: LanguageModel, carried: bool) -> None:
        directory, config = model.directory, model.directory.settings
        self._model: Model = model
        self._reading = Reading(model, carried)
        self.unknowns = UnknownTokenCounter(model, model.encoder.corpus_style)
        self.about = ComparedModel(
            name, "lstm", str(directory.path), int(directory.config["parameters"]), directory.size
        )
        self.tokenizer = f"{config.tokenizer.kind}, {model.encoder.vocab_size:,}"
        # In another mode the same tokenizer closes lines with another token.
        self.code = f"{directory.config['files'][TOKENIZER]['sha256']} {config.tokenizer.mode}"
        self.lowercase = config.tokenizer.lowercase
        self.reading = "stream" if carried else "lines"

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        encoder = self._model.encoder
        lines: list[Line] = [line for record in records for line in lines_of(record, False)]
        ids = self._reading.encode(lines)
        self.unknowns.on_lines(lines, ids)
        scores = self._reading.score(ids)
        check_finite(self._model, sum(float(score.nats.sum()) for score in scores))
        result: list[Cost] = []
        at = 0
        for record in records:
            n = record.text.count("\n") + 1
            own = range(at, at + n)
            at += n
            unknown = [encoder.unknown(ids[i]) for i in own]
            detail = []
            if pieces:
                for i, unknown_T in zip(own, unknown, strict=True):
                    text = lines[i].text
                    ends_T = [last for _, last in encoder.offsets(text)[:-1]] + [len(text) + 1]
                    detail.append(Pieces(text, ends_T, scores[i].nats, unknown_T))
            nats = math.fsum(float(scores[i].nats.sum()) for i in own)
            result.append(Cost(nats, sum(len(ids[i]) for i in own), sum(int(u.sum()) for u in unknown), detail))
        return result


def decide(p_NC: NDArray[np.float64], multilabel: bool, thresholds: NDArray[np.float64] | float = 0.5) -> Answers:
    """The predicted labels, as in ``lstm classify``: the most probable; multi-label: those from their threshold up."""
    if multilabel:
        called_NC = p_NC >= thresholds
        return Answers(called_NC, np.where(called_NC, p_NC, 1.0 - p_NC))
    called_NC = np.zeros(p_NC.shape, np.bool_)
    called_NC[np.arange(len(p_NC)), p_NC.argmax(axis=1)] = True
    return Answers(called_NC, p_NC.max(axis=1))


def median_seconds(command: Callable[[], list[str]]) -> float | None:
    """Median time of processes that run ``command``, which comes from ``safe_path.py``; None if one fails."""
    taken = []
    nowhere, environment = subprocess.DEVNULL, child_environment()
    for _ in range(COLD_STARTS):
        start = time.perf_counter()
        try:
            subprocess.run(
                command(), stdin=nowhere, stdout=nowhere, stderr=nowhere, check=True, timeout=_TIMEOUT, env=environment
            )
        except (OSError, subprocess.SubprocessError):
            return None
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
