"""Results of a translator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Alignment:
    """Attention: which tokens of the text each token of the translation was made from."""

    source: tuple[str, ...]
    """Tokens of the text, `</s>` last."""
    target: tuple[str, ...]
    """Tokens of the translation, `</s>` last."""
    weights: tuple[tuple[float, ...], ...]
    """A row for each token of the translation, which sums to 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One translation of a text."""

    text: str
    log_p: float
    """Log-probability of its tokens and the end, in nats."""
    tokens: int
    """Number of tokens, the end among them."""
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A text and its translations."""

    text: str
    candidates: tuple[Candidate, ...]
    """The best first; none of an empty text."""
    truncated: bool = False
    """The text was too long, and its end was left out."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The input's row."""

    @property
    def translation(self) -> str:
        """The best translation; empty for an empty text."""
        return self.candidates[0].text if self.candidates else ""

    @property
    def log_p(self) -> float | None:
        """Log-probability of the best translation, in nats; None for an empty text."""
        return self.candidates[0].log_p if self.candidates else None


@dataclass(frozen=True, slots=True)
class TranslationReport:
    """How well a translator does on a split."""

    pairs: int
    tokens: int
    """Tokens of the targets, the end of each among them."""
    perplexity: float
    """Per token of the targets, given the sources."""
    bleu: float
    """Corpus BLEU, 0 to 100, of greedy translations."""
    chrf: float
    """Corpus chrF, 0 to 100, of the same."""
    signature: str = ""
    """Of the BLEU, as sacrebleu writes it."""
