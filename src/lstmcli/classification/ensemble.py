"""The ensemble of the network and the linear models, if there are any: of word n-grams, and of characters in words.

Shapes: N texts, B texts of a batch, S segments, T tokens, F rows per token, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.calibration import Scales, combine
from lstmcli.data.windows import each
from lstmcli.engine.session import Logits
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids

if TYPE_CHECKING:
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.config import ClassifierConfig
    from lstmcli.classification.ngrams.table import NgramTable

    LinearModels = tuple[NgramTable | None, CharacterModel | None]

NO_SCORES: Mapping[int, Logits] = MappingProxyType({})


class Network(Protocol):
    workers: int
    """Number of batches that may be computed concurrently."""
    batch_size: int
    """Best number of texts per batch."""

    def logits(self, ids: Ids, lengths: NDArray[np.int64]) -> Logits:
        """Logits [B, C] from ids [B, S, T, F] and lengths [B, S]."""


@dataclass(frozen=True)
class Ensemble:
    """Computes logits or calibrated probabilities of encoded texts, in their order."""

    network: Network
    ngrams: NgramTable | None
    classes: int
    multilabel: bool
    segment: int
    max_tokens: int
    characters: CharacterModel | None = None

    @classmethod
    def of(
        cls, network: Network, linear: LinearModels, config: ClassifierConfig, classes: int, *, multilabel: bool
    ) -> Ensemble:
        """The ensemble of a classifier with these settings."""
        (ngrams, characters), segment, most = linear, config.model.segment, config.tokenizer.max_tokens
        return cls(network, ngrams, classes, multilabel, segment, most, characters)

    def logits(
        self,
        encoded: Sequence[Ids],
        batch_size: int | None = None,
        ngram_scores: Mapping[int, Logits] = NO_SCORES,
        character_scores: Logits | None = None,
    ) -> tuple[Logits, Logits | None]:
        """Logits of the network and of the linear models together, each [N, C].

        Args:
            ngram_scores: scores [C] of the n-gram model that are known already, by the index of the text.
            character_scores: scores [N, C] of the character model, which reads words instead of ids.
        """
        from lstmcli.tokenization.batching import by_length, pack

        network_NC = np.zeros((len(encoded), self.classes), np.float32)
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))

        def compute(batch: NDArray[np.int64]) -> None:
            network_NC[batch] = self.network.logits(*pack([encoded[i] for i in batch], self.segment, self.max_tokens))

        batches = list(by_length(np.minimum(lengths, self.max_tokens), batch_size or self.network.batch_size))
        each(compute, batches, self.network.workers)
        if self.ngrams is None or not encoded:
            return network_NC, character_scores
        ngrams_NC = self.ngrams.scores(encoded)
        for n, scores_C in ngram_scores.items():
            ngrams_NC[n] = scores_C
        return network_NC, ngrams_NC if character_scores is None else ngrams_NC + character_scores

    def known(self, encoded: Sequence[Ids]) -> NDArray[np.float64]:
        """The share of each text's n-grams that the n-gram model knows; without one, of its tokens."""
        if self.ngrams is not None:
            return self.ngrams.known_share(encoded)
        return np.array([np.mean(ids_TF[:, 0] != UNKNOWN_ID) for ids_TF in encoded], np.float64)

    def scaled(self, scales: Scales) -> Ensemble:
        """The same with the linear models scaled."""
        ngrams = None if self.ngrams is None else self.ngrams.scaled(scales.ngrams)
        characters = None if self.characters is None else self.characters.scaled(scales.characters)
        return replace(self, ngrams=ngrams, characters=characters)

    def probabilities(
        self,
        encoded: Sequence[Ids],
        scale: float,
        batch_size: int | None = None,
        ngram_scores: Mapping[int, Logits] = NO_SCORES,
        character_scores: Logits | None = None,
    ) -> NDArray[np.float64]:
        """Probabilities [N, C]; rows sum to 1 unless the model is multi-label."""
        logits = self.logits(encoded, batch_size, ngram_scores, character_scores)
        return combine(*logits, scale, self.multilabel)
