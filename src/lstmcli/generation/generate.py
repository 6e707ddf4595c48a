"""Generate text with a language model: read prompts, then continue all of them in one batch.

With beam search prompts are processed one after the other; the beams of one prompt are a batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lstmcli.data.windows import windows
from lstmcli.generation.beam_search import beam_search
from lstmcli.generation.config import GenerateConfig
from lstmcli.generation.results import Continuation
from lstmcli.generation.sampler import sample
from lstmcli.generation.session import Generator, Output, PromptState, read_prompts, rows_of
from lstmcli.plural import are
from lstmcli.tokenization.encoder import Encoder
from lstmcli.training.events import Warned

if TYPE_CHECKING:
    from lstmcli.data.records import Record

TEXTS, CHARACTERS = 64, 1_000_000
"""Texts generated at once, and maximum characters of prompts read ahead."""


def generate(generator: Generator, prompt: str, config: GenerateConfig, *, number: int = 0) -> Iterator[Output]:
    """Continue ``prompt``: yields pieces of text as they become certain, and each text when it is complete.

    Args:
        prompt: text to be continued; a final line end is part of it.
        number: index of the prompt among several; with the same seed each gets different texts.
    """
    (events,) = _generate_batch(generator, [prompt], config, [(new_seed(config), number)])
    yield from events


def generate_each(
    generator: Generator, prompts: Iterable[Record], config: GenerateConfig, *, ready: Callable[[], bool] | None = None
) -> Iterator[tuple[Record, Iterator[Output]]]:
    """Each prompt in order, with its events; prompts that are available are continued in one batch.

    Args:
        ready: for prompts that arrive over time: whether the next one is available without waiting.

    Raises:
        LstmError: any error of ``prompts``, after earlier prompts are answered.
    """
    seed, number = new_seed(config), 0
    for window in windows(prompts, ready or (lambda: True), max(1, TEXTS // config.samples), CHARACTERS):
        seeds = [(seed, number + place) for place in range(len(window))]
        batch = _generate_batch(generator, [record.text for record in window], config, seeds)
        yield from zip(window, batch, strict=True)
        number += len(window)


def generate_together(
    generator: Generator, prompts: Sequence[str], config: GenerateConfig, seeds: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Output]]:
    """The events of all prompts as they occur, each with the index of its prompt.

    Args:
        seeds: as for ``sample``: a text is the one that ``generate`` gives for its seed and number.
    """
    starts, state = read_prompts(generator, prompts)
    for place, start in enumerate(starts):
        if start.unknown:
            yield place, Warned(_unknown(generator.encoder, start))
    if config.beam is None:
        yield from sample(generator, starts, state, config, seeds)
        return
    for place, start in enumerate(starts):
        for event in beam_search(generator, start, rows_of(state, [place]), config):
            yield place, event


def new_seed(config: GenerateConfig) -> int:
    """The seed of the config, or one that is drawn."""
    return config.seed if config.seed is not None else int(np.random.SeedSequence().generate_state(1)[0])


def _generate_batch(
    generator: Generator, prompts: Sequence[str], config: GenerateConfig, seeds: Sequence[tuple[int, int]]
) -> list[Iterator[Output]]:
    """The events of each prompt, to be consumed in order."""
    starts, state = read_prompts(generator, prompts)
    if config.beam is not None:
        found = [beam_search(generator, start, rows_of(state, [n]), config) for n, start in enumerate(starts)]
    else:
        events = sample(generator, starts, state, config, seeds)
        found = _split_by_prompt(events, len(prompts), config.samples)
    return [_with_warning(generator.encoder, start, own) for start, own in zip(starts, found, strict=True)]


def _with_warning(encoder: Encoder, start: PromptState, events: Iterator[Output]) -> Iterator[Output]:
    if start.unknown:
        yield Warned(_unknown(encoder, start))
    yield from events


def _unknown(encoder: Encoder, start: PromptState) -> str:
    """The warning about unknown tokens of a prompt, with the prompt in the style of the corpus."""
    tokens = len(start.ids) - 1
    if start.unknown == tokens:
        what = "its only symbol is" if tokens == 1 else f"all its {tokens:,} tokens are"
        result = f"the model knows nothing of the prompt: {what} unknown to it"
    else:
        result = (
            f"{start.unknown:,} of the prompt's {tokens:,} tokens {are(start.unknown)} unknown to the model, "
            "and read as <unk>"
        )
    corpus_style = encoder.corpus_style
    line = start.prompt.split("\n")[-1]
    restyled = corpus_style.restyle(line) if corpus_style is not None else line
    before, after = (int(encoder.unknown(encoder.prompt(text)).sum()) for text in (line, restyled))
    return result + (f"; as the model's corpus is written: {restyled!r}" if after < before else "")


def _split_by_prompt(events: Iterator[tuple[int, Output]], prompts: int, texts: int) -> list[Iterator[Output]]:
    """Split the events by prompt; events of later prompts are buffered until they are consumed."""
    waiting: list[deque[Output]] = [deque() for _ in range(prompts)]

    def of(prompt: int) -> Iterator[Output]:
        left = texts
        while left:
            while not waiting[prompt]:
                owner, event = next(events)
                waiting[owner].append(event)
            event = waiting[prompt].popleft()
            left -= isinstance(event, Continuation)
            yield event

    return [of(prompt) for prompt in range(prompts)]
