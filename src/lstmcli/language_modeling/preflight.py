"""Preflight check of a language model: build and run its graph before training."""

from __future__ import annotations

import numpy as np

from lstmcli.cells import CELLS
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.training.preflight import SMALLER, Shapes, Weights, before_training, check_size


def preflight_language_model(weights: Weights, shapes: Shapes, config: LmModelConfig, threads: int) -> None:
    """Build, load and run the graph of an untrained language model, and its int8 graph if it has one.

    Raises:
        UsageError: the network is too large for an ONNX file.
        ModelError: another step would fail after training.
    """
    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.language_modeling.onnx_session import LanguageModelSession
    from lstmcli.model_dir.weights import check_weights

    with before_training(SMALLER):
        check_weights(weights, shapes)
        for int8 in (False, True) if CELLS[config.cell].int8 else (False,):
            graph = language_model_graph(weights, config, int8=int8)
            check_size(graph)
            session = LanguageModelSession(graph, config, threads)
            session.score(np.zeros((1, 1), np.int32), np.zeros((1, 1), np.int64), session.zero_state(1))
