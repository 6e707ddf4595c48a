"""A language model that grows by new words.

Known words are as likely as before, and the new ones share the probability of the unknown word.  In an adaptive softmax
they become the rarest words of the last cluster.

Shapes: V words, v words of the old vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.training.going_on.growth import grown_bias, grown_rows

Weights = Mapping[str, NDArray[np.generic]]


def grown_weights(
    weights: Weights, config: LmModelConfig, counts_V: NDArray[np.integer]
) -> dict[str, NDArray[np.generic]]:
    """The weights for a larger vocabulary.

    Args:
        counts_V: how often each word occurs in the training text.
    """
    found, V = dict(weights), len(counts_V)
    more = V - len(found["embedding"])
    found["embedding"] = grown_rows(found["embedding"], V)
    if config.softmax == "full":
        found["decoder.bias"] = grown_bias(found["decoder.bias"], counts_V)
        if "decoder.weight" in found:
            found["decoder.weight"] = grown_rows(found["decoder.weight"], V)
        return found
    last = f"decoder.clusters.{len(config.cutoffs) - 1}"
    weight, bias = found[f"{last}.weight"], found[f"{last}.bias"]
    found["decoder.rank"] = np.concatenate([found["decoder.rank"], np.arange(V - more, V)])
    found[f"{last}.weight"] = np.concatenate([weight, np.zeros((more, weight.shape[1]), weight.dtype)])
    found[f"{last}.bias"] = np.concatenate([bias, np.full(more, bias.min(), bias.dtype)])
    return found
