"""Results of ``lstm inspect``.

Series have one number per token of ``Inspection.tokens``.  Layers and units are counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstmcli.results import Result
from lstmcli.translation.results import Alignment

Numbers = tuple[float, ...]
ENCODER, DECODER = "encoder", "decoder"
"""The parts of a translator; each text has a result for both."""

SATURATED, DEAD = 0.9, 0.1
"""A gate of a unit is saturated if it is above the first limit at every token, and dead if it is below the second at
every token: it does not react to the text.  For a candidate, which is between -1 and 1, the absolute value counts.  The
limits are those of Karpathy, Johnson & Li (2015, arXiv 1506.02078, section 4.2)."""
ENOUGH_TOKENS = 5
"""Minimum number of tokens for findings and for correlations with the position."""
MAX_VALUES = 0.9
"""A gate as a whole is saturated or dead if this share of its values, over units and tokens, is beyond the limit."""


@dataclass(frozen=True, slots=True)
class TokenRead:
    """A token, and the prediction after reading it."""

    text: str
    """The text of the token; for a language model, its readable name."""
    start: int
    """Start of the span of characters, from 0; equal to ``end`` for an empty span."""
    end: int
    unknown: bool = False
    segment: int = 0
    """Index of the segment; long texts are read in segments, each from a zero state."""
    probabilities: dict[str, float] | None = None
    """Classifier: the prediction if the text ended here; None if it was not computed."""
    surprisal: float | None = None
    """Language model and decoder: -log2 of its probability given all the text before it; None for ``</s>`` before a
    text."""
    entropy: float | None = None
    """Entropy of the prediction of this token, in bits."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Series of a gate or the candidate: mean and standard deviation over the units."""

    name: str
    mean: Numbers
    spread: Numbers


@dataclass(frozen=True, slots=True)
class Unit:
    """Series of one unit: its gates, cell and hidden state, by name."""

    unit: int
    values: dict[str, Numbers]


@dataclass(frozen=True, slots=True)
class Trail:
    """The hidden state of a unit over the tokens."""

    unit: int
    at: int
    """Index of the token at which it changes most."""
    hidden: Numbers


@dataclass(frozen=True, slots=True)
class Tie:
    """A unit that is related to the label or the position."""

    unit: int
    to: str
    """label or position."""
    strength: float
    """label: the unit's contribution to the network's logit of the label, minus its mean contribution to all labels
    (multi-label: the contribution itself); contributions sum to the logit without bias.  position: correlation of its
    cell, or its hidden state if there is no cell, with the position of the token in its segment; only for texts with at
    least ``ENOUGH_TOKENS`` tokens."""
    hidden: Numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """A saturated or dead gate."""

    gate: str
    state: str
    """saturated or dead; see ``SATURATED``."""
    units: tuple[int, ...]
    """Units for which it holds at every token."""
    share: float
    """Share of its values, over units and tokens, beyond the limit."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The statistics of one layer and direction."""

    layer: int
    layers: int
    direction: str
    """forward or backward."""
    units: int
    gates: tuple[Gate, ...]
    """In the order of the cell's equations; empty for an RNN."""
    norms: dict[str, Numbers]
    """Euclidean norms of the cell, if there is one, and of the hidden state."""
    chosen: tuple[Unit, ...] = ()
    trails: tuple[Trail, ...] = ()
    """All units, the most telling first; empty if units were chosen, and for very long texts."""
    ties: tuple[Tie, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """The attribution of one word."""

    text: str
    start: int
    end: int
    probability: float
    """Probability of the label for the text without the word."""
    difference: float
    """Probability of the label for the whole text minus ``probability``."""
    log_odds: float
    """The same difference in log-odds, ln p / (1 - p)."""


@dataclass(frozen=True, slots=True)
class Why:
    """The attributions of all words of a text."""

    label: str
    probability: float
    log_odds: float
    words: tuple[Word, ...]
    """In the order of the text."""
    empty_probability: float
    """Probability of the label for the empty text."""
    empty_log_odds: float

    @property
    def total(self) -> float:
        """The effect of all words together; equal to ``sum`` if the effects of words are independent."""
        return self.probability - self.empty_probability

    @property
    def total_log_odds(self) -> float:
        return self.log_odds - self.empty_log_odds

    @property
    def sum(self) -> float:
        """The sum of the differences of all words."""
        return sum(word.difference for word in self.words)

    @property
    def sum_log_odds(self) -> float:
        return sum(word.log_odds for word in self.words)


@dataclass(frozen=True, slots=True)
class Inspection(Result):
    """The inspection of one text or line."""

    text: str
    line: int
    """Line number in the file, from 1; 0 for a text without one."""
    path: str
    task: str
    """classify, lm or translate."""
    cell: str
    """Title of the cell."""
    tokens: tuple[TokenRead, ...] = ()
    layers: tuple[Layer, ...] = ()
    label: str | None = None
    """The label of interest; None for a language model."""
    probability: float | None = None
    """Probability of that label for the whole text."""
    probabilities: dict[str, float] | None = None
    why: Why | None = None
    unread: int = 0
    """Number of tokens in the middle of a long text that the model does not read; they are not in ``tokens``."""
    every: int = 1
    """The classifier's prediction was computed after every so many tokens."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The row of the input, only with ``keep_columns``."""
    part: str = ""
    """encoder or decoder of a translator, whose ``text`` is the translation; empty for other models."""
    attention: Alignment | None = None
    """Of the decoder: the tokens of the text that each token of the translation was made from."""

    def _rows(self) -> list[dict[str, Any]]:
        """A row for each token: where it stands, what the model makes of it, means of the gates, lengths of states."""
        series = {
            f"layer{layer.layer}.{layer.direction}.{name}": values
            for layer in self.layers
            for name, values in ({gate.name: gate.mean for gate in layer.gates} | layer.norms).items()
        }
        return [
            {
                "line": self.line,
                **({"part": self.part} if self.part else {}),
                "token": token.text,
                "start": token.start,
                "end": token.end,
                "unknown": token.unknown,
                **({} if token.surprisal is None else {"surprisal": token.surprisal, "entropy": token.entropy}),
                **({} if token.probabilities is None else token.probabilities),
                **{name: values[t] for name, values in series.items()},
            }
            for t, token in enumerate(self.tokens)
        ]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word near another one."""

    word: str
    """A token of the model's vocabulary."""
    similarity: float
    """Cosine of the angle between the vectors of both words, at most 1."""


@dataclass(frozen=True, slots=True)
class Neighbours(Result):
    """The nearest neighbours of a word."""

    word: str
    """The word that was asked for."""
    neighbours: tuple[Neighbour, ...]
    """The nearest first; empty for a word of stdin that is not a token of the vocabulary."""

    def _rows(self) -> list[dict[str, Any]]:
        return [{"word": self.word, "neighbour": each.word, "similarity": each.similarity} for each in self.neighbours]
