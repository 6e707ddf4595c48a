"""What takes part in a comparison: models of ours, and what others must look like beside them.

A column of a comparison answers texts, or scores lines, in the order of the source.  Models of ours are here, those
of other programs in ``outside.py``, and files of answers in ``answerfiles.py``.

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

from lstmcli.classification.classify import Classifier
from lstmcli.comparison.results import ComparedModel
from lstmcli.language_modeling.scoring.perplexity import Line, Model, Reading, check_finite, lines_of
from lstmcli.language_modeling.scoring.unknown_words import UnknownTokenCounter
from lstmcli.model_dir.directory import TOKENIZER
from lstmcli.safe_path import child_environment, lstm_command

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.language_modeling.model import LanguageModel

COLD_STARTS = 3
_TIMEOUT = 120


class Answers(NamedTuple):
    """What a classifier said to N texts."""

    called_NC: NDArray[np.bool_]
    """The labels given; a row without any is an abstention."""
    confidence: NDArray[np.float64]
    """[N], of the label given; of a multi-label model [N, C], of each decision.  NaN where it is not known."""


class ClassifierColumn(Protocol):
    about: ComparedModel
    labels: tuple[str, ...] | None
    """None: whatever the others have."""
    multilabel: bool | None

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        """The records that come next; columns in the order of ``labels``, which are the model's own."""

    def finish(self, texts: int) -> None:
        """There were so many.  Raises ``DataError`` where a file holds answers to more or fewer."""

    def cold_start(self, text: str) -> float | None:
        """Seconds of a process that starts, answers one text and ends; None where there is nothing to start."""


class Pieces(NamedTuple):
    """A line and what its tokens cost."""

    text: str
    ends_T: list[int]
    """Characters of the line read after each token; of what closes the line, one more than there are."""
    nats_T: NDArray[np.float64]
    unknown_T: NDArray[np.bool_]


class Cost(NamedTuple):
    """What a record cost a language model."""

    nats: float
    tokens: int
    oov: int
    lines: list[Pieces]
    """Empty where they were not asked for, or a file of log-probabilities does not tell."""


class LmColumn(Protocol):
    about: ComparedModel
    tokenizer: str
    """In a word or two."""
    code: str | None
    """Equal for models that cut any text into the same tokens; None for what has no tokens."""
    lowercase: bool
    reading: str
    """lines or stream; empty for what was read elsewhere."""

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        """The records that come next."""

    def finish(self, texts: int) -> None:
        """As ``ClassifierColumn.finish``."""


class OwnClassifier:
    """A classifier of ours, in ONNX Runtime."""

    def __init__(self, name: str, classifier: Classifier) -> None:
        model = classifier.model
        self._classifier = classifier
        classifier.probabilities(["", "a"])  # the first run is slower than those that are timed
        self.about = ComparedModel(name, "lstm", str(model.path), int(model.config["parameters"]), model.size)
        self.labels: tuple[str, ...] | None = classifier.labels
        self.multilabel: bool | None = classifier.multilabel

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        column = {label: c for c, label in enumerate(self._classifier.labels)}
        p_NC = self._classifier.probabilities([record.text for record in records])
        return decide(p_NC[:, [column[label] for label in labels]], multilabel)

    def finish(self, texts: int) -> None:
        pass

    def cold_start(self, text: str) -> float | None:
        answer = ["classify", "-m", self.about.path, f"--text={text}", "--format=tsv"]
        return median_seconds(lambda: lstm_command(answer))


class OwnLanguageModel:
    """A language model of ours, in ONNX Runtime."""

    def __init__(self, name: str, model: LanguageModel, carried: bool) -> None:
        directory, config = model.model, model.model.settings
        self._model: Model = model
        self._reading = Reading(model, carried)
        self.unknowns = UnknownTokenCounter(model, model.encoder.corpus_style)
        self.about = ComparedModel(name, "lstm", str(model.path), int(directory.config["parameters"]), directory.size)
        self.tokenizer = f"{config.tokenizer.kind}, {model.encoder.vocab_size:,}"
        # With another mode the same file closes lines with another token.
        self.code: str | None = f"{directory.config['files'][TOKENIZER]['sha256']} {config.tokenizer.mode}"
        self.lowercase = config.tokenizer.lowercase
        self.reading = "stream" if carried else "lines"

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        encoder = self._model.encoder
        lines: list[Line] = [line for record in records for line in lines_of(record, False)]
        ids = self._reading.encode(lines)
        self.unknowns.on_lines(lines, ids)
        scores = self._reading.score(ids)
        check_finite(self._model, sum(float(score.nats.sum()) for score in scores))
        found: list[Cost] = []
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
            found.append(Cost(nats, sum(len(ids[i]) for i in own), sum(int(u.sum()) for u in unknown), detail))
        return found

    def finish(self, texts: int) -> None:
        pass


def decide(p_NC: NDArray[np.float64], multilabel: bool) -> Answers:
    """The most probable label, or for label sets those from a half up, as ``lstm classify`` gives them."""
    if multilabel:
        called_NC = p_NC >= 0.5
        return Answers(called_NC, np.where(called_NC, p_NC, 1.0 - p_NC))
    called_NC = np.zeros(p_NC.shape, np.bool_)
    called_NC[np.arange(len(p_NC)), p_NC.argmax(axis=1)] = True
    return Answers(called_NC, p_NC.max(axis=1))


def median_seconds(command: Callable[[], list[str]]) -> float | None:
    """Of processes that run what ``command`` makes, one of ``safe_path.py``; None where one fails."""
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
