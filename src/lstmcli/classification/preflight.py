"""Preflight check of a classifier: build and run its graph before training."""

from __future__ import annotations

import numpy as np

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.training.preflight import SMALLER, Shapes, Weights, before_training, check_size


def preflight_classifier(weights: Weights, shapes: Shapes, config: ClassifierModelConfig, threads: int) -> None:
    """Build, load and run the graph of an untrained classifier.

    Raises:
        UsageError: the network is too large for an ONNX file.
        ModelError: another step would fail after training.
    """
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.onnx_session import ClassifierSession
    from lstmcli.model_dir.weights import check_weights

    with before_training(SMALLER):
        check_weights(weights, shapes)
        graph = classifier_graph(weights, config)
        check_size(graph)
        session = ClassifierSession(graph, threads)
        session.logits(np.zeros((1, 1, 1, 1), np.int32), np.ones((1, 1), np.int64))
