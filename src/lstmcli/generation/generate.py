"""Text from a language model: prompts are read, then texts go on from them side by side.

Beams of several prompts are searched one prompt after the other: those of one are many texts already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lstmcli.data.windows import windows
from lstmcli.generation.beam_search import beam_search
from lstmcli.generation.config import GenerateConfig
from lstmcli.generation.results import Continuation
from lstmcli.generation.sampler import sample
from lstmcli.generation.session import Event, Generator, PromptState, read_prompts, rows_of
from lstmcli.tokenization.encoder import Encoder
from lstmcli.training.events import Warned

if TYPE_CHECKING:
    from lstmcli.data.records import Record

TEXTS, CHARACTERS = 64, 1_000_000
"""Texts that are made at once, and characters of prompts that are read ahead for them."""


def generate(generator: Generator, prompt: str, config: GenerateConfig, *, number: int = 0) -> Iterator[Event]:
    """Texts that go on from ``prompt``: pieces as they are certain, and each text whole when it has ended.

    Args:
        prompt: read as text that goes on; a line end at its end is part of it.
        number: of the prompt among several; the same seed gives each texts of its own.
    """
    (events,) = _generate_batch(generator, [prompt], config, number)
    yield from events


def generate_each(
    generator: Generator, prompts: Iterable[Record], config: GenerateConfig, *, ready: Callable[[], bool] | None = None
) -> Iterator[tuple[str, Iterator[Event]]]:
    """Each prompt in order, with its events; prompts that are there already are continued together.

    Args:
        ready: where prompts arrive over time: whether the next one is there already.

    Raises:
        LstmError: whatever ``prompts`` raises, once the prompts before are answered.
    """
    config, number = replace(config, seed=_seed(config)), 0
    for window in windows(prompts, ready or (lambda: True), max(1, TEXTS // config.samples), CHARACTERS):
        texts = [record.text for record in window]
        yield from zip(texts, _generate_batch(generator, texts, config, number), strict=True)
        number += len(texts)


def _seed(config: GenerateConfig) -> int:
    return config.seed if config.seed is not None else int(np.random.SeedSequence().generate_state(1)[0])


def _generate_batch(
    generator: Generator, prompts: Sequence[str], config: GenerateConfig, first: int
) -> list[Iterator[Event]]:
    """The events of each prompt, to be taken in order; ``first``: number of the first prompt."""
    starts, state = read_prompts(generator, prompts)
    if config.beam is not None:
        found = [beam_search(generator, start, rows_of(state, [n]), config) for n, start in enumerate(starts)]
    else:
        events = sample(generator, starts, state, config, seed=_seed(config), first=first)
        found = _split_by_prompt(events, len(prompts), config.samples)
    return [_with_warning(generator.encoder, start, own) for start, own in zip(starts, found, strict=True)]


def _with_warning(encoder: Encoder, start: PromptState, events: Iterator[Event]) -> Iterator[Event]:
    if start.unknown:
        yield Warned(_unknown(encoder, start))
    yield from events


def _unknown(encoder: Encoder, start: PromptState) -> str:
    """What the model does not know of a prompt, and the prompt as its corpus would have it."""
    tokens = len(start.ids) - 1
    if start.unknown == tokens:
        what = "its only symbol is" if tokens == 1 else f"all its {tokens:,} tokens are"
        found = f"the model knows nothing of the prompt: {what} unknown to it"
    else:
        found = f"{start.unknown:,} of the prompt's {tokens:,} tokens {'is' if start.unknown == 1 else 'are'} unknown"
        found += " to the model, and read as <unk>"
    corpus_style = encoder.corpus_style
    line = start.prompt.split("\n")[-1]
    restyle = corpus_style.restyle(line) if corpus_style is not None else line
    before, after = (int(encoder.unknown(encoder.prompt(text)).sum()) for text in (line, restyle))
    return found + (f"; as the model's corpus is written: {restyle!r}" if after < before else "")


def _split_by_prompt(events: Iterator[tuple[int, Event]], prompts: int, texts: int) -> list[Iterator[Event]]:
    """The events of each prompt by themselves; those of later prompts wait until they are asked for."""
    waiting: list[deque[Event]] = [deque() for _ in range(prompts)]

    def of(prompt: int) -> Iterator[Event]:
        left = texts
        while left:
            while not waiting[prompt]:
                owner, event = next(events)
                waiting[owner].append(event)
            event = waiting[prompt].popleft()
            left -= isinstance(event, Continuation)
            yield event

    return [of(prompt) for prompt in range(prompts)]
