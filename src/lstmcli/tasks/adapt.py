"""Dynamic evaluation of a text: a model that learns from it while it is scored (Krause et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmcli.config_lm import AdaptConfig
from lstmcli.tasks.lm import LanguageModel
from lstmcli.tasks.scoring import Ids, Stream


@dataclass(frozen=True)
class Adaptation:
    """A copy of the model that learns, for each text."""

    config: AdaptConfig

    @property
    def name(self) -> str:
        own = self.config
        return f"dynamic evaluation, rate {own.rate:g}, decay {own.decay:g}, segments of {own.segment} tokens"

    def begin(self, model: LanguageModel, /) -> Callable[[Ids], NDArray[np.float64]]:
        """Takes the ids that come next, [N]; says what they cost a model that stays as it is and one that learns."""
        from lstmcli.core.adapt import Adapter

        plain = Stream(model.together)
        adapter = Adapter(
            model.weights(),
            model.model.lm.model,
            model.encoder.vocab_size,
            rate=self.config.rate,
            decay=self.config.decay,
            segment=self.config.segment,
            device=model.device if model.engine == "torch" else "cpu",
        )
        return lambda ids: np.stack([plain.score([ids])[0].nats, adapter.score(ids)])
