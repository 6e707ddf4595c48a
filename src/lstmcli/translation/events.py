"""Training events of a translator."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.training.events import Event, Measured
from lstmcli.translation.results import TranslationReport


@dataclass(frozen=True, slots=True)
class PairsCheck:
    """One split."""

    split: str
    pairs: int
    source_tokens: float
    """Mean tokens of a source."""
    target_tokens: float
    """Mean tokens of a target."""
    longest: int
    """Most tokens of a side."""


@dataclass(frozen=True, slots=True)
class PairsRead(Event):
    """The pairs were read, split and tokenized."""

    splits: tuple[PairsCheck, ...]
    notes: tuple[str, ...]
    tokenizer: str
    """Of the targets, or of both sides."""
    vocab_size: int
    source_tokenizer: str | None = None
    """Of the sources, if they have their own."""
    source_vocab_size: int | None = None

    def outcome(self) -> dict[str, Any]:
        return {"tokenizer": self.tokenizer, "vocab_size": self.vocab_size, "data": asdict(self)}

    def line(self) -> str:
        sizes = "; ".join(f"{each.split} {each.pairs:,} pairs" for each in self.splits)
        train = self.splits[0]
        return (
            f"{'; '.join(self.notes)}\n{sizes}\n"
            f"{self._tokenizers()}; a source has "
            f"{train.source_tokens:,.0f} on average, a target {train.target_tokens:,.0f}, the longest {train.longest:,}"
        )

    def _tokenizers(self) -> str:
        if self.source_tokenizer is None:
            return f"{self.tokenizer} tokenizer for both sides: {self.vocab_size:,} tokens"
        return (
            f"{self.source_tokenizer} tokenizer of the sources: {self.source_vocab_size:,} tokens; "
            f"{self.tokenizer} tokenizer of the targets: {self.vocab_size:,}"
        )


@dataclass(frozen=True, slots=True)
class Translated(Event):
    """A validation text, its translation by the current model, and the one in the data."""

    epoch: int
    source: str
    translation: str
    target: str

    def line(self) -> str:
        return f"  {self.source}\n  -> {self.translation}"


@dataclass(frozen=True, slots=True)
class TranslatorEvaluated(Measured):
    """A translator's figures on the validation or test split."""

    report: TranslationReport

    def line(self) -> str:
        r = self.report
        return (
            f"{self.split}: BLEU {r.bleu:.2f}, chrF {r.chrf:.2f}, perplexity {r.perplexity:,.2f} "
            f"({r.pairs:,} pairs, greedy; {r.signature})"
        )
