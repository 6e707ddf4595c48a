"""A translator that grows by new words.

Known words are as likely as before, and the new ones share the probability of the unknown word.

Shapes: V words of the targets, S words of the sources' own vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lstmcli.training.going_on.growth import grown_bias, grown_encoder, grown_rows
from lstmcli.translation.data_check import Texts
from lstmcli.translation.sides import Sides


def grown_sides(old: Sides, texts: Texts) -> Sides:
    """The tokenizers of a translator, with new words of the texts."""
    if old.source is old.target:
        both = grown_encoder(old.target, texts.lines)
        return Sides(both, both)
    return Sides(grown_encoder(old.source, texts.sources), grown_encoder(old.target, texts.targets))


def grown_weights(
    weights: Mapping[str, NDArray[np.generic]], S: int | None, counts_V: NDArray[np.integer]
) -> dict[str, NDArray[np.generic]]:
    """The weights for larger vocabularies.

    Args:
        S: the size of the sources' own vocabulary, if they have one.
        counts_V: how often each word occurs in the targets of the training pairs.
    """
    found, V = dict(weights), len(counts_V)
    for name, size in {"embedding": V, "softmax": V, "source_embedding": S}.items():
        if name in found and size is not None:
            found[name] = grown_rows(found[name], size)
    found["bias"] = grown_bias(found["bias"], counts_V)
    return found
