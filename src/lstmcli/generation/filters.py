"""Filters of logits, and sampling.  A filter sets tokens that it rules out to -inf and always keeps at least one.

Filters are applied in sequence.  Equal logits are kept or ruled out together.

Shapes: B texts, V words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.session import Logits
from lstmcli.generation.config import SamplingConfig
from lstmcli.tokenization.ids import UNKNOWN_ID

Filter = Callable[[Logits], Logits]
_Followers = dict[tuple[int, ...], set[int]]
"""For n - 1 tokens, those that came after them."""
BLOCK = 128
"""Tokens per block when sampling."""
MINUS_INFINITY = np.float32(-np.inf)


def log_softmax(logits_BV: Logits) -> Logits:
    """Log-probabilities in nats; ruled out tokens stay at -inf."""
    centred = logits_BV - logits_BV.max(axis=-1, keepdims=True)
    result: Logits = centred - np.log(np.exp(centred).sum(axis=-1, keepdims=True))
    return result


def softmax(logits_BV: Logits) -> Logits:
    raised = np.exp(logits_BV - logits_BV.max(axis=-1, keepdims=True))
    result: Logits = raised / raised.sum(axis=-1, keepdims=True)
    return result


def top_k(logits_BV: Logits, k: int) -> Logits:
    """Keep the k most probable tokens (Fan et al. 2018)."""
    if k >= logits_BV.shape[-1]:
        return logits_BV
    least_B1 = np.partition(logits_BV, -k, axis=-1)[:, -k, None]
    return np.where(logits_BV >= least_B1, logits_BV, MINUS_INFINITY)


def top_p(logits_BV: Logits, p: float) -> Logits:
    """Keep the nucleus: the smallest set of tokens with total probability ``p`` (Holtzman et al. 2020, section 3.1)."""
    p_BV = softmax(logits_BV)
    falling_BV = -np.sort(-p_BV, axis=-1)
    return np.where(p_BV >= _last_of(falling_BV, falling_BV, p), logits_BV, MINUS_INFINITY)


def min_p(logits_BV: Logits, share: float) -> Logits:
    """Keep tokens with at least ``share`` of the best token's probability (Nguyen et al. 2024, section 3)."""
    least_B1 = logits_BV.max(axis=-1, keepdims=True) + np.float32(np.log(share))
    return np.where(logits_BV >= least_B1, logits_BV, MINUS_INFINITY)


def typical(logits_BV: Logits, mass: float) -> Logits:
    """Keep the tokens with surprisal nearest to the entropy, up to total probability ``mass`` (Meister et al. 2023,
    section 4).  The most probable token may be ruled out."""
    log_p_BV = log_softmax(logits_BV)
    p_BV = np.exp(log_p_BV)
    entropy_B1 = -(p_BV * np.where(p_BV > 0, log_p_BV, 0)).sum(axis=-1, keepdims=True)
    distance_BV = np.abs(-log_p_BV - entropy_B1)
    order_BV = np.argsort(distance_BV, axis=-1, kind="stable")
    sorted_p_BV = np.take_along_axis(p_BV, order_BV, axis=-1)
    most_B1 = _last_of(np.take_along_axis(distance_BV, order_BV, axis=-1), sorted_p_BV, mass)
    return np.where(distance_BV <= most_B1, logits_BV, MINUS_INFINITY)


def _last_of(values_BV: Logits, p_BV: Logits, mass: float) -> Logits:
    """The value at which the cumulative probability reaches ``mass``, [B, 1]."""
    reached_BV = np.cumsum(p_BV, axis=-1, dtype=np.float64)
    # By rounding, the total may be less than a mass of 1: then every token is kept.
    last_B1 = np.minimum((reached_BV < mass).sum(axis=-1), (p_BV > 0).sum(axis=-1) - 1)[:, None]
    return np.take_along_axis(values_BV, last_B1, axis=-1)


def repetition_penalty(logits_BV: Logits, seen_BV: NDArray[np.bool_], penalty: float) -> Logits:
    """Multiply the log-probability of tokens seen before (Keskar et al. 2019, section 4.1).

    The paper divides logits, whose zero is arbitrary and whose sign would reverse the penalty; for log-probabilities
    the result is p to the power of ``penalty``.
    """
    log_p_BV = log_softmax(logits_BV)
    return np.where(seen_BV, log_p_BV * np.float32(penalty), log_p_BV)


