"""Shapes of a classifier's weights."""

from __future__ import annotations

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.model_dir.weights import Shapes, stack_shapes


def classifier_shapes(config: ClassifierModelConfig, rows: int, classes: int) -> Shapes:
    """The shapes of the weights of a classifier whose embedding has ``rows`` rows."""
    directions = 2 if config.bidirectional else 1
    K = directions * config.hidden
    shapes: Shapes = {"embedding": (rows, config.embedding)}
    shapes |= stack_shapes(config.cell, config.embedding, (config.hidden,) * config.layers, directions)
    if "attention" in config.pools:
        shapes["pooling.query"] = (K,)
    return shapes | {"head.weight": (classes, K * len(config.pools)), "head.bias": (classes,)}
