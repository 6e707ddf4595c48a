"""Running a classifier's graph with ONNX Runtime.

Shapes: B texts, S segments, T tokens, F rows a token, C labels.
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
    """A classifier's graph, ready to answer.

    A run takes one thread and ``workers`` runs may go on at once: two batches side by side are done sooner
    than one after the other with two threads each, for an LSTM has little in a step to share out.
    """

    batch_size = 16  # their states stay in the cache; 64 take a third longer

    def __init__(self, graph: InferenceGraph, threads: int | None = None) -> None:
        """Raises ModelError if the graph cannot be loaded."""
        self.workers = threads or cores()
        # Batches differ in shape: an arena would keep the largest of each.
        self._runner = GraphRunner(graph, threads=1, arena=False)

    def logits(self, ids_BSTF: NDArray[np.int32], lengths_BS: NDArray[np.int64]) -> NDArray[np.float32]:
        """Unscaled logits [B, C]."""
        result: NDArray[np.float32] = self._runner.run(["logits"], {"ids": ids_BSTF, "lengths": lengths_BS})[0]
        return result


def open_session(
    engine: Engine, settings: ClassifierConfig, weights: Weights, *, device: str, threads: int | None
) -> ClassifierSession:
    """The graph of the weights, as ``Engine.open`` wants it."""
    from lstmcli.classification.graph import classifier_graph

    return ClassifierSession(classifier_graph(weights, settings.model, int8=not engine.exact), threads)
