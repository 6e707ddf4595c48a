"""Training events of a classifier."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.classification.results import ClassReport, DataCheck
from lstmcli.training.events import Event, Measured, Step, Validated


@dataclass(frozen=True, slots=True)
class DataRead(Event):
    """The data was read, split and checked."""

    check: DataCheck
    notes: tuple[str, ...]
    """Descriptions of what was detected: format, encoding, columns, splits."""

    def outcome(self) -> dict[str, Any]:
        check = self.check
        return {"labels": list(check.labels), "multilabel": check.multilabel, "data": asdict(check)}


@dataclass(frozen=True, slots=True)
class TokenizerReady(Event):
    kind: str
    vocab_size: int
    unknown_rate: float
    """Share of unknown tokens in the validation split."""
    mean_length: float
    """Mean number of tokens per training text."""
    longest: int


@dataclass(frozen=True, slots=True)
class Pretraining(Event):
    """A step or a validation of the language-model pretraining."""

    progress: Step | Validated


@dataclass(frozen=True, slots=True)
class Pretrained(Event):
    """The embedding and the recurrent layers were pretrained as language models."""

    texts: int
    tokens: int
    best_epoch: int
    """The epoch whose weights are kept."""
    perplexity: float
    """On texts that were held out, of the tokens that are frequent enough to be predicted."""
    seconds: float

    def line(self) -> str:
        what = f"{self.texts:,} texts, {self.tokens:,} tokens"
        return f"pretrained as a language model ({what}): perplexity {self.perplexity:,.1f} on texts held out"


@dataclass(frozen=True, slots=True)
class NgramsFitted(Event):
    """The n-gram model was fitted."""

    order: int
    features: int
    weight: float
    """Weight of its logits relative to those of the network."""
    seconds: float
    valid_accuracy: float | None
    """None if it was fitted again, with the held-out rows too."""


@dataclass(frozen=True, slots=True)
class CharactersFitted(Event):
    """The character model was fitted."""

    order: int
    features: int
    seconds: float
    valid_accuracy: float | None
    """None if it was fitted again, with the held-out rows too."""


@dataclass(frozen=True, slots=True)
class Calibrated(Event):
    """The probabilities were calibrated: inverse temperature, and expected calibration errors on the validation
    split."""

    scale: float
    ece_before: float
    ece_after: float
    ngrams: float = 1.0
    """What the logits of the n-gram model count, as a multiple of what they counted before."""
    characters: float = 1.0
    """What the logits of the character model count beside those of the network."""


@dataclass(frozen=True, slots=True)
class MadeSmaller(Event):
    """The model was made as small as was asked."""

    bytes_before: int
    bytes: int
    """Bytes of the weights and the linear models."""
    ngrams_before: int
    ngrams: int
    """N-grams of words and characters."""
    accuracy_before: float
    accuracy: float
    """On validation, before the linear models are fitted again with the validation rows."""

    def line(self) -> str:
        sizes = f"{self.bytes_before / 1e6:,.2f} to {self.bytes / 1e6:,.2f} MB"
        kept = f", {self.ngrams:,} of {self.ngrams_before:,} n-grams kept" if self.ngrams_before else ""
        before, after = f"{100 * self.accuracy_before:.2f} %", f"{100 * self.accuracy:.2f} %"
        return f"made smaller: {sizes}{kept}; validation accuracy {before} before, {after} after"


@dataclass(frozen=True, slots=True)
class Evaluated(Measured):
    """A report on the validation or test split, by the model that is saved."""

    report: ClassReport
