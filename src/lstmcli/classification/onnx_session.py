"""Run a classifier's graph in ONNX Runtime.

Shapes: B texts, S segments, T tokens, F rows per token, C labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.nodes import InferenceGraph, Weights
from lstmcli.engine.runtime import GraphRunner
from lstmcli.threads import cores

if TYPE_CHECKING:
    from lstmcli.classification.config import ClassifierConfig
    from lstmcli.engine.registry import Engine


class ClassifierSession:
    """A classifier's graph, loaded in ONNX Runtime.

    A run uses one thread, and ``workers`` runs may be concurrent.  Two concurrent batches are faster than two threads
    for one batch, because one LSTM step has little parallelism.
    """

    batch_size = 16  # their states stay in the cache; 64 take a third longer

    def __init__(self, graph: InferenceGraph, threads: int | None = None) -> None:
        """Raises ModelError if the graph cannot be loaded."""
        self.workers = threads or cores()
        # Batches differ in shape: an arena would keep memory for the largest.
        self._runner = GraphRunner(graph, threads=1, arena=False)

    def logits(self, ids_BSTF: NDArray[np.int32], lengths_BS: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits [B, C], not calibrated."""
        result: NDArray[np.float32] = self._runner.run(["logits"], {"ids": ids_BSTF, "lengths": lengths_BS})[0]
        return result


def open_session(
    engine: Engine, settings: ClassifierConfig, weights: Weights, *, device: str, threads: int | None
) -> ClassifierSession:
    """A session for ``Engine.open``."""
    from lstmcli.classification.graph import classifier_graph

    return ClassifierSession(classifier_graph(weights, settings.model, int8=not engine.exact), threads)