def ban(logits_BV: Logits, banned: Sequence[Iterable[int]]) -> Logits:
    """Rule out ``banned`` tokens of each row, unless none would be left."""
    result = logits_BV
    for row, tokens in enumerate(banned):
        own = list(tokens)
        if own and np.isfinite(np.delete(logits_BV[row], own)).any():
            result = result.copy() if result is logits_BV else result
            result[row, own] = MINUS_INFINITY
    return result


class NgramMemory:
    """The n-grams of a text so far, which must not be repeated (Paulus et al. 2018, section 2.5)."""

    def __init__(self, n: int, ids: Iterable[int] = ()) -> None:
        self._n = n
        self._last: tuple[int, ...] = ()
        self._before: _Followers = {}
        self._followers: _Followers = {}
        for id in ids:
            self.push(id)

    def push(self, id: int) -> None:
        if len(self._last) == self._n - 1:
            self._followers.setdefault(self._last, set()).add(id)
        self._last = (*self._last, id)[1 - self._n :] if self._n > 1 else ()

    def banned(self) -> set[int]:
        """Tokens that would complete a repeated n-gram."""
        return self._before.get(self._last, set()) | self._followers.get(self._last, set())

    def fork(self) -> NgramMemory:
        """A copy that shares this memory, which must not change any more.

        Raises:
            ValueError: this memory is itself a fork.
        """
        if self._before:
            raise ValueError("a fork cannot be forked")
        other = NgramMemory(self._n)
        other._last, other._before = self._last, self._followers
        return other


def keep_only(logits_BV: Logits, allowed_V: NDArray[np.bool_]) -> Logits:
    """Rule out all but the allowed tokens; rows in which none of them is possible are unchanged."""
    kept_BV = np.where(allowed_V, logits_BV, MINUS_INFINITY)
    return np.where(np.isfinite(kept_BV).any(axis=-1, keepdims=True), kept_BV, logits_BV)


def without_unknown(logits_BV: Logits) -> Logits:
    """Rule out ``<unk>``."""
    logits_BV = logits_BV.copy()
    logits_BV[:, UNKNOWN_ID] = MINUS_INFINITY
    return logits_BV


def filters(config: SamplingConfig) -> list[Filter]:
    """The filters in ``config``, in the order of application after temperature: top-k, typical, top-p, min-p."""
    steps: list[Filter] = []
    for value, function in (
        (config.top_k, top_k),
        (config.typical, typical),
        (config.top_p, top_p),
        (config.min_p, min_p),
    ):
        if value is not None:
            steps.append(_with(function, value))
    return steps


def _with(function: Callable[[Logits, float], Logits] | Callable[[Logits, int], Logits], value: float) -> Filter:
    return lambda logits: function(logits, value)  # type: ignore[arg-type]


def draw(weights_BV: Logits, uniform_B: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sample a token per row by inverting the cumulative distribution at ``uniform_B``, numbers in [0, 1).

    Weights are unnormalised probabilities; a token of weight 0 is never drawn.  First a block of tokens is drawn, then
    a token of the block, because a cumulative sum over the whole vocabulary would dominate the time.
    """
    B, V = weights_BV.shape
    starts = np.arange(0, V, BLOCK)
    block_B, left_B = _place(np.add.reduceat(weights_BV, starts, axis=1), uniform_B)
    ids = np.empty(B, np.int64)
    for row, (start, left) in enumerate(zip(starts[block_B], left_B, strict=True)):
        within, _ = _place(weights_BV[row : row + 1, start : start + BLOCK], left[None])
        ids[row] = start + within[0]
    return ids


def _place(weights_BN: Logits, uniform_B: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The index at which the cumulative weight reaches the number, and the position within the entry, in [0, 1)."""
    reached_BN = np.cumsum(weights_BN, axis=1, dtype=np.float64)
    total_B = reached_BN[:, -1]
    wanted_B = np.minimum(uniform_B * total_B, np.nextafter(total_B, 0))  # the product may round up to the total
    found_B = (reached_BN <= wanted_B[:, None]).sum(axis=1)
    rows = np.arange(len(found_B))
    own_B = weights_BN[rows, found_B].astype(np.float64)
    into_B = (wanted_B - (reached_BN[rows, found_B] - own_B)) / own_B
    return found_B, np.clip(into_B, 0.0, np.nextafter(1.0, 0.0))
