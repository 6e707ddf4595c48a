"""What ``lstm inspect`` found in one text.

Series go over the tokens of ``Inspection.tokens``, one number each.  Layers and units are counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstmcli.results import Result

Numbers = tuple[float, ...]

SATURATED, DEAD = 0.9, 0.1
"""A gate of a unit is saturated where it is above the first at every token, and dead where it is below the second at
every token: then it lets everything or nothing through, and does not react to the text.  Of a candidate, which lies
between -1 and 1, the size counts.  The limits are those of Karpathy, Johnson & Li (2015, arXiv 1506.02078, section
4.2)."""
ENOUGH_TOKENS = 5
"""In a shorter text nothing is called saturated, dead or tied to the position: it would say little."""
MAX_VALUES = 0.9
"""The gate as a whole is called so if this share of its values, over all units and tokens, is beyond the limit."""


@dataclass(frozen=True, slots=True)
class TokenRead:
    """A token, and where the model stood once it had read it."""

    text: str
    """As it stands in the text; of a language model, its readable name."""
    start: int
    """The characters of the text that it stands for, from 0; both the same where it stands for none."""
    end: int
    unknown: bool = False
    segment: int = 0
    """Long texts are read in segments, each from a state of zeros."""
    probabilities: dict[str, float] | None = None
    """Classifier: what it would answer if the text ended here.  None where that was not computed."""
    surprisal: float | None = None
    """Language model: -log2 of its probability after all the text before it.  None for ``</s>`` before a text."""
    entropy: float | None = None
    """Bits, of the prediction of this token."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate, or the candidate, over the tokens: mean and standard deviation over the units."""

    name: str
    mean: Numbers
    spread: Numbers


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit over the tokens: its gates, cell and hidden state by name."""

    unit: int
    values: dict[str, Numbers]


@dataclass(frozen=True, slots=True)
class Tie:
    """A unit that goes with something."""

    unit: int
    to: str
    """label or position."""
    strength: float
    """label: what the unit adds to the network's score of the label, beyond what it adds to the mean of all labels
    (for multi-label models, to the score itself); these add up to the score but for the bias.  position: correlation
    of its cell (of its hidden state, where there is no cell) with the place of the token in its segment; not in texts
    of fewer than ``ENOUGH_TOKENS`` tokens, where chance correlates."""
    hidden: Numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """A gate that does not react."""

    gate: str
    state: str
    """saturated or dead; see ``SATURATED``."""
    units: tuple[int, ...]
    """Those in which it is so at every token."""
    share: float
    """Of all its values, over units and tokens, those beyond the limit."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer in one direction."""

    layer: int
    layers: int
    direction: str
    """forward or backward."""
    units: int
    gates: tuple[Gate, ...]
    """In the order of the cell's equations; none for a plain RNN."""
    norms: dict[str, Numbers]
    """Euclidean length of the cell, where there is one, and of the hidden state."""
    chosen: tuple[Unit, ...] = ()
    ties: tuple[Tie, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and what the answer is without it."""

    text: str
    start: int
    end: int
    probability: float
    """Of the label, in the text without the word."""
    difference: float
    """By how much the word raises the probability: that of the whole text less the one without it."""
    log_odds: float
    """By how much it raises the log-odds, ln p / (1 - p)."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a classifier's answer owes to each word."""

    label: str
    probability: float
    log_odds: float
    words: tuple[Word, ...]
    """In the order of the text."""
    empty_probability: float
    """Of the label, with all words left out."""
    empty_log_odds: float

    @property
    def total(self) -> float:
        """What all words do together: the differences of the words add up to this, if each works by itself."""
        return self.probability - self.empty_probability

    @property
    def total_log_odds(self) -> float:
        return self.log_odds - self.empty_log_odds

    @property
    def sum(self) -> float:
        """The differences of all words, one by one."""
        return sum(word.difference for word in self.words)

    @property
    def sum_log_odds(self) -> float:
        return sum(word.log_odds for word in self.words)


@dataclass(frozen=True, slots=True)
class Inspection(Result):
    """One text, or one line of it, as a model read it."""

    text: str
    line: int
    """Of the file, from 1; 0 for a text without one."""
    path: str
    task: str
    """classify or lm."""
    cell: str
    """What cell the model is made of, in words."""
    tokens: tuple[TokenRead, ...] = ()
    layers: tuple[Layer, ...] = ()
    label: str | None = None
    """The label that is followed; None: a language model, which has none."""
    probability: float | None = None
    """Of that label, after the whole text."""
    probabilities: dict[str, float] | None = None
    why: Why | None = None
    unread: int = 0
    """Tokens in the middle of a long text that the model does not read, and ``tokens`` lacks."""
    every: int = 1
    """The classifier's answer was computed after every so many tokens, to bound the work."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The whole row of the input, only when ``keep_columns`` was asked for."""

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
