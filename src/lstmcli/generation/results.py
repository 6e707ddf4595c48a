"""Generated text."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class TokenStep:
    """One generated token and its alternatives."""

    token: str
    """A readable name: its text, or ``</s>``."""
    probability: float
    """The model's probability, before temperature and filters."""
    alternatives: tuple[tuple[str, float], ...]
    """The most probable tokens at this position, best first."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text that cannot change any more: whole characters, and no part of a stop string."""

    sample: int
    text: str
    step: TokenStep | None = None
    """Set with alternatives only; then there is a piece per token, and its text may be empty."""


@dataclass(frozen=True, slots=True)
class Continuation(Result):
    """One complete generated text."""

    prompt: str
    text: str
    """The text after the prompt, without a stop string."""
    logprob: float
    """The model's log-probability of the tokens in nats, before temperature and filters."""
    tokens: int
    """Number of generated tokens, including the one that ended the text."""
    finish: str
    """end: the model ended the text; stop: at a stop string; length: the maximum number of tokens."""
    sample: int = 0
    """Index of the text among those for one prompt, from 0; of n-best texts the best is 0."""
    seed: int | None = None
    """The seed that reproduces the text; None if nothing was sampled."""
    score: float | None = None
    """Beam search only: ``logprob`` with the length penalty; texts are ordered by it."""
    steps: tuple[TokenStep, ...] = ()
    """Set with alternatives only."""

    def __str__(self) -> str:
        """The prompt and what goes on from it."""
        return self.prompt + self.text
