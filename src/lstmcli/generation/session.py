"""A language model that is ready to generate: opened from its directory, and prompts read by it.

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
"""Of a prompt."""
SPACE_FIRST = ("word", "bpe", "unigram")
"""Tokenizers that put the space before a word into its token."""

Event = Warned | TextPiece | Continuation


@dataclass(frozen=True)
class Generator:
    """What generates: a tokenizer and a model that is ready to read."""

    encoder: Encoder
    session: Session
    model: ModelDir | None = None
    """Where it came from."""

    @cached_property
    def starts_with_space_V(self) -> NDArray[np.bool_]:
        """[V] tokens whose text within a line begins with a space; the end of the text too."""
        first = [self.encoder.streamer(UNKNOWN_ID).push(id)[:1] for id in range(self.encoder.vocab_size)]
        return np.array([id == END_ID or text == " " for id, text in enumerate(first)])

    @property
    def multiline(self) -> bool:
        """Whether a text may have several lines: the model was trained on a document."""
        return self.model is not None and self.model.settings.tokenizer.mode == "document"


@dataclass(frozen=True)
class PromptState:
    """Where texts begin."""

    prompt: str
    ids: Ids
    """The prompt's, behind the token that starts a text."""
    unknown: int = 0
    """How many of the prompt's are unknown."""
    first_V: NDArray[np.bool_] | None = None
    """What may come first: a token that brings the space that the prompt ends with; None: anything."""

    def streamer(self, encoder: Encoder) -> TextStreamer:
        """Turns what comes after the prompt into text."""
        streamer = encoder.streamer(int(self.ids[-1]))
        return streamer if self.first_V is None else _WithoutSpace(streamer)


class _WithoutSpace:
    """Leaves out the space that the prompt has already."""

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
    """The place after each prompt, and the state of all of them side by side, before the last id of each."""
    starts = [_start(generator, prompt) for prompt in prompts]
    state = generator.session.zero_state(len(starts))
    lengths = [len(start.ids) - 1 for start in starts]
    at = 0
    # All that go on are read up to the end of the next one that ends, so nothing is padded.
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
    # Where a token begins with the space before it, one more space would be a token that seldom stands before words.
    healed = encoder.config.kind in SPACE_FIRST and prompt[-1:] == " " and bool(prompt[-2:-1].strip())
    own = encoder.prompt(prompt[:-1] if healed else prompt)
    ids = np.concatenate([np.array([END_ID], np.int32), own])
    return PromptState(prompt, ids, int(encoder.unknown(own).sum()), generator.starts_with_space_V if healed else None)


def rows_of(state: State, rows: Sequence[int]) -> State:
    """The state of some of the texts, in this order; one may be there several times."""
    return tuple(part[:, rows] for part in state)
