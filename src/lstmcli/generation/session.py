"""A language model ready to generate, and the state after reading prompts.

Shapes: T tokens, B texts, V words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import Session, State
from lstmcli.generation.results import Continuation, TextPiece
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.encoder import Encoder, TextStreamer
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID, Ids
from lstmcli.training.events import Warned

TOKENS_AT_ONCE = 1024
"""Maximum tokens of a prompt that are read in one call."""
SPACE_FIRST = ("word", "bpe", "unigram")
"""Tokenizers whose tokens include the space before a word."""

Output = Warned | TextPiece | Continuation


@dataclass(frozen=True)
class Generator:
    """A tokenizer and a session, for generation."""

    encoder: Encoder
    session: Session
    model: ModelDir | None = None
    """The model directory."""

    @cached_property
    def starts_with_space_V(self) -> NDArray[np.bool_]:
        """Mask [V] of tokens whose text within a line starts with a space, and of the end of the text."""
        first = [self.encoder.streamer(UNKNOWN_ID).push(id)[:1] for id in range(self.encoder.vocab_size)]
        return np.array([id == END_ID or text == " " for id, text in enumerate(first)])

    @property
    def multiline(self) -> bool:
        """Whether a text may have several lines: the model was trained in mode document."""
        return self.model is not None and self.model.settings.tokenizer.mode == "document"


@dataclass(frozen=True)
class PromptState:
    """A prompt as ids, ready to be continued."""

    prompt: str
    ids: Ids
    """The token that starts a text, then the prompt."""
    unknown: int = 0
    """Number of unknown tokens in the prompt."""
    first_V: NDArray[np.bool_] | None = None
    """Mask of allowed first tokens: if the prompt ends with a space, those that start with it; None allows all."""

    def streamer(self, encoder: Encoder) -> TextStreamer:
        """Turns what comes after the prompt into text."""
        streamer = encoder.streamer(int(self.ids[-1]))
        return streamer if self.first_V is None else _WithoutSpace(streamer)


class _WithoutSpace:
    """Drops the leading space, which is already in the prompt."""

    def __init__(self, streamer: TextStreamer) -> None:
        self._streamer, self._begun = streamer, False

    def push(self, id: int) -> str:
        text = self._streamer.push(id)
        if not self._begun and text:
            self._begun, text = True, text.removeprefix(" ")
        return text

    def end(self) -> str:
        return self._streamer.end()


def read_prompts(generator: Generator, prompts: Sequence[str]) -> tuple[list[PromptState], State]:
    """Read prompts in one batch; returns them as ids, and the state of the batch before the last id of each."""
    starts = [_start(generator, prompt) for prompt in prompts]
    state = generator.session.zero_state(len(starts))
    lengths = [len(start.ids) - 1 for start in starts]
    at = 0
    # In each round the remaining prompts are read up to the end of the shortest, so nothing is padded.
    for end in sorted(set(lengths)):
        rows = [row for row, length in enumerate(lengths) if length >= end]
        own = rows_of(state, rows)
        for first in range(at, end, TOKENS_AT_ONCE):
            part = slice(first, min(first + TOKENS_AT_ONCE, end))
            own = generator.session.read(np.stack([starts[row].ids[part] for row in rows], axis=1), own)
        for whole, after in zip(state, own, strict=True):
            whole[:, rows] = after
        at = end
    return starts, state


def _start(generator: Generator, prompt: str) -> PromptState:
    encoder = generator.encoder
    # Token healing: with tokens that include the space before a word, a final space would be a token that words rarely
    # follow, so it is removed and required of the first token.
    healed = encoder.config.kind in SPACE_FIRST and prompt[-1:] == " " and bool(prompt[-2:-1].strip())
    own = encoder.prompt(prompt[:-1] if healed else prompt)
    ids = np.concatenate([np.array([END_ID], np.int32), own])
    return PromptState(prompt, ids, int(encoder.unknown(own).sum()), generator.starts_with_space_V if healed else None)


def rows_of(state: State, rows: Sequence[int]) -> State:
    """The state of the given rows, in this order; rows may be repeated."""
    return tuple(part[:, rows] for part in state)
