"""Shapes of a translator's weights."""

from __future__ import annotations

from lstmcli.cells import CELLS
from lstmcli.model_dir.weights import Shapes, stack_shapes
from lstmcli.translation.config import TranslatorModelConfig


def translator_shapes(config: TranslatorModelConfig, V: int, source_V: int | None = None) -> Shapes:
    """The shapes of the weights of a translator with a vocabulary of ``V``.

    Args:
        source_V: the size of the sources' own vocabulary, if they have one.
    """
    E, H = config.embedding, config.hidden
    encoder = stack_shapes(config.cell, E, config.encoder_widths, 2)
    decoder = stack_shapes(config.cell, config.decoder_inputs, config.widths, 1)
    shapes: Shapes = {"embedding": (V, E)}
    if source_V is not None:
        shapes["source_embedding"] = (source_V, E)
    shapes |= {name.replace("stack", "encoder", 1): shape for name, shape in encoder.items()}
    shapes |= {name.replace("stack", "decoder", 1): shape for name, shape in decoder.items()}
    states = CELLS[config.cell].vectors(H) * config.layers * H
    shapes |= {"bridge.weight": (states, H), "bridge.bias": (states,)}
    if config.attention != "dot":
        shapes["attention.memory"] = (H, H)
    if config.attention == "additive":
        shapes |= {"attention.query": (H, H), "attention.v": (H,)}
    shapes |= {"combine": (E, 2 * H), "bias": (V,)}
    return shapes if config.tied else shapes | {"softmax": (V, E)}
