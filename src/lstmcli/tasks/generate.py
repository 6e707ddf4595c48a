"""Text from a language model: a prompt is read once, then texts go on from it side by side, token by token.

Every text draws from a source of its own, made from the seed, the number of its prompt and its own number: on
the exact engines it does not depend on how many others there are.

Shapes: T tokens, B texts, V words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from lstmcli.config_generate import ENGINES, GenerateConfig, SamplingConfig
from lstmcli.errors import UsageError
from lstmcli.events import Warned
from lstmcli.results import Continuation, Step, TextPiece
from lstmcli.tasks.lm import load_language_model
from lstmcli.tasks.loading import tensors, use_file
from lstmcli.tasks.modeldir import INT8_GRAPH, WEIGHTS, ModelDir, unless_replaced
from lstmcli.tasks.sampling import (
    MINUS_INFINITY,
    Logits,
    NgramMemory,
    ban,
    draw,
    filters,
    log_softmax,
    repetition_penalty,
    softmax,
)
from lstmcli.tasks.stops import StopFilter

END_ID, UNKNOWN_ID = 0, 1
TOKENS_AT_ONCE = 1024
"""Of a prompt."""

Ids = NDArray[np.int32]
State = tuple[Any, ...]
"""Arrays [1, B, units]; what they are made of is the session's business."""
Event = Warned | TextPiece | Continuation


class Streamer(Protocol):
    def push(self, id: int) -> str:
        """The text that is certain now."""

    def end(self) -> str:
        """What is left."""


class Encoder(Protocol):
    def prompt(self, text: str) -> Ids:
        """The ids of a text that goes on."""

    def streamer(self, after: int) -> Streamer: ...

    def tokens(self, ids: Sequence[int]) -> list[str]: ...

    def unknown(self, ids: Any) -> NDArray[np.bool_]: ...


class Session(Protocol):
    def zero_state(self, B: int, /) -> State: ...

    def read(self, ids_TB: Ids, state: State, /) -> State: ...

    def logits(self, ids_TB: Ids, state: State, /) -> tuple[Logits, State]: ...


@dataclass(frozen=True)
class Generator:
    """What generates: a tokenizer and a model that is ready to read."""

    encoder: Encoder
    session: Session
    model: ModelDir | None = None
    """Where it came from."""

    @property
    def multiline(self) -> bool:
        """Whether a text may have several lines: the model was trained on a document."""
        return self.model is not None and self.model.lm.tokenizer.mode == "document"


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str = "auto", device: str = "cpu"
) -> Generator:
    """The language model in a directory, ready to generate.

    Args:
        threads: None takes what the machine has.
        engine: int8, fast and a little off; onnx, exact; torch, the same weights in PyTorch; auto: int8 where the
            directory holds its graph, else onnx.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an engine or a device that does not exist.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine must be one of {', '.join(ENGINES)}, not {engine!r}")
    if engine != "torch" and device not in ("cpu", "auto"):
        raise UsageError(f"the {engine} engine runs on the CPU, not on {device}", hint="add --engine torch")

    def load() -> Generator:
        kind = "torch" if engine == "torch" else "onnx"
        found = load_language_model(path, threads=threads, engine=kind, device=device)
        model, config = found.model, found.model.lm.model
        if engine in ("onnx", "torch") or (engine == "auto" and INT8_GRAPH not in model.config["files"]):
            return Generator(found.encoder, cast(Session, found.together), model)
        from lstmcli.engine.lmsession import LanguageModelSession

        if INT8_GRAPH in model.config["files"]:
            session = use_file(model, INT8_GRAPH, lambda data: LanguageModelSession(data, config, threads))
        else:
            from lstmcli.engine.lmgraph import language_model_graph

            graph = language_model_graph(use_file(model, WEIGHTS, tensors), config, int8=True)
            session = LanguageModelSession(graph, config, threads)
        return Generator(found.encoder, session, model)

    return unless_replaced(path, load)


@dataclass(frozen=True)
class Start:
    """Where texts begin: after the prompt but for its last token."""

    prompt: str
    ids: Ids
    """The prompt's, behind the token that starts a text."""
    state: State
    """Of one text, before the last of the ids."""


