"""Dynamic evaluation: the model is updated on the text while it is scored (Krause et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmcli.language_modeling.config import AdaptConfig
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring.perplexity import ScoreBoth
from lstmcli.language_modeling.scoring.score import Stream
from lstmcli.scoring.scores import ProbabilityCallback, Scores
from lstmcli.tokenization.ids import Ids


@dataclass(frozen=True)
class Adaptation:
    """Dynamic evaluation, with a separate copy of the model for each text."""

    config: AdaptConfig

    @property
    def name(self) -> str:
        own = self.config
        return f"dynamic evaluation, rate {own.rate:g}, decay {own.decay:g}, segments of {own.segment} tokens"

    def start_text(self, model: LanguageModel, /) -> ScoreBoth:
        from lstmcli.language_modeling.scoring.dynamic_network import Adapter

        plain = Stream(model.together)
        adapter = Adapter(
            model.weights(),
            model.directory.settings.model,
            model.encoder.vocab_size,
            rate=self.config.rate,
            decay=self.config.decay,
            segment=self.config.segment,
            device=model.device,
        )

        def read(
            ids: Ids, *, entropy: bool = False, callbacks: Sequence[ProbabilityCallback | None] = (None, None)
        ) -> tuple[Scores, Scores]:
            """Score the next ids [N], without and with adaptation."""
            before, after = callbacks
            entropies: list[NDArray[np.float32]] = []
            at = 0

            def callback(log_p_TV: NDArray[np.float32]) -> None:
                nonlocal at
                p_TV = np.exp(log_p_TV)
                entropies.append(-(p_TV * log_p_TV).sum(axis=1))
                if after:
                    after(0, at, p_TV)
                at += len(p_TV)

            nats = adapter.score(ids, callback if entropy or after else None)
            found = Scores(nats, np.concatenate([np.zeros(0), *entropies]) if entropy else None)
            return plain.score([ids], entropy=entropy, callback=before)[0], found

        return read
