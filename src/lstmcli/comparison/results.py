"""Results of a comparison: metrics of each model, differences with their uncertainty, and examples.

Differences are ``model - against``, where ``against`` is the first model; for bits, a negative difference is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.evaluation.results import Interval
from lstmcli.results import Result

FEW = 30
"""Texts, or lines, below which intervals are rough."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between a model and the first one in a metric, with its significance."""

    model: str
    against: str
    measure: str
    """accuracy, macro_f1, bits_per_byte, bleu or chrf."""
    difference: float
    """``model`` minus ``against``."""
    interval: Interval | None
    """None for fewer than two texts."""
    test: str = ""
    """Name of the test of ``p_value``; empty if there is none for this metric."""
    p_value: float | None = None
    p_adjusted: float | None = None
    """With Holm's correction for the number of models compared with the first."""
    significant: bool | None = None
    """``p_adjusted`` is below 0.05; None without a test."""
    better: str | None = None
    """Name of the better model; None if they are equal."""


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model in a comparison."""

    name: str
    """The last part of the path, or all of it if that is not unique."""
    kind: str
    """lstm, fasttext, kenlm, predictions, translations or log-probabilities."""
    path: str
    parameters: int | None = None
    bytes: int | None = None
    """Total bytes of the files in the model's directory; None for a file of answers."""


@dataclass(frozen=True, slots=True)
class ClassifierFigures:
    """Metrics of one classifier; None for what a file of answers does not contain."""

    model: ComparedModel
    accuracy: float
    """Multi-label: the share of texts with exactly the right set of labels."""
    macro_f1: float
    ece: float | None
    """Expected calibration error with 15 equal-width bins; None without probabilities."""
    texts_per_second: float | None
    cold_start: float | None
    """Seconds for a process to start and answer one text; median of three."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The table of McNemar's test: numbers of texts that a model and the first one answered correctly."""

    model: str
    against: str
    both_right: int
    only_first_right: int
    only_model_right: int
    both_wrong: int


@dataclass(frozen=True, slots=True)
class Answer:
    model: str
    labels: tuple[str, ...]
    """Empty for an abstention."""
    probability: float | None
    """Probability of the label; multi-label: the mean over all decisions."""
    right: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A text for which at least one answer differs from that of the first model."""

    text: str
    line: int
    gold: tuple[str, ...]
    answers: tuple[Answer, ...]


def _of_models(figures: Sequence[ClassifierFigures | LmFigures | TranslatorFigures]) -> list[dict[str, Any]]:
    """The figures of each model, its name among them."""
    rows = [asdict(each) for each in figures]
    return [{"model": row["model"]["name"], **{name: row[name] for name in row if name != "model"}} for row in rows]


@dataclass(frozen=True, slots=True)
class ClassifierComparison(Result):
    source: str
    texts: int
    labels: tuple[str, ...]
    multilabel: bool
    models: tuple[ClassifierFigures, ...]
    differences: tuple[Difference, ...]
    agreements: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]
    """Most confident first."""
    disagreeing: int
    """Total number of disagreements."""
    notes: tuple[str, ...]
    """Caveats."""
    task: str = "classify"

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each model."""
        return _of_models(self.models)


@dataclass(frozen=True, slots=True)
class LmFigures:
    """Metrics of one language model; see ``LmReport``."""

    model: ComparedModel
    tokenizer: str
    bits_per_byte: float
    bits_per_char: float
    word_perplexity: float | None
    perplexity: float | None
    """Per token; None unless at least two models have the tokenizer of the first, and this is one of them."""
    nats: float
    tokens: int | None
    oov: int | None
    """Number of unknown tokens; None for a file of log-probabilities."""
    oov_rate: float | None
    reading: str
    """lines: each line is scored separately; stream: the state is carried from line to line."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line that one of two models predicts better than the other."""

    better: str
    other: str
    gain: float
    """Bits that ``better`` saves on ``text``."""
    text: str
    line: int
    pieces: tuple[tuple[str, float], ...]
    """The line around the span, split where tokens of both models end, with the bits that ``better`` saves on each
    piece, negative if it is worse."""
    first: int
    """Index of the first of ``pieces`` in ``text``."""
    last: int
    """Index after the last of ``pieces`` in ``text``."""


@dataclass(frozen=True, slots=True)
class LmComparison(Result):
    source: str
    lines: int
    words: int
    chars: int
    bytes: int
    models: tuple[LmFigures, ...]
    differences: tuple[Difference, ...]
    spans: tuple[Span, ...]
    """For each model after the first: spans in which it is better, then those in which the first is; largest gain
    first."""
    token_perplexity: str
    """Why perplexities per token are not compared; empty if all are."""
    notes: tuple[str, ...]
    task: str = "lm"

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each model."""
        return _of_models(self.models)


@dataclass(frozen=True, slots=True)
class TranslatorFigures:
    """Metrics of one translator, 0 to 100."""

    model: ComparedModel
    bleu: float
    """Corpus BLEU."""
    bleu_interval: Interval | None
    """None for a single pair."""
    chrf: float
    """Corpus chrF."""
    chrf_interval: Interval | None
    length_ratio: float | None
    """Characters of the translations divided by those of the targets; None without targets."""
    texts_per_second: float | None
    """None for a file of translations."""


@dataclass(frozen=True, slots=True)
class SentenceDifference:
    """A sentence that one of two translators translates better than the other."""

    better: str
    other: str
    gain: float
    """By how much the chrF of the sentence is higher."""
    line: int
    source: str
    target: str
    better_translation: str
    other_translation: str


@dataclass(frozen=True, slots=True)
class TranslatorComparison(Result):
    source: str
    pairs: int
    models: tuple[TranslatorFigures, ...]
    differences: tuple[Difference, ...]
    sentences: tuple[SentenceDifference, ...]
    """For each model after the first: sentences in which it is better, then those in which the first is; largest gain
    first."""
    signatures: dict[str, str]
    """Of the metrics, with those of the test, as sacrebleu writes them."""
    notes: tuple[str, ...]
    task: str = "translate"

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each model."""
        return _of_models(self.models)
