"""Teacher-forced scores: of each token of a target, given its source and the tokens before it.

Shapes: T target tokens, S source tokens, B pairs, V words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstmcli.scoring.scores import TINY, ProbabilityCallback, Scores
from lstmcli.tokenization.ids import END_ID, Ids
from lstmcli.translation.batches import cut, pad
from lstmcli.translation.session import Floats, TranslationSession
from lstmcli.translation.translate import BATCH_TOKENS


def score(
    session: TranslationSession,
    sources: Sequence[Ids],
    targets: Sequence[Ids],
    *,
    entropy: bool = False,
    attention: bool = False,
    callback: ProbabilityCallback | None = None,
) -> list[tuple[Scores, Floats | None]]:
    """The scores of each target, ``</s>`` last, and, if asked, the attention [T, S] of its tokens.

    Args:
        callback: called with the probabilities [1, V] of each step.
    """
    memory, state = session.encode(*pad(sources))
    targets_TB, lengths_B = pad(targets)
    nats_TB, entropy_TB = np.zeros(targets_TB.shape), np.zeros(targets_TB.shape)
    weights_TBS = np.zeros((*targets_TB.shape, memory.mask_BS.shape[1]), np.float32) if attention else None
    ids_B, left = np.full(len(targets), END_ID, np.int32), np.arange(len(targets))
    for t in range(int(lengths_B.max())):
        if (lengths_B[left] <= t).any():  # a target that has ended leaves the batch
            rows = np.flatnonzero(lengths_B[left] > t)
            memory, state = memory.select(rows), session.select(state, rows)
            ids_B, left = ids_B[rows], left[rows]
        step = session.step(ids_B, state, memory)
        next_B, log_p_BV = targets_TB[t, left], step.log_p
        nats_TB[t, left] = -log_p_BV[np.arange(len(left)), next_B]
        p_BV = np.exp(log_p_BV) if entropy or callback else None
        if entropy:
            entropy_TB[t, left] = -(p_BV * np.maximum(log_p_BV, np.log(TINY))).sum(axis=1)
        if callback and p_BV is not None:
            for row, i in enumerate(left.tolist()):
                callback(i, t, p_BV[row : row + 1])
        if weights_TBS is not None:
            weights_TBS[t, left] = step.weights_BWS[:, 0]
        ids_B, state = next_B, step.state
    return [
        (
            Scores(nats_TB[:T, b], entropy_TB[:T, b] if entropy else None),
            None if weights_TBS is None else weights_TBS[:T, b, : len(sources[b])],
        )
        for b, T in enumerate(lengths_B.tolist())
    ]


def score_batches(
    session: TranslationSession,
    sources: Sequence[Ids],
    targets: Sequence[Ids],
    *,
    batch_size: int,
    entropy: bool = False,
    callback: ProbabilityCallback | None = None,
) -> list[Scores]:
    """The scores of each target, in order; pairs of similar lengths are computed together."""
    lengths_N2 = np.array([[len(s), len(t)] for s, t in zip(sources, targets, strict=True)], np.int64).reshape(-1, 2)
    result = [Scores(np.zeros(0), None)] * len(targets)
    for batch in cut(np.lexsort((lengths_N2[:, 0], lengths_N2[:, 1])), lengths_N2, BATCH_TOKENS, batch_size):
        own = batch.tolist()

        def of_text(row: int, start: int, p_TV: Floats, own: list[int] = own) -> None:
            assert callback is not None
            callback(own[row], start, p_TV)

        found = score(
            session,
            [sources[i] for i in own],
            [targets[i] for i in own],
            entropy=entropy,
            callback=of_text if callback else None,
        )
        for i, (scores, _) in zip(own, found, strict=True):
            result[i] = scores
    return result
