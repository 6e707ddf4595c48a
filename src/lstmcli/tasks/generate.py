"""Text from a language model: a prompt is read once, then texts go on from it side by side, token by token.

Every text draws from a source of its own, made from the seed, the number of its prompt and its own number: on
the exact engines it does not depend on how many others there are.

Shapes: B texts, V words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.config_generate import GenerateConfig, SamplingConfig
from lstmcli.events import Warned
from lstmcli.results_lm import Continuation, Step, TextPiece
from lstmcli.tasks.beams import beam_search
from lstmcli.tasks.generator import END_ID, Encoder, Event, Generator, Start, read_prompt, rows_of
from lstmcli.tasks.sampling import (
    MINUS_INFINITY,
    UNKNOWN_ID,
    Logits,
    NgramMemory,
    ban,
    draw,
    filters,
    only,
    repetition_penalty,
)
from lstmcli.tasks.stops import StopFilter


def generate(generator: Generator, prompt: str, config: GenerateConfig, *, number: int = 0) -> Iterator[Event]:
    """Texts that go on from ``prompt``: pieces as they are certain, and each text whole when it has ended.

    Args:
        prompt: read as text that goes on; a line end at its end is part of it.
        number: of the prompt among several; the same seed gives each texts of its own.
    """
    start, unknown = read_prompt(generator, prompt)
    if len(unknown) and unknown.all():
        what = "its only symbol is" if len(unknown) == 1 else f"all its {len(unknown):,} tokens are"
        yield Warned(f"the model knows nothing of the prompt: {what} unknown to it")
    if config.beam is not None:
        yield from beam_search(generator, start, config)
    else:
        yield from _sample(generator, start, config, number)


def _sample(generator: Generator, start: Start, config: GenerateConfig, number: int) -> Iterator[Event]:
    seed = config.seed if config.seed is not None else int(np.random.SeedSequence().generate_state(1)[0])
    greedy = config.sampling.temperature == 0
    memory = config.sampling.no_repeat_ngram
    before = NgramMemory(memory, start.ids[1:].tolist()) if memory else None
    texts = [
        _Text(
            generator,
            start,
            config,
            sample=sample,
            seed=None if greedy else seed,
            random=np.random.default_rng([seed, number, sample]),
            memory=before.fork() if before else None,
        )
        for sample in range(config.samples)
    ]
    state = rows_of(start.state, [0] * len(texts))
    last = np.repeat(start.ids[-1:], len(texts))
    choose = Chooser(config.sampling, start.first_V)
    for _ in range(config.max_tokens):
        logits_TBV, state = generator.session.logits(last[None], state)
        chosen, norm_B = choose(logits_TBV[0], texts)
        for text, id, logits_V, norm in zip(texts, chosen, logits_TBV[0], norm_B, strict=True):
            yield from text.push(id, logits_V, norm)
        rows = [row for row, text in enumerate(texts) if not text.finish]
        if not rows:
            return
        if len(rows) < len(texts):
            texts, state = [texts[row] for row in rows], rows_of(state, rows)
        last = np.array([chosen[row] for row in rows], np.int32)
    for text in texts:
        yield from text.close("length")


class Chooser:
    """The next token of each text."""

    def __init__(self, config: SamplingConfig, first_V: NDArray[np.bool_] | None = None) -> None:
        self._config, self._filters, self._first_V = config, filters(config), first_V

    def __call__(self, logits_BV: Logits, texts: Sequence[_Text]) -> tuple[list[int], NDArray[np.float32]]:
        """The tokens, and for each text the logarithm of the sum that makes its logits probabilities, [B]."""
        # Every pass over [B, V] costs as much as a part of the network where texts are many: arrays are used again.
        peak_B1 = logits_BV.max(axis=-1, keepdims=True)
        logits_BV = logits_BV - peak_B1
        weights_BV = np.exp(logits_BV)
        norm_B = peak_B1[:, 0] + np.log(weights_BV.sum(axis=-1))
        if not self._config.allow_unknown:
            logits_BV[:, UNKNOWN_ID] = MINUS_INFINITY
        if self._first_V is not None:
            logits_BV, self._first_V = only(logits_BV, self._first_V), None
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
        """What came before made less probable, or ruled out where it would come again."""
        if self._config.repetition_penalty != 1:
            seen_BV = np.zeros(logits_BV.shape, np.bool_)
            for row, text in enumerate(texts):
                seen_BV[row, text.ids] = True
            logits_BV = repetition_penalty(logits_BV, seen_BV, self._config.repetition_penalty)
        if self._config.no_repeat_ngram:
            logits_BV = ban(logits_BV, [text.memory.banned() if text.memory else () for text in texts])
        return logits_BV


class _Text:
    """One text in the making."""

    def __init__(
        self,
        generator: Generator,
        start: Start,
        config: GenerateConfig,
        *,
        sample: int,
        seed: int | None,
        random: np.random.Generator,
        memory: NgramMemory | None,
    ) -> None:
        self._encoder, self._prompt, self._sample, self._seed = generator.encoder, start.prompt, sample, seed
        self._streamer = start.streamer(generator.encoder)
        self._stops = StopFilter(config.stop)
        self._alternatives = config.alternatives
        self.random, self.memory = random, memory
        self.ids: list[int] = []
        self.finish = ""
        self._parts: list[str] = []
        self._steps: list[Step] = []
        self._logprob = 0.0

    def push(self, id: int, logits_V: Logits, norm: np.float32) -> Iterator[Event]:
        """Takes a token: gives the text that is certain now, and the whole if that is its end.

        Args:
            norm: what makes the logits log-probabilities when it is taken from them.
        """
        self.ids.append(id)
        self._logprob += float(logits_V[id] - norm)
        if self.memory:
            self.memory.push(id)
        step = step_of(self._encoder, id, logits_V - norm, self._alternatives) if self._alternatives else None
        if step:
            self._steps.append(step)
        text = "" if id == END_ID else self._stops.push(self._streamer.push(id))
        yield from self._show(text, step)
        if id == END_ID or self._stops.found:
            yield from self.close("end" if id == END_ID else "stop")

    def close(self, finish: str) -> Iterator[Event]:
        """The text ends; a character that was only begun when no more tokens were wanted is left out."""
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

    def _show(self, text: str, step: Step | None) -> Iterator[Event]:
        self._parts.append(text)
        if text or step:
            yield TextPiece(self._sample, text, step)


def step_of(encoder: Encoder, id: int, log_p_V: Logits, alternatives: int) -> Step:
    """A token, its probability and the best candidates."""
    k = min(alternatives, len(log_p_V))
    best = np.argpartition(-log_p_V, k - 1)[:k]
    best = best[np.lexsort((best, -log_p_V[best]))]
    token, *names = encoder.tokens([id, *best.tolist()])
    return Step(token, float(np.exp(log_p_V[id])), tuple(zip(names, np.exp(log_p_V[best]).tolist(), strict=True)))
