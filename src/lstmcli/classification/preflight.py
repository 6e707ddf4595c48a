"""Try what follows training on the untrained classifier: a graph that cannot be made or run costs nothing."""

from __future__ import annotations

import numpy as np

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.training.preflight import SMALLER, Weights, before_training, check_size


def preflight_classifier(
    weights: Weights, config: ClassifierModelConfig, rows: int, classes: int, threads: int
) -> None:
    """Makes the graph of a classifier, loads it and reads one token.

    Args:
        rows: of the embedding, as the encoder will say when the model is read again.

    Raises:
        UsageError: the network is too large for an ONNX file.
        ModelError: anything else that would fail after training.
    """
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.onnx_session import ClassifierSession
    from lstmcli.classification.shapes import classifier_shapes
    from lstmcli.model_dir.weights import check_weights

    with before_training(SMALLER):
        check_weights(weights, classifier_shapes(config, rows, classes))
        graph = classifier_graph(weights, config)
        check_size(graph)
        session = ClassifierSession(graph, threads)
        session.logits(np.zeros((1, 1, 1, 1), np.int32), np.ones((1, 1), np.int64))
