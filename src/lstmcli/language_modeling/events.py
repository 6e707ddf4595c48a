"""Training events of a language model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.language_modeling.results import CorpusCheck
from lstmcli.scoring.results import LmReport
from lstmcli.training.events import Event, Measured


@dataclass(frozen=True, slots=True)
class CorpusRead(Event):
    """The text was read, split and tokenized."""

    splits: tuple[CorpusCheck, ...]
    notes: tuple[str, ...]
    tokenizer: str
    mode: str
    """lines or document."""
    vocab_size: int

    def outcome(self) -> dict[str, Any]:
        return {"tokenizer": self.tokenizer, "vocab_size": self.vocab_size, "data": asdict(self)}


@dataclass(frozen=True, slots=True)
class LmEvaluated(Measured):
    """A language model's figures on the validation or test split."""

    report: LmReport


@dataclass(frozen=True, slots=True)
class Quantised(Event):
    """The loss of the fp32 and the int8 graph on validation text, in nats per token."""

    exact: float
    int8: float
    kept: bool
    """Whether generation uses int8 by default."""


@dataclass(frozen=True, slots=True)
class Sampled(Event):
    """A text sampled from the current model."""

    epoch: int
    text: str
