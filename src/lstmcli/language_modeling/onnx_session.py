"""Run a language model's graph in ONNX Runtime.

Rows of a batch are independent, and a token does not depend on later ones: rows of different lengths may be padded at
the end with any id.  The state after padding is undefined.

Shapes: T tokens, B texts, V words, H units of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.engine.nodes import InferenceGraph, Weights
from lstmcli.engine.runtime import GraphRunner
from lstmcli.engine.session import LOGITS_AT_ONCE
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.threads import cores
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from lstmcli.engine.registry import Engine
    from lstmcli.language_modeling.config import LmConfig

Floats = NDArray[np.float32]
State = tuple[Floats, ...]
"""For each layer the parts of the state of its cell, such as h and c: [1, B, size]."""

NO_TARGETS = np.zeros((0, 0), np.int64)


def state_names(config: LmModelConfig) -> list[tuple[str, int]]:
    """Names of the inputs of the state, in order, with their sizes; outputs are named ``…_out``."""
    by_layer = [CELLS[config.cell].state_sizes(H) for H in config.widths]
    return [(f"{part}{layer}", size) for layer, sizes in enumerate(by_layer) for part, size in sizes.items()]


class LanguageModelSession:
    """A session that reads, predicts and scores text."""

    def __init__(self, graph: InferenceGraph, config: LmModelConfig, threads: int | None = None) -> None:
        """Raises ModelError if the graph cannot be loaded."""
        # Runs are of a bounded size and alike, so memory is kept.
        self._runner = GraphRunner(graph, threads=threads or cores(), arena=True)
        self._widths = dict(state_names(config))
        self._states = [f"{name}_out" for name in self._widths]
        self.vocab_size = int(self._runner.sizes["logits"][2])

    def zero_state(self, B: int) -> State:
        """The initial state of ``B`` texts."""
        return tuple(np.zeros((1, B, H), np.float32) for H in self._widths.values())

    def read(self, ids_TB: Ids, state: State) -> State:
        """The state after reading a text, without predictions."""
        return tuple(self._run([], ids_TB, state, first=len(ids_TB) - 1))

    def logits(self, ids_TB: Ids, state: State) -> tuple[Floats, State]:
        """Logits of the next token after each token, [T, B, V], and the final state; all in memory at once."""
        logits, *after = self._run(["logits"], ids_TB, state)
        return logits, tuple(after)

    def score(
        self, ids_TB: Ids, targets_TB: NDArray[np.integer], state: State, *, entropy: bool = False
    ) -> tuple[Floats, Floats | None, State]:
        """Score the targets.

        Returns:
            negative log-probability of each target and, if requested, entropy of each prediction, both [T, B] in nats;
            the final state.
        """
        (nats, *more), state = self._windows(["nats", "entropy"] if entropy else ["nats"], ids_TB, targets_TB, state)
        return nats, more[0] if more else None, state

    def hidden(self, ids_TB: Ids, targets_TB: NDArray[np.integer], state: State) -> tuple[Floats, Floats, State]:
        """As ``score``, with the top layer's h after each token, [T, B, K], instead of the entropy."""
        (nats, hidden_TBK), state = self._windows(["nats", "hidden"], ids_TB, targets_TB, state)
        return nats, hidden_TBK, state

    def _windows(
        self, wanted: list[str], ids_TB: Ids, targets_TB: NDArray[np.integer], state: State
    ) -> tuple[list[Floats], State]:
        """The requested outputs, computed in windows of bounded memory and concatenated; T is at least 1."""
        found: list[list[Floats]] = []
        step = max(1, LOGITS_AT_ONCE // (self.vocab_size * max(1, ids_TB.shape[1])))
        for start in range(0, len(ids_TB), step):
            window = slice(start, start + step)
            results = self._run(wanted, ids_TB[window], state, targets_TB[window])
            found.append(results[: len(wanted)])
            state = tuple(results[len(wanted) :])
        return [np.concatenate(parts) for parts in zip(*found, strict=True)], state

    def _run(
        self,
        wanted: Sequence[str],
        ids_TB: Ids,
        state: State,
        targets_TB: NDArray[np.integer] = NO_TARGETS,
        first: int = 0,
    ) -> list[Floats]:
        """The requested outputs, then the parts of the state."""
        inputs = {
            "ids": np.ascontiguousarray(ids_TB, np.int32),
            "first": np.array([first], np.int64),
            "targets": np.ascontiguousarray(targets_TB, np.int64),
            "measure_entropy": np.array(["entropy" in wanted]),
            **dict(zip(self._widths, state, strict=True)),
        }
        result: list[Floats] = self._runner.run([*wanted, *self._states], inputs)
        return result


def open_session(
    engine: Engine, settings: LmConfig, weights: Weights, *, device: str, threads: int | None
) -> LanguageModelSession:
    """A session for ``Engine.open``."""
    from lstmcli.language_modeling.graph import language_model_graph

    graph = language_model_graph(weights, settings.model, int8=not engine.exact)
    return LanguageModelSession(graph, settings.model, threads)


def nats_in_steps(graph: InferenceGraph, config: LmModelConfig, ids: NDArray[np.integer], threads: int) -> float:
    """Loss in nats per token, token by token as in generation."""
    session = LanguageModelSession(graph, config, threads)
    state, total = session.zero_state(1), 0.0
    for here, there in pairwise(ids):
        one = np.array([[here]], np.int32)
        nats, _, state = session.score(one, np.array([[there]], np.int64), state)
        total += float(nats[0, 0])
    return total / (len(ids) - 1)
