"""Generated text."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class Step:
    """One token that was generated, and what else could have come."""

    token: str
    """Readable: its text, or ``</s>``."""
    probability: float
    """The model's own, before temperature and filters."""
    alternatives: tuple[tuple[str, float], ...]
    """The most probable tokens at this place, the best first."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text that is certain now: whole characters, and no part of a stop string."""

    sample: int
    text: str
    step: Step | None = None
    """With alternatives only; then there is a piece for every token, and its text may be empty."""


@dataclass(frozen=True, slots=True)
class Continuation(Result):
    """One text that was generated, whole."""

    prompt: str
    text: str
    """What comes after the prompt; a stop string and what follows it are not part of it."""
    logprob: float
    """Natural logarithm of the model's probability of the tokens, before temperature and filters."""
    tokens: int
    """How many were generated; the one that ended the text counts."""
    finish: str
    """end: the model ended the text; stop: a stop string; length: no more tokens were asked for."""
    sample: int = 0
    """Number of the text among those for one prompt, from 0; of n-best texts the best is 0."""
    seed: int | None = None
    """What makes the same text again; None where nothing was drawn."""
    score: float | None = None
    """Beam search only: ``logprob`` over the length as asked; what texts are ordered by."""
    steps: tuple[Step, ...] = ()
    """With alternatives only."""

    def __str__(self) -> str:
        """The prompt and what goes on from it."""
        return self.prompt + self.text
