"""Preflight check of a translator: build and run its graphs before training."""

from __future__ import annotations

import numpy as np

from lstmcli.training.preflight import SMALLER, Shapes, Weights, before_training, check_size
from lstmcli.translation.config import BeamConfig, TranslatorModelConfig


def preflight_translator(weights: Weights, shapes: Shapes, config: TranslatorModelConfig, threads: int) -> None:
    """Build, load and run the graphs of an untrained translator.

    Raises:
        UsageError: the network is too large for an ONNX file.
        ModelError: another step would fail after training.
    """
    from lstmcli.model_dir.weights import check_weights
    from lstmcli.translation.beam_search import search
    from lstmcli.translation.graph import decoder_graph, encoder_graph
    from lstmcli.translation.onnx_session import TranslatorSession

    with before_training(SMALLER):
        check_weights(weights, shapes)
        graphs = encoder_graph(weights, config), decoder_graph(weights, config)
        for graph in graphs:
            check_size(graph)
        search(TranslatorSession(*graphs, config, threads), [np.zeros(1, np.int32)], BeamConfig(beam=1))
