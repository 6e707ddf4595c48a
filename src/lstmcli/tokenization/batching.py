"""Batch texts of different lengths.

Shapes: B texts, S segments per text, T tokens per segment, F rows per token.  Row 0 is padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import Ids

Lengths = NDArray[np.int64]


def head_and_tail(ids_TF: Ids, max_tokens: int) -> Ids:
    """Truncate a long text to its head and tail, half each (Sun et al. 2019)."""
    if len(ids_TF) <= max_tokens:
        return ids_TF
    head = (max_tokens + 1) // 2
    return np.concatenate([ids_TF[:head], ids_TF[len(ids_TF) - (max_tokens - head) :]])


def pack(encoded: Sequence[Ids], segment: int, max_tokens: int) -> tuple[Ids, Lengths]:
    """A batch of texts, each split into equal segments of at most ``segment`` tokens.

    Returns:
        ids [B, S, T, F] int32, padded with 0, and lengths [B, S] int64; missing segments have length 0.
    """
    texts = [head_and_tail(ids, max_tokens) for ids in encoded]
    counts = np.fromiter(map(len, texts), np.int64, len(texts))
    pieces = np.maximum(1, -(-counts // segment)) if segment else np.ones_like(counts)
    size = -(-counts // pieces)  # equal segments, instead of full ones and a short last one
    S, T, F = int(pieces.max()), int(size.max()), texts[0].shape[1]
    ids_BSTF = np.zeros((len(texts), S, T, F), np.int32)
    lengths_BS = np.clip(counts[:, None] - size[:, None] * np.arange(S), 0, size[:, None])
    for b, text in enumerate(texts):
        if pieces[b] == 1:
            ids_BSTF[b, 0, : len(text)] = text
            continue
        for s in range(pieces[b]):
            part = text[s * size[b] : (s + 1) * size[b]]
            ids_BSTF[b, s, : len(part)] = part
    return ids_BSTF, lengths_BS


def bucketed(
    lengths: NDArray[np.int64], batch_size: int, rng: np.random.Generator, pool: int = 64
) -> Iterator[NDArray[np.int64]]:
    """A shuffled epoch in batches of texts of similar length.

    Shuffles all texts, sorts within pools of ``pool`` batches and yields the batches in random order: there is little
    padding, and the batches differ from epoch to epoch.
    """
    order = rng.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), batch_size * pool):
        chunk = order[start : start + batch_size * pool]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        batches += [chunk[i : i + batch_size] for i in range(0, len(chunk), batch_size)]
    for i in rng.permutation(len(batches)):
        yield batches[i]


def by_length(lengths: NDArray[np.int64], batch_size: int) -> Iterator[NDArray[np.int64]]:
    """Batches for evaluation: every index once, longest text first."""
    order = np.argsort(-lengths, kind="stable")
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]
