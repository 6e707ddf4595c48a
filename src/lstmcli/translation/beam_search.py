"""Beam search for the translations of many texts at once.

A hypothesis y of T tokens, ``</s>`` among them, is ranked by log p(y | x) / T ** alpha.  The search of a text ends when
no hypothesis that is still open can be ranked above the n-th best that is complete, since log p only falls; or when as
many were completed as the beam is wide, and none that is open has a better rank so far.  A text whose search has ended
leaves the batch.

Shapes: B texts, W hypotheses of a text, N = B * W, S source tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import END_ID, Ids
from lstmcli.translation.batches import pad
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.session import Floats, TranslationSession

LONGEST_FACTOR, LONGEST_MORE = 3, 30
"""A translation has at most so many times the tokens of its source, and so many more."""


class Node(NamedTuple):
    """A token of a hypothesis, and the hypothesis before it."""

    id: int
    weights_S: Floats | None
    before: Node | None


class Hypothesis(NamedTuple):
    """A complete translation."""

    ids: list[int]
    """Without the ``</s>`` that ends it."""
    log_p: float
    """Of all tokens and the ``</s>``, in nats."""
    rank: float
    """``log_p`` divided by the length penalty."""
    weights_TS: Floats | None
    """Attention of each token, that of the ``</s>`` last; only if asked for."""


@dataclass
class _Search:
    """The search for the translations of one text."""

    place: int
    limit: int
    """Maximum number of tokens."""
    config: BeamConfig
    open: list[Node | None]
    complete: list[Hypothesis] = field(default_factory=list)
    completed: int = 0
    """How many were completed; ``complete`` has the n best of them."""

    def rank(self, log_p: float, tokens: int) -> float:
        return float(log_p / tokens**self.config.length_penalty)

    def end(self, node: Node | None, log_p: float, weights_S: Floats | None, tokens: int) -> None:
        self.completed += 1
        rank = self.rank(log_p, tokens)
        if len(self.complete) == self.config.n and rank <= self.complete[-1].rank:
            return
        ids, weights = list[int](), [weights_S]
        while node is not None:
            ids.append(node.id)
            weights.append(node.weights_S)
            node = node.before
        kept = None if weights_S is None else np.stack([w for w in reversed(weights) if w is not None])
        self.complete.append(Hypothesis(ids[::-1], log_p, rank, kept))
        self.complete.sort(key=lambda found: -found.rank)
        del self.complete[self.config.n :]

    def ended(self, best_open: float, tokens: int) -> bool:
        """Whether nothing better can come; ``best_open`` is the highest log-probability of an open hypothesis."""
        if tokens >= self.limit or not math.isfinite(best_open):
            return True
        if len(self.complete) < self.config.n:
            return False
        reach = tokens if self.completed >= self.config.beam else self.limit
        return self.rank(best_open, reach) <= self.complete[-1].rank


def search(
    session: TranslationSession, sources: Sequence[Ids], config: BeamConfig, *, attention: bool = False
) -> list[list[Hypothesis]]:
    """The n best translations of each source, the best first; fewer if the beam has fewer.

    Args:
        sources: ids of each text, ``</s>`` last.
        attention: keep the weights of attention.
    """
    W = config.beam
    memory, state = session.encode(*pad(sources))
    searches = [
        _Search(place, LONGEST_FACTOR * len(source) + LONGEST_MORE, config, [None] * W)
        for place, source in enumerate(sources)
    ]
    result: list[list[Hypothesis]] = [[] for _ in sources]
    state = session.select(state, np.repeat(np.arange(len(sources)), W))
    log_p_BW = np.full((len(sources), W), -np.inf)
    log_p_BW[:, 0] = 0.0
    ids_N, tokens = np.full(len(sources) * W, END_ID, np.int32), 0
    while searches:
        tokens += 1
        step = session.step(ids_N, state, memory, min(2 * W, session.vocab_size - 1))
        assert step.ids is not None
        weights = step.weights_BWS if attention else None
        parents, ids_BW, log_p_BW = _advance(searches, log_p_BW, step.log_p, step.ids, weights, tokens)
        left = [i for i, one in enumerate(searches) if not one.ended(float(log_p_BW[i].max()), tokens)]
        if len(left) < len(searches):
            for one in searches:
                result[one.place] = one.complete
            searches = [searches[i] for i in left]
            parents, ids_BW, log_p_BW = parents[left], ids_BW[left], log_p_BW[left]
            memory = memory.select(np.array(left, np.int64))
        if searches:
            state, ids_N = session.select(step.state, parents.ravel()), ids_BW.ravel()
    return result


def _advance(
    searches: list[_Search],
    log_p_BW: NDArray[np.float64],
    next_NM: Floats,
    ids_NM: NDArray[np.int64],
    weights_BWS: Floats | None,
    tokens: int,
) -> tuple[NDArray[np.int64], Ids, NDArray[np.float64]]:
    """Extend the hypotheses of every text by a token.

    Returns:
        the row [B, W] of the state that each hypothesis goes on from, its last token, and its log-probability.
    """
    B, W = log_p_BW.shape
    M = next_NM.shape[1]
    total_BC = (log_p_BW[:, :, None] + next_NM.reshape(B, W, M)).reshape(B, W * M)
    order_BC = np.argsort(-total_BC, axis=1, kind="stable")[:, : 2 * W]
    ids_BC = ids_NM.reshape(B, W * M)
    parents = np.repeat(np.arange(B)[:, None] * W, W, axis=1)
    ids_BW, after_BW = np.full((B, W), END_ID, np.int32), np.full((B, W), -np.inf)
    for b, one in enumerate(searches):
        nodes, taken = list[Node | None](), 0
        for place, candidate in enumerate(order_BC[b]):
            log_p, id, beam = float(total_BC[b, candidate]), int(ids_BC[b, candidate]), int(candidate) // M
            if taken == W or log_p == -math.inf:
                break
            weights_S = None if weights_BWS is None else weights_BWS[b, beam]
            if id == END_ID:
                if place < W or tokens >= one.limit:
                    one.end(one.open[beam], log_p, weights_S, tokens)
                continue
            nodes.append(Node(id, weights_S, one.open[beam]))
            parents[b, taken], ids_BW[b, taken], after_BW[b, taken] = b * W + beam, id, log_p
            taken += 1
        if tokens >= one.limit and not one.complete and nodes:
            one.end(nodes[0], float(after_BW[b, 0]), nodes[0].weights_S if nodes[0] else None, tokens)
        one.open = nodes + [None] * (W - taken)
    return parents, ids_BW, after_BW
