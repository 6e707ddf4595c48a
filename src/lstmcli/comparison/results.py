"""What a comparison returns: a column for each model, differences with their uncertainty, and where they show.

Differences are of a model against the first one, ``model - against``; so the sign says which way it goes, and for
costs (bits) a negative one is the better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.evaluation.results import Interval
from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better or worse a model is than the first, and whether chance could do that."""

    model: str
    against: str
    measure: str
    """accuracy, macro_f1 or bits_per_byte."""
    difference: float
    """``model`` minus ``against``."""
    interval: Interval | None
    """None where there are fewer than two texts."""
    test: str = ""
    """Name of the test that gave ``p_value``; empty where this measure has none."""
    p_value: float | None = None
    p_adjusted: float | None = None
    """With Holm's correction over all models that are compared with the first."""
    significant: bool | None = None
    """``p_adjusted`` is below 0.05; None without a test."""
    better: str | None = None
    """The one with the better figure; None where they are equal."""


@dataclass(frozen=True, slots=True)
class Competitor:
    """Who takes part."""

    name: str
    """As shown: the last part of the path, or all of it where that is not unique."""
    kind: str
    """lstm, fasttext, kenlm, predictions or log-probabilities."""
    path: str
    parameters: int | None = None
    bytes: int | None = None
    """Of the files that make the model; None for a file of answers."""


@dataclass(frozen=True, slots=True)
class ClassifierFigures:
    """One column of a comparison of classifiers.  None: a file of answers cannot tell."""

    model: Competitor
    accuracy: float
    """Multi-label: the share of texts whose label set is exactly right."""
    macro_f1: float
    ece: float | None
    """Expected calibration error, 15 equal-width bins; None without probabilities."""
    texts_per_second: float | None
    cold_start: float | None
    """Seconds from nothing to one answer, the process included; median of three."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """On how many texts a model and the first were right: the table of McNemar's test."""

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
    """Empty where it gave none."""
    probability: float | None
    """Of the label; of a label set the mean over its decisions."""
    right: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A text to which at least one model gave another answer than the first."""

    text: str
    line: int
    gold: tuple[str, ...]
    answers: tuple[Answer, ...]


def _of_models(figures: Sequence[ClassifierFigures | LmFigures]) -> list[dict[str, Any]]:
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
    """The most confident first."""
    disagreeing: int
    """How many there are in all."""
    notes: tuple[str, ...]
    """What must be known to read the figures rightly."""
    task: str = "classify"

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each model."""
        return _of_models(self.models)


@dataclass(frozen=True, slots=True)
class LmFigures:
    """One column of a comparison of language models; see ``LmReport`` for what the figures mean."""

    model: Competitor
    tokenizer: str
    bits_per_byte: float
    bits_per_char: float
    word_perplexity: float | None
    perplexity: float | None
    """Per token; None where no other model has the same tokenizer as the first, or this one has another."""
    nats: float
    tokens: int | None
    oov: int | None
    """Tokens that are unknown; None where a file of log-probabilities does not tell."""
    oov_rate: float | None
    reading: str
    """lines: each by itself; stream: the state carried from line to line."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line that one of two models foresees better than the other."""

    better: str
    other: str
    gain: float
    """Bits that ``better`` saves on ``text``."""
    text: str
    line: int
    pieces: tuple[tuple[str, float], ...]
    """The whole line in the smallest pieces that both models begin and end together, each with the bits that
    ``better`` saves on it, below 0 where it loses; None of the line is left out."""
    first: int
    """Of ``pieces``, where ``text`` begins."""
    last: int
    """And the one behind its end."""


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
    """For each model after the first: where it gains most, then where the first does; the largest gain first."""
    token_perplexity: str
    """Why token perplexities are not compared; empty where all are."""
    notes: tuple[str, ...]
    task: str = "lm"

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each model."""
        return _of_models(self.models)