def generate(generator: Generator, prompt: str, config: GenerateConfig, *, number: int = 0) -> Iterator[Event]:
    """Texts that go on from ``prompt``: pieces as they are certain, and each text whole when it has ended.

    Args:
        prompt: read as text that goes on; a line end at its end is part of it.
        number: of the prompt among several; the same seed gives each texts of its own.
    """
    start, unknown = _read(generator, prompt)
    if len(unknown) and unknown.all():
        what = "its only symbol is" if len(unknown) == 1 else f"all its {len(unknown):,} tokens are"
        yield Warned(f"the model knows nothing of the prompt: {what} unknown to it")
    if config.beam is not None:
        from lstmcli.tasks.beams import beam_search

        yield from beam_search(generator, start, config)
    else:
        yield from _sample(generator, start, config, number)


def _read(generator: Generator, prompt: str) -> tuple[Start, NDArray[np.bool_]]:
    """The place after the prompt, and which of its tokens are unknown."""
    own = generator.encoder.prompt(prompt)
    ids = np.concatenate([np.array([END_ID], np.int32), own])
    state = generator.session.zero_state(1)
    for at in range(0, len(ids) - 1, TOKENS_AT_ONCE):
        state = generator.session.read(ids[:-1][at : at + TOKENS_AT_ONCE, None], state)
    return Start(prompt, ids, state), generator.encoder.unknown(own)


def rows_of(state: State, rows: Sequence[int]) -> State:
    """The state of some of the texts, in this order; one may be there several times."""
    return tuple(part[:, rows] for part in state)


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
    choose = Chooser(config.sampling)
    for _ in range(config.max_tokens):
        logits_TBV, state = generator.session.logits(last[None], state)
        chosen = choose(logits_TBV[0], texts)
        log_p_BV = log_softmax(logits_TBV[0])
        for text, id, log_p_V in zip(texts, chosen, log_p_BV, strict=True):
            yield from text.push(id, log_p_V)
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

    def __init__(self, config: SamplingConfig) -> None:
        self._config, self._filters = config, filters(config)

    def __call__(self, logits_BV: Logits, texts: Sequence[_Text]) -> list[int]:
        logits_BV = without_unknown(logits_BV, self._config)
        if self._config.repetition_penalty != 1:
            seen_BV = np.zeros(logits_BV.shape, np.bool_)
            for row, text in enumerate(texts):
                seen_BV[row, text.ids] = True
            logits_BV = repetition_penalty(logits_BV, seen_BV, self._config.repetition_penalty)
        if self._config.no_repeat_ngram:
            logits_BV = ban(logits_BV, [text.memory.banned() if text.memory else () for text in texts])
        if self._config.temperature == 0:
            return [int(id) for id in logits_BV.argmax(axis=-1)]
        for filter in self._filters:
            logits_BV = filter(logits_BV)
        drawn = draw(softmax(logits_BV), np.array([text.random.random() for text in texts]))
        return [int(id) for id in drawn]


def without_unknown(logits_BV: Logits, config: SamplingConfig) -> Logits:
    """``<unk>`` ruled out, unless it is allowed."""
    if config.allow_unknown:
        return logits_BV
    logits_BV = logits_BV.copy()
    logits_BV[:, UNKNOWN_ID] = MINUS_INFINITY
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
        self._streamer = self._encoder.streamer(int(start.ids[-1]))
        self._stops = StopFilter(config.stop)
        self._alternatives = config.alternatives
        self.random, self.memory = random, memory
        self.ids: list[int] = []
        self.finish = ""
        self._parts: list[str] = []
        self._steps: list[Step] = []
        self._logprob = 0.0

    def push(self, id: int, log_p_V: Logits) -> Iterator[Event]:
        """Takes a token: gives the text that is certain now, and the whole if that is its end."""
        self.ids.append(id)
        self._logprob += float(log_p_V[id])
        if self.memory:
            self.memory.push(id)
        step = step_of(self._encoder, id, log_p_V, self._alternatives) if self._alternatives else None
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
