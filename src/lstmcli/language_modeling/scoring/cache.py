"""The neural cache: words that followed similar states become more likely.

Grave, Joulin & Usunier (2017, arXiv 1612.04426), equations 2 to 4: in the state h_t the cache predicts

    p_cache(w) proportional to the sum of exp(theta h_t . h_i) over the positions i in the window that w followed,

and the mixture is (1 - lambda) p_model + lambda p_cache.  Nothing is trained, and only the text so far is used.  The
first token of a text is predicted by the model alone.

Shapes: N ids, T of them at once, P positions in the window, K units of the last layer, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import LOGITS_AT_ONCE, Floats, Session, State
from lstmcli.language_modeling.config import CacheConfig
from lstmcli.language_modeling.scoring.perplexity import Model, ScoreBoth
from lstmcli.language_modeling.scoring.score import STEP
from lstmcli.scoring.scores import ProbabilityCallback, Scores, empty_scores, entropy_of, probabilities
from lstmcli.tokenization.ids import END_ID, Ids


@dataclass(frozen=True)
class Cache:
    """The neural cache, a separate one for each text."""

    config: CacheConfig

    @property
    def name(self) -> str:
        own = self.config
        return f"cache of {own.window:,} tokens, theta {own.theta:g}, lambda {own.share:g}"

    def start_text(self, model: Model, /) -> ScoreBoth:
        return _Text(self.config, model.together).read


class _Text:
    """One text and its cache."""

    def __init__(self, config: CacheConfig, session: Session) -> None:
        self._config, self._session = config, session
        self._state: State = session.zero_state(1)
        self._last = END_ID
        self._keys_PK = np.zeros((0, 0), np.float32)
        self._followed_P = np.zeros(0, np.int32)

    def read(
        self, ids: Ids, *, entropy: bool = False, callbacks: Sequence[ProbabilityCallback | None] = (None, None)
    ) -> tuple[Scores, Scores]:
        """Score the next ids [N], without and with the cache."""
        result = empty_scores(len(ids), entropy), empty_scores(len(ids), entropy)
        whole = entropy or any(callbacks)
        step = min(STEP, max(1, LOGITS_AT_ONCE // self._session.vocab_size)) if whole else STEP
        for start in range(0, len(ids), step):
            part = slice(start, start + step)
            nats_T, both_TV = self._read(ids[part], whole)
            for scores, callback, own_T, p_TV in zip(result, callbacks, nats_T, both_TV, strict=True):
                scores.nats[part] = own_T
                if scores.entropy is not None:
                    scores.entropy[part] = entropy_of(p_TV)
                if callback:
                    callback(0, start, p_TV)
        return result

    def _read(
        self, targets_T: Ids, whole: bool
    ) -> tuple[tuple[Floats, Floats], tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Nats of the targets without and with the cache, and the probabilities of all tokens if ``whole``."""
        before_T1 = np.concatenate([[self._last], targets_T[:-1]]).astype(np.int32)[:, None]
        logits = self._session.logits(before_T1, self._state)[0] if whole else None
        nats_T1, h_T1K, self._state = self._session.hidden(before_T1, targets_T[:, None], self._state)
        self._last = int(targets_T[-1])
        h_TK = h_T1K[:, 0]
        keys_PK = np.concatenate([self._keys_PK.reshape(-1, h_TK.shape[1]), h_TK])
        followed_P = np.concatenate([self._followed_P, targets_T])
        self._keys_PK, self._followed_P = keys_PK[-self._config.window :], followed_P[-self._config.window :]

        weight_TP = self._weights(h_TK, keys_PK)
        share_T = np.where(weight_TP.any(axis=1), self._config.share, 0.0)  # the first token has no past
        hits_T = np.where(followed_P == targets_T[:, None], weight_TP, 0.0).sum(axis=1)
        plain_T = nats_T1[:, 0].astype(np.float64)
        nats_T = plain_T, -np.logaddexp(np.log1p(-share_T) - plain_T, _log(share_T * hits_T))
        if logits is None:
            nothing_TV = np.zeros((len(targets_T), 0), np.float32)
            return nats_T, (nothing_TV, nothing_TV)
        p_TV = probabilities(logits[:, 0], targets_T, False)[2]
        order = np.argsort(followed_P, kind="stable")
        ids_U, firsts = np.unique(followed_P[order], return_index=True)
        mixed_TV = p_TV * (1 - share_T[:, None]).astype(np.float32)
        mixed_TV[:, ids_U] += share_T[:, None] * np.add.reduceat(weight_TP[:, order], firsts, axis=1)
        return nats_T, (p_TV, mixed_TV)

    def _weights(self, h_TK: Floats, keys_PK: Floats) -> Floats:
        """Weights of the positions in the window, [T, P]; rows sum to 1, or to 0 if there is no past.

        The last T keys are the states ``h_TK``.
        """
        T, P = len(h_TK), len(keys_PK)
        age_TP = np.arange(P - T, P)[:, None] - np.arange(P)
        inside_TP = (age_TP > 0) & (age_TP <= self._config.window)
        likeness_TP = np.where(inside_TP, self._config.theta * (h_TK @ keys_PK.T).astype(np.float64), -np.inf)
        peak_T1 = likeness_TP.max(axis=1, keepdims=True)
        weight_TP = np.exp(likeness_TP - np.where(np.isfinite(peak_T1), peak_T1, 0.0))
        return np.asarray(weight_TP / np.maximum(weight_TP.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny))


def _log(p: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p))
