"""The last layer of a language model by our own kernel: one softmax over all words, or one with clusters.

Shapes: N rows, K units, J units of a cluster, C entries of the head, V words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library
from lstmcli.engine.native_product import Floats, Product, room
from lstmcli.engine.native_words import Scores, Words
from lstmcli.errors import ModelError
from lstmcli.generation.filters import log_softmax
from lstmcli.language_modeling.config import LmModelConfig

Weights = Mapping[str, NDArray[Any]]


class Softmax(Protocol):
    """What comes after the last layer."""

    def logits(self, h_NK: Floats, /) -> Floats:
        """[N, V]."""

    def score(self, h_NK: Floats, targets_N: NDArray[np.integer], entropy: bool, /) -> Scores:
        """The entropies are right only if they are asked for."""


def softmax(library: Library, weights: Weights, config: LmModelConfig, int16: bool) -> Softmax:
    """Raises ModelError for ranks that are none."""
    if config.softmax == "adaptive":
        return _Adaptive(library, weights, config, int16)
    matrix = "embedding" if config.tied else "decoder.weight"
    return _Full(Words(library, weights[matrix], weights["decoder.bias"], int16))


class _Full:
    def __init__(self, words: Words) -> None:
        self.logits, self._words = words.logits, words

    def score(self, h_NK: Floats, targets_N: NDArray[np.integer], entropy: bool) -> Scores:
        return self._words.score(h_NK, targets_N)


class _Adaptive:
    """As in ``nn/adaptive_softmax.py``: frequent words, and an entry for each cluster of rarer ones."""

    def __init__(self, library: Library, weights: Weights, config: LmModelConfig, int16: bool) -> None:
        self._rank_V = np.asarray(weights["decoder.rank"], np.int64)
        V = len(self._rank_V)
        if self._rank_V.min() < 0 or self._rank_V.max() >= V:
            raise ModelError("its words have ranks that are not there")
        self._starts = np.array(config.cutoffs, np.int64)
        self._head = Words(library, weights["decoder.weight"], weights["decoder.bias"], int16)
        self._clusters = []
        for number in range(len(config.cutoffs)):
            own = f"decoder.clusters.{number}"
            projection_JK = weights[f"{own}.projection"]
            narrow = Product(library, projection_JK, np.zeros(len(projection_JK), np.float32))
            self._clusters.append((narrow, Words(library, weights[f"{own}.weight"], weights[f"{own}.bias"])))

    def logits(self, h_NK: Floats) -> Floats:
        """Log-probabilities."""
        head_NC = log_softmax(self._head.logits(h_NK))
        parts = [head_NC[:, : self._starts[0]]]
        for number, (_, words) in enumerate(self._clusters):
            inside = log_softmax(words.logits(self._narrow(number, h_NK)))
            parts.append(inside + head_NC[:, self._starts[0] + number, None])
        return np.concatenate(parts, axis=1)[:, self._rank_V]

    def score(self, h_NK: Floats, targets_N: NDArray[np.integer], entropy: bool) -> Scores:
        if len(targets_N) and (targets_N.min() < 0 or targets_N.max() >= len(self._rank_V)):
            raise ModelError("a token has an id that the model does not know")
        rank_N = self._rank_V[targets_N]
        cluster_N = np.searchsorted(self._starts, rank_N, side="right") - 1  # -1: a frequent word
        entry_N = np.where(cluster_N < 0, rank_N, self._starts[0] + cluster_N)
        nats_N, entropy_N = self._head.score(h_NK, entry_N)
        for number, (_, words) in enumerate(self._clusters):
            inside_N = cluster_N == number
            own = np.arange(len(rank_N)) if entropy else np.flatnonzero(inside_N)
            targets = np.where(inside_N, rank_N - self._starts[number], 0)[own]
            found = words.score(self._narrow(number, h_NK[own]), targets)
            nats_N[inside_N] += found.nats_N[inside_N[own]]
            if entropy:
                entering = self._head.score(h_NK, np.full(len(rank_N), self._starts[0] + number)).nats_N
                entropy_N = entropy_N + np.exp(-entering) * found.entropy_N
        return Scores(nats_N, entropy_N)

    def _narrow(self, number: int, h_NK: Floats) -> Floats:
        product = self._clusters[number][0]
        return product.into(np.ascontiguousarray(h_NK), room(len(h_NK), product.outputs))
