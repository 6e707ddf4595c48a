"""What a training run says, as it happens.

The training loop is a generator of these; the live panel, the plain log, ``log.jsonl`` and TensorBoard
are its listeners.  Losses are in nats, rates in texts per second, times in seconds.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeAlias

from lstmcli.classification.results import ClassReport, DataCheck, Estimate
from lstmcli.language_modeling.results import CorpusCheck, LmReport


@dataclass(frozen=True, slots=True)
class DataRead:
    """The corpus has been read, split and checked."""

    check: DataCheck
    notes: tuple[str, ...]
    """What was detected, in words: format, encoding, columns, splits."""


@dataclass(frozen=True, slots=True)
class TokenizerReady:
    kind: str
    vocab_size: int
    unknown_rate: float
    """Share of the validation split's tokens that are unknown."""
    mean_length: float
    """Tokens per training text."""
    longest: int


@dataclass(frozen=True, slots=True)
class CorpusRead:
    """The text of a language model has been read, split and tokenized."""

    splits: tuple[CorpusCheck, ...]
    notes: tuple[str, ...]
    tokenizer: str
    mode: str
    """lines or document."""
    vocab_size: int


@dataclass(frozen=True, slots=True)
class RunPlanned:
    """Everything is decided; the first step comes next."""

    command: str
    model: str
    """The architecture in one line."""
    parameters: int
    epochs: int
    steps: int
    device: str
    threads: int
    precision: str
    seed: int
    estimate: Estimate
    by_clock: bool = False
    """The time limit decides when training ends; epochs and steps are more than fit into it."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on from a checkpoint."""

    step: int
    seconds: float
    """That it had trained by then."""


@dataclass(frozen=True, slots=True)
class NgramsFitted:
    """The linear n-gram model beside the network."""

    order: int
    features: int
    weight: float
    """How many times its logits count beside those of the network."""
    seconds: float
    valid_accuracy: float | None
    """None where it was fitted once more, with the held-out rows too."""


@dataclass(frozen=True, slots=True)
class Step:
    step: int
    steps: int
    epoch: float
    epochs: int
    loss: float
    learning_rate: float
    gradient_norm: float
    rate: float
    """Training texts, or a language model's tokens, per second."""
    seconds: float
    seconds_left: float
    unit: str = "texts"
    """What ``rate`` counts."""


@dataclass(frozen=True, slots=True)
class Validated:
    epoch: int
    step: int
    loss: float
    metric: str
    value: float
    best: float
    improved: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """Training ended; ``reason`` is finished, early, time or interrupted."""

    reason: str
    epoch: float
    best_epoch: int
    """Whose weights are kept."""
    seconds: float
    why: str = ""
    """Why these are kept, where another epoch had the highest score."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One inverse temperature for the sum of both models' logits; expected calibration errors on validation."""

    scale: float
    ece_before: float
    ece_after: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A report on the validation or test split, by the model that is saved."""

    split: str
    report: ClassReport


@dataclass(frozen=True, slots=True)
class LmEvaluated:
    """A language model's figures on the validation or test split."""

    split: str
    report: LmReport


@dataclass(frozen=True, slots=True)
class Quantised:
    """What multiplying in eight bits costs a language model: nats a token on validation text, without and with."""

    exact: float
    int8: float
    kept: bool
    """Whether generation will use it."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Text that the model makes up as it stands."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class Saved:
    path: str
    bytes: int
    seconds: float
    """The whole run, reading included."""


@dataclass(frozen=True, slots=True)
class Warned:
    message: str


Event: TypeAlias = (
    DataRead
    | TokenizerReady
    | RunPlanned
    | Resumed
    | NgramsFitted
    | Step
    | Validated
    | Stopped
    | Calibrated
    | Evaluated
    | CorpusRead
    | LmEvaluated
    | Quantised
    | Sampled
    | Saved
    | Warned
)


def to_json(event: Event) -> dict[str, Any]:
    """An event as a line of ``log.jsonl``: its kind under ``event``, then its fields."""
    name = type(event).__name__
    kind = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return {"event": kind, **dataclasses.asdict(event)}
