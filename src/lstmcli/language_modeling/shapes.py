"""Shapes of a language model's weights."""

from __future__ import annotations

from itertools import pairwise

from lstmcli.errors import ModelError
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.model_dir.weights import Shapes, stack_shapes
from lstmcli.nn.config import cluster_width


def language_model_shapes(config: LmModelConfig, V: int) -> Shapes:
    """The shapes of the weights of a language model of ``V`` words.

    Raises:
        ModelError: the cutoffs do not fit the vocabulary.
    """
    K = config.widths[-1]
    shapes: Shapes = {"embedding": (V, config.embedding)}
    shapes |= stack_shapes(config.cell, config.embedding, config.widths, 1)
    if config.softmax == "full":
        return shapes | {"decoder.bias": (V,), **({} if config.tied else {"decoder.weight": (V, K)})}
    edges = [*config.cutoffs, V]
    if not config.cutoffs or edges[-2] >= V:
        raise ModelError(f"cutoffs {list(config.cutoffs)} do not cut a vocabulary of {V}")
    entries = edges[0] + len(config.cutoffs)
    shapes |= {"decoder.weight": (entries, K), "decoder.bias": (entries,), "decoder.rank": (V,)}
    for number, (low, high) in enumerate(pairwise(edges)):
        own, width = f"decoder.clusters.{number}", cluster_width(K, number + 1)
        shapes |= {
            f"{own}.projection": (width, K),
            f"{own}.weight": (high - low, width),
            f"{own}.bias": (high - low,),
        }
    return shapes
