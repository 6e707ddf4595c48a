"""The neural cache: words that came after states like this one are more likely to come again.

Grave, Joulin & Usunier (2017, arXiv 1612.04426), equations 2 to 4: after the state h_t the cache gives a word

    p_cache(w) = sum of exp(theta h_t . h_i) over the i in the window that w followed, over the sum of all,

and the mixture is (1 - lambda) p_model + lambda p_cache.  Nothing is trained, and nothing of the text to come is
used.  The first token of a text has no past and is the model's alone.

Shapes: N ids, T of them at once, P places of the window, K units of the last layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmcli.config_lm import CacheConfig
from lstmcli.tasks.perplexity import Model
from lstmcli.tasks.scoring import END_ID, STEP, Ids


@dataclass(frozen=True)
class Cache:
    """A cache for each text."""

    config: CacheConfig

    @property
    def name(self) -> str:
        own = self.config
        return f"cache of {own.window:,} tokens, theta {own.theta:g}, lambda {own.share:g}"

    def begin(self, model: Model, /) -> Callable[[Ids], NDArray[np.float64]]:
        """Takes the ids that come next, [N]; says what they cost without the cache and with it, [2, N]."""
        session = model.together
        state, last = session.zero_state(1), END_ID
        keys_PK, followed_P = np.zeros((0, 0), np.float32), np.zeros(0, np.int32)

        def read(ids: Ids) -> NDArray[np.float64]:
            nonlocal state, last, keys_PK, followed_P
            found = np.zeros((2, len(ids)))
            for start in range(0, len(ids), STEP):
                targets = ids[start : start + STEP]
                before = np.concatenate([[last], targets[:-1]]).astype(np.int32)
                nats, h_T1K, state = session.hidden(before[:, None], targets[:, None], state)
                h_TK, last = h_T1K[:, 0], int(targets[-1])
                keys = np.concatenate([keys_PK.reshape(-1, h_TK.shape[1]), h_TK])
                followed = np.concatenate([followed_P, targets])
                p_T = self._found(h_TK, targets, keys, followed)
                found[0, start : start + STEP] = plain = nats[:, 0].astype(np.float64)
                mixed = -np.logaddexp(np.log1p(-self.config.share) - plain, _log(self.config.share * p_T))
                first = 1 if len(followed) == len(targets) else 0  # the first of all has no past
                found[1, start : start + STEP] = np.concatenate([plain[:first], mixed[first:]])
                keys_PK, followed_P = keys[-self.config.window :], followed[-self.config.window :]
            return found

        return read

    def _found(
        self, h_TK: NDArray[np.floating], targets_T: Ids, keys_PK: NDArray[np.floating], followed_P: Ids
    ) -> NDArray[np.float64]:
        """What the cache gives each target, [T]; the keys end with the states asked about."""
        T, P = len(h_TK), len(keys_PK)
        age_TP = np.arange(P - T, P)[:, None] - np.arange(P)
        inside_TP = (age_TP > 0) & (age_TP <= self.config.window)
        likeness_TP = np.where(inside_TP, self.config.theta * (h_TK @ keys_PK.T).astype(np.float64), -np.inf)
        peak_T1 = likeness_TP.max(axis=1, keepdims=True)
        weight_TP = np.exp(likeness_TP - np.where(np.isfinite(peak_T1), peak_T1, 0.0))
        hits_T = np.where(followed_P == targets_T[:, None], weight_TP, 0.0).sum(axis=1)
        return np.asarray(hits_T / np.maximum(weight_TP.sum(axis=1), np.finfo(np.float64).tiny))


def _log(p: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p))
