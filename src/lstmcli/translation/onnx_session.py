"""Run a translator's graphs in ONNX Runtime.  Shapes: as in ``session.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstmcli.engine.nodes import InferenceGraph, Weights
from lstmcli.engine.runtime import GraphRunner
from lstmcli.threads import cores
from lstmcli.tokenization.ids import Ids
from lstmcli.translation.config import TranslatorModelConfig
from lstmcli.translation.graph import decoder_graph, encoder_graph, state_names
from lstmcli.translation.session import Memory, State, Step

if TYPE_CHECKING:
    from lstmcli.engine.registry import Engine
    from lstmcli.translation.config import TranslatorConfig


class TranslatorSession:
    workers = 1

    def __init__(
        self, encoder: InferenceGraph, decoder: InferenceGraph, config: TranslatorModelConfig, threads: int | None
    ) -> None:
        """Raises ModelError if a graph cannot be loaded."""
        threads = threads or cores()
        self._encoder = GraphRunner(encoder, threads=threads, arena=True)
        self._decoder = GraphRunner(decoder, threads=threads, arena=True)
        self._names, self._config = [*state_names(config), "feed"], config
        self.vocab_size = int(self._decoder.sizes["log_p"][1])

    def encode(self, ids_SB: Ids, lengths_B: Any) -> tuple[Memory, State]:
        inputs = {"ids": np.ascontiguousarray(ids_SB, np.int32), "lengths": np.asarray(lengths_B, np.int32)}
        values, keys, mask, *state = self._encoder.run(["values", "keys", "mask", *self._names[:-1]], inputs)
        feed = np.zeros((ids_SB.shape[1], self._config.embedding), np.float32)
        return Memory(values, keys, mask), (*state, feed)

    def step(self, ids_N: Ids, state: State, memory: Memory, most: int = 0) -> Step:
        inputs = {"ids": np.ascontiguousarray(ids_N, np.int32), **dict(zip(self._names, state, strict=True))}
        if not self._config.input_feeding:
            del inputs["feed"]
        inputs |= {"values": memory.values_BSH, "keys": memory.keys_BSH, "mask": memory.mask_BS}
        inputs["most"] = np.array([max(1, most)], np.int64)
        wanted = ["top_log_p", "top_ids"] if most else ["log_p"]
        *found, weights = (runs := self._decoder.run([*wanted, "weights", *self._outputs], inputs))[: len(wanted) + 1]
        return Step(found[0], found[1] if most else None, weights, tuple(runs[len(wanted) + 1 :]))

    @property
    def _outputs(self) -> list[str]:
        return [f"{name}_out" for name in self._names]

    def select(self, state: State, rows: Any) -> State:
        return tuple(np.take(part, rows, axis=-2) for part in state)


def open_session(
    engine: Engine, settings: TranslatorConfig, weights: Weights, *, device: str, threads: int | None
) -> TranslatorSession:
    """A session for ``Engine.open``."""
    config = settings.model
    return TranslatorSession(encoder_graph(weights, config), decoder_graph(weights, config), config, threads)
