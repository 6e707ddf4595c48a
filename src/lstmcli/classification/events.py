"""Training events of a classifier."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lstmcli.classification.results import ClassReport, DataCheck
from lstmcli.training.events import Event, Measured


@dataclass(frozen=True, slots=True)
class DataRead(Event):
    """The corpus has been read, split and checked."""

    check: DataCheck
    notes: tuple[str, ...]
    """What was detected, in words: format, encoding, columns, splits."""

    def outcome(self) -> dict[str, Any]:
        check = self.check
        return {"labels": list(check.labels), "multilabel": check.multilabel, "data": asdict(check)}


@dataclass(frozen=True, slots=True)
class TokenizerReady(Event):
    kind: str
    vocab_size: int
    unknown_rate: float
    """Share of the validation split's tokens that are unknown."""
    mean_length: float
    """Tokens per training text."""
    longest: int


@dataclass(frozen=True, slots=True)
class NgramsFitted(Event):
    """The linear n-gram model beside the network."""

    order: int
    features: int
    weight: float
    """How many times its logits count beside those of the network."""
    seconds: float
    valid_accuracy: float | None
    """None where it was fitted once more, with the held-out rows too."""


@dataclass(frozen=True, slots=True)
class Calibrated(Event):
    """One inverse temperature for the sum of both models' logits; expected calibration errors on validation."""

    scale: float
    ece_before: float
    ece_after: float


@dataclass(frozen=True, slots=True)
class Evaluated(Measured):
    """A report on the validation or test split, by the model that is saved."""

    report: ClassReport
