"""Check weights against the config: names, shapes and dtypes.

A model directory is untrusted.  After this check the sizes in its config are those of its weights, so the memory that a
network takes is proportional to the size of the files.

Shapes: V words, E embedding, H units of a layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.errors import ModelError

Shapes = dict[str, tuple[int, ...]]


def stack_shapes(cell: str, inputs: int, widths: tuple[int, ...], directions: int) -> Shapes:
    """Shapes of the weights of a recurrent stack."""
    shapes: Shapes = {}
    for layer, H in enumerate(widths):
        for direction in range(directions):
            own = CELLS[cell].weights(inputs, H)
            shapes |= {f"stack.layers.{layer}.{direction}.{name}": weight.shape for name, weight in own.items()}
        inputs = directions * H
    return shapes


def check_weights(weights: Mapping[str, NDArray[Any]], shapes: Shapes) -> None:
    """Raises ModelError for a weight that is missing or unknown, or has a wrong shape or dtype."""
    for name, shape in shapes.items():
        if name not in weights:
            raise ModelError(f"lacks the weight {name!r}")
        found = weights[name]
        if found.shape != shape:
            raise ModelError(f"{name!r} is {_sizes(found.shape)}, and the config and tokenizer say {_sizes(shape)}")
        wanted = np.integer if name == "decoder.rank" else np.floating
        if not np.issubdtype(found.dtype, wanted):
            raise ModelError(f"{name!r} holds numbers of type {found.dtype}")
    for name in weights:
        if name not in shapes:
            raise ModelError(f"holds a weight {name!r} that the config has no place for")
    if "decoder.rank" in shapes:
        rank, V = weights["decoder.rank"], shapes["embedding"][0]
        if rank.min() < 0 or rank.max() >= V:
            raise ModelError(f"'decoder.rank' has a place beyond the {V} words")


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
