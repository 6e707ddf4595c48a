"""Beam search for the most probable continuations of a prompt.

The score of a text is its log-probability divided by a power of its length; with a power of 0 short texts win.

Shapes: B beams, V words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import Logits, State
from lstmcli.generation.config import BeamConfig, GenerateConfig
from lstmcli.generation.filters import NgramMemory, ban, keep_only, log_softmax, without_unknown
from lstmcli.generation.results import Continuation, TextPiece
from lstmcli.generation.session import Generator, Output, PromptState, rows_of
from lstmcli.generation.stop_strings import StopFilter
from lstmcli.tokenization.ids import END_ID


@dataclass(frozen=True)
class _Beam:
    """The tokens of a text so far, and their log-probability in nats."""

    ids: tuple[int, ...] = ()
    logprob: float = 0.0


def beam_search(generator: Generator, start: PromptState, state: State, config: GenerateConfig) -> Iterator[Output]:
    """The best texts, best first.  Each is yielded whole, because nothing is certain before the end.

    Args:
        state: of one text, before the last id of the prompt.
    """
    search = _Search(generator, start, config)
    for number, found in enumerate(search.run(state)):
        yield TextPiece(number, found.text)
        yield Continuation(
            prompt=start.prompt,
            text=found.text,
            logprob=found.beam.logprob,
            tokens=len(found.beam.ids),
            finish=found.finish,
            sample=number,
            score=found.score,
        )


@dataclass(frozen=True)
class _FinishedBeam:
    """A finished text."""

    beam: _Beam
    text: str
    finish: str
    score: float


class _Search:
    def __init__(self, generator: Generator, start: PromptState, config: GenerateConfig) -> None:
        self._generator, self._start, self._config = generator, start, config
        self._beam = config.beam or BeamConfig()
        n = config.sampling.no_repeat_ngram
        self._memory = NgramMemory(n, start.ids[1:].tolist()) if n else None
        self._found: dict[str, _FinishedBeam] = {}

    def run(self, state: State) -> list[_FinishedBeam]:
        live = [_Beam()]
        last = self._start.ids[-1:]
        for _ in range(self._config.max_tokens):
            logits_TBV, state = self._generator.session.logits(last[None], state)
            parents, live = self._step(live, self._allowed(logits_TBV[0], live))
            if not live or self._is_settled(live):
                return self._best()
            state = rows_of(state, parents)
            last = np.array([beam.ids[-1] for beam in live], np.int32)
        for beam in live:
            self._keep(beam, "length")
        return self._best()

    def _allowed(self, logits_BV: Logits, live: list[_Beam]) -> NDArray[np.float64]:
        """Log-probabilities; -inf for tokens that are ruled out."""
        log_p_BV = log_softmax(logits_BV)
        if not self._config.sampling.allow_unknown:
            log_p_BV = without_unknown(log_p_BV)
        if self._start.first_V is not None and not live[0].ids:
            log_p_BV = keep_only(log_p_BV, self._start.first_V)
        if self._memory:
            log_p_BV = ban(log_p_BV, [self._banned(beam) for beam in live])
        return log_p_BV.astype(np.float64)

    def _banned(self, beam: _Beam) -> set[int]:
        assert self._memory is not None
        memory = self._memory.fork()
        for id in beam.ids:
            memory.push(id)
        return memory.banned()

    def _step(self, live: list[_Beam], log_p_BV: NDArray[np.float64]) -> tuple[list[int], list[_Beam]]:
        """The best continuations and the beam each continues; finished texts are stored."""
        total_BV = log_p_BV + np.array([[beam.logprob] for beam in live])
        flat, V = total_BV.reshape(-1), total_BV.shape[1]
        # Each beam has one ending, so twice as many candidates contain enough that continue.
        most = min(2 * self._beam.beams, len(flat))
        best = np.argpartition(-flat, most - 1)[:most]
        best = best[np.lexsort((best, -flat[best]))]
        parents: list[int] = []
        after: list[_Beam] = []
        for place in best[np.isfinite(flat[best])].tolist():
            parent, id = divmod(place, V)
            beam = _Beam((*live[parent].ids, id), float(flat[place]))
            if id == END_ID or (self._config.stop and self._read(beam)[1]):
                self._keep(beam, "end" if id == END_ID else "stop")
            elif len(after) < self._beam.beams:
                parents.append(parent)
                after.append(beam)
        return parents, after

    def _read(self, beam: _Beam) -> tuple[str, bool]:
        """The text of a beam up to a stop string, and whether there was one."""
        streamer = self._start.streamer(self._generator.encoder)
        stops = StopFilter(self._config.stop)
        ended = bool(beam.ids) and beam.ids[-1] == END_ID
        text = "".join(stops.push(streamer.push(id)) for id in (beam.ids[:-1] if ended else beam.ids))
        if ended:
            text += stops.push(streamer.end())
        return text + stops.end(), stops.found

    def _keep(self, beam: _Beam, finish: str) -> None:
        """Store a finished text; of equal texts the one with the best score."""
        text, _ = self._read(beam)
        score = self._score(beam.logprob, len(beam.ids))
        if text not in self._found or self._found[text].score < score:
            self._found[text] = _FinishedBeam(beam, text, finish, score)

    def _score(self, logprob: float, tokens: int) -> float:
        return logprob / float(tokens**self._beam.length_penalty)

    def _is_settled(self, live: list[_Beam]) -> bool:
        """Whether no live beam can reach the n best: log-probabilities only fall."""
        best = self._best()
        if len(best) < self._beam.n_best:
            return False
        hope = max(self._score(beam.logprob, self._config.max_tokens) for beam in live)
        return best[-1].score >= hope

    def _best(self) -> list[_FinishedBeam]:
        found = sorted(self._found.values(), key=lambda found: -found.score)
        return found[: self._beam.n_best]
