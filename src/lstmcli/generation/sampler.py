"""Sample a batch of texts token by token.

Every text has its own random generator, seeded by the seed, the index of the prompt and the index of the text.  With
an exact engine a text does not depend on the rest of the batch.

Shapes: B texts, V words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import Logits, State
from lstmcli.generation.config import GenerateConfig, SamplingConfig
from lstmcli.generation.filters import (
    MINUS_INFINITY,
    NgramMemory,
    ban,
    draw,
    filters,
    keep_only,
    repetition_penalty,
)
from lstmcli.generation.results import Continuation, TextPiece, TokenStep
from lstmcli.generation.session import Generator, Output, PromptState, rows_of
from lstmcli.generation.stop_strings import StopFilter
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID


def sample(
    generator: Generator,
    starts: Sequence[PromptState],
    state: State,
    config: GenerateConfig,
    seeds: Sequence[tuple[int, int]],
) -> Iterator[tuple[int, Output]]:
    """The events of all texts as they occur, each with the index of its prompt in ``starts``.

    Args:
        state: of the batch of prompts, before the last id of each.
        seeds: of each prompt the seed, and its index among the prompts that were given with this seed.
    """
    texts = [
        text
        for place, (start, (seed, number)) in enumerate(zip(starts, seeds, strict=True))
        for text in _texts(generator, start, config, place=place, seed=seed, number=number)
    ]
    state = rows_of(state, [text.place for text in texts])
    last = np.array([starts[text.place].ids[-1] for text in texts], np.int32)
    choose = TokenChooser(config.sampling, _first_token_masks([starts[text.place] for text in texts]))
    for _ in range(config.max_tokens):
        logits_TBV, state = generator.session.logits(last[None], state)
        chosen, norm_B = choose(logits_TBV[0], texts)
        for text, id, logits_V, norm in zip(texts, chosen, logits_TBV[0], norm_B, strict=True):
            for event in text.push(id, logits_V, norm):
                yield text.place, event
        rows = [row for row, text in enumerate(texts) if not text.finish]
        if not rows:
            return
        if len(rows) < len(texts):
            texts, state = [texts[row] for row in rows], rows_of(state, rows)
        last = np.array([chosen[row] for row in rows], np.int32)
    for text in texts:
        for event in text.close("length"):
            yield text.place, event


def _texts(
    generator: Generator, start: PromptState, config: GenerateConfig, *, place: int, seed: int, number: int
) -> Iterator[_Text]:
    """The texts of one prompt, still empty."""
    n = config.sampling.no_repeat_ngram
    memory = NgramMemory(n, start.ids[1:].tolist()) if n else None
    for own in range(config.samples):
        text = _Text(generator, start, config, place, own, None if config.sampling.temperature == 0 else seed)
        text.random = np.random.default_rng([seed, number, own])
        text.memory = memory.fork() if memory else None
        yield text


def _first_token_masks(starts: Sequence[PromptState]) -> NDArray[np.bool_] | None:
    """Mask of allowed first tokens, [B, V]; None if all are allowed."""
    masks = [start.first_V for start in starts]
    given = next((first_V for first_V in masks if first_V is not None), None)
    if given is None:
        return None
    return np.stack([np.ones_like(given) if first_V is None else first_V for first_V in masks])


class TokenChooser:
    """Chooses the next token of each text."""

    def __init__(self, config: SamplingConfig, first_BV: NDArray[np.bool_] | None = None) -> None:
        """``first_BV``: mask of allowed first tokens; None allows all."""
        self._config, self._filters, self._first_BV = config, filters(config), first_BV

    def __call__(self, logits_BV: Logits, texts: Sequence[_Text]) -> tuple[list[int], NDArray[np.float32]]:
        """The tokens, and the log of the softmax normaliser of each text, [B]."""
        # With many texts each pass over [B, V] is expensive, so arrays are reused.
        peak_B1 = logits_BV.max(axis=-1, keepdims=True)
        logits_BV = logits_BV - peak_B1
        weights_BV = np.exp(logits_BV)
        norm_B = peak_B1[:, 0] + np.log(weights_BV.sum(axis=-1))
        if not self._config.allow_unknown:
            logits_BV[:, UNKNOWN_ID] = MINUS_INFINITY
        if self._first_BV is not None:
            logits_BV, self._first_BV = keep_only(logits_BV, self._first_BV), None
        logits_BV = self._unrepeated(logits_BV, texts)
        if self._config.temperature == 0:
            return logits_BV.argmax(axis=-1).tolist(), norm_B
        logits_BV *= np.float32(1 / self._config.temperature)
        for filter in self._filters:
            logits_BV = filter(logits_BV)
        logits_BV -= logits_BV.max(axis=-1, keepdims=True)
        np.exp(logits_BV, out=weights_BV)
        chosen = draw(weights_BV, np.array([text.random.random() for text in texts]))
        return chosen.tolist(), norm_B

    def _unrepeated(self, logits_BV: Logits, texts: Sequence[_Text]) -> Logits:
        """Apply the repetition penalty and rule out repeated n-grams."""
        if self._config.repetition_penalty != 1:
            seen_BV = np.zeros(logits_BV.shape, np.bool_)
            for row, text in enumerate(texts):
                seen_BV[row, text.ids] = True
            logits_BV = repetition_penalty(logits_BV, seen_BV, self._config.repetition_penalty)
        if self._config.no_repeat_ngram:
            logits_BV = ban(logits_BV, [text.memory.banned() if text.memory else () for text in texts])
        return logits_BV


class _Text:
    """One text during generation."""

    random: np.random.Generator
    memory: NgramMemory | None

    def __init__(
        self,
        generator: Generator,
        start: PromptState,
        config: GenerateConfig,
        place: int,
        sample: int,
        seed: int | None,
    ) -> None:
        self._encoder, self._prompt, self._sample, self._seed = generator.encoder, start.prompt, sample, seed
        self._streamer = start.streamer(generator.encoder)
        self._stops = StopFilter(config.stop)
        self._alternatives = config.alternatives
        self.place = place
        self.ids: list[int] = []
        self.finish = ""
        self._parts: list[str] = []
        self._steps: list[TokenStep] = []
        self._logprob = 0.0

    def push(self, id: int, logits_V: Logits, norm: np.float32) -> Iterator[Output]:
        """Add a token; yields the text that became certain, and the whole text if this ends it.

        Args:
            norm: the log of the softmax normaliser.
        """
        self.ids.append(id)
        self._logprob += float(logits_V[id] - norm)
        if self.memory:
            self.memory.push(id)
        step = describe_step(self._encoder, id, logits_V - norm, self._alternatives) if self._alternatives else None
        if step:
            self._steps.append(step)
        text = "" if id == END_ID else self._stops.push(self._streamer.push(id))
        yield from self._show(text, step)
        if id == END_ID or self._stops.found:
            yield from self.close("end" if id == END_ID else "stop")

    def close(self, finish: str) -> Iterator[Output]:
        """End the text; if it was cut off by length, an incomplete character is dropped."""
        self.finish = finish
        rest = self._stops.push(self._streamer.end()) if finish == "end" else ""
        yield from self._show(rest + self._stops.end(), None)
        yield Continuation(
            prompt=self._prompt,
            text="".join(self._parts),
            logprob=self._logprob,
            tokens=len(self.ids),
            finish=finish,
            sample=self._sample,
            seed=self._seed,
            steps=tuple(self._steps),
        )

    def _show(self, text: str, step: TokenStep | None) -> Iterator[Output]:
        self._parts.append(text)
        if text or step:
            yield TextPiece(self._sample, text, step)


def describe_step(encoder: Encoder, id: int, log_p_V: Logits, alternatives: int) -> TokenStep:
    """A token with its probability and the most probable alternatives."""
    k = min(alternatives, len(log_p_V))
    best = np.argpartition(-log_p_V, k - 1)[:k]
    best = best[np.lexsort((best, -log_p_V[best]))]
    token, *names = encoder.tokens([id, *best.tolist()])
    return TokenStep(token, float(np.exp(log_p_V[id])), tuple(zip(names, np.exp(log_p_V[best]).tolist(), strict=True)))
