"""Batches of pairs by tokens, bucketed by the lengths of both sides.

Shapes: N pairs of the split, B pairs of a batch, S source tokens, T target tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import END_ID, Ids
from lstmcli.tokenization.line_encoder import EncodedLines, PickedLines

Index = NDArray[np.int64]
Lines = EncodedLines | PickedLines | list[Ids]
SIZES = 16
"""Numbers of pairs are multiples of this: each new shape costs time and some megabytes, once."""
FINE, COARSE, SHORT = 2, 8, 32
"""Lengths are multiples of these, up to ``SHORT`` and above, for the same reason."""
COUNTED = 2**16
"""Pairs whose ids are counted at once."""
POOL = 400
"""Batches in a pool, which is sorted by length."""


@dataclass
class Pairs:
    """Encoded pairs; each side of each ends with ``</s>``."""

    sources: Lines
    targets: Lines

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def tokens(self) -> int:
        """Tokens of the targets."""
        return int(lengths(self.targets).sum())

    @property
    def lengths_N2(self) -> Index:
        """Lengths of source and target."""
        return np.stack([lengths(self.sources), lengths(self.targets)], axis=1)

    def target_counts(self, V: int) -> NDArray[np.int64]:
        """How often each id occurs in the targets, [V]."""
        counts_V = np.zeros(V, np.int64)
        for first in range(0, len(self), COUNTED):
            counts_V += np.bincount(np.concatenate(self.targets[first : first + COUNTED]), minlength=V)
        return counts_V

    def pick(self, rows: Index) -> Pairs:
        """Some of the pairs of a corpus."""
        assert isinstance(self.sources, EncodedLines) and isinstance(self.targets, EncodedLines)
        return Pairs(PickedLines(self.sources, rows), PickedLines(self.targets, rows))


class Batch(NamedTuple):
    """Padded with 0, time first."""

    source_SB: Ids
    lengths_B: Index
    inputs_TB: Ids
    """``</s>``, then the target without its last token."""
    targets_TB: Ids
    inside_TB: NDArray[np.bool_]
    """Which targets are not padding."""


def lengths(lines: Lines) -> Index:
    """Ids of each line."""
    return np.fromiter(map(len, lines), np.int64, len(lines)) if isinstance(lines, list) else lines.lengths


def batch(pairs: Pairs, index: Sequence[int] | Index) -> Batch:
    source_SB, lengths_B = pad([pairs.sources[i] for i in index])
    targets_TB, sizes_B = pad([pairs.targets[i] for i in index])
    inputs_TB = np.concatenate([np.full((1, len(index)), END_ID, np.int32), targets_TB[:-1]])
    return Batch(source_SB, lengths_B, inputs_TB, targets_TB, np.arange(len(targets_TB))[:, None] < sizes_B)


def pad(rows: Sequence[Ids]) -> tuple[Ids, Index]:
    """Rows side by side, [T, B], T rounded up, and their lengths."""
    sizes_B = np.fromiter(map(len, rows), np.int64, len(rows))
    ids_TB = np.zeros((_rounded(int(sizes_B.max())), len(rows)), np.int32)
    for b, row in enumerate(rows):
        ids_TB[: len(row), b] = row
    return ids_TB, sizes_B


def _rounded(length: int) -> int:
    step = FINE if length <= SHORT else COARSE
    return -(-length // step) * step


def bucketed(lengths_N2: Index, most_tokens: int, most_pairs: int, rng: np.random.Generator) -> list[Index]:
    """A shuffled epoch in batches of pairs whose sources, and whose targets, are of similar lengths.

    A batch has at most ``most_pairs`` pairs, and at most ``most_tokens`` tokens of the longer side with padding; it has
    one pair at least.
    """
    order = rng.permutation(len(lengths_N2))
    mean = max(1.0, float(lengths_N2.max(axis=1).mean()))
    pool = max(1, int(POOL * min(most_pairs, most_tokens / mean)))
    batches: list[Index] = []
    for start in range(0, len(order), pool):
        chunk = order[start : start + pool]
        source, target = lengths_N2[chunk].T
        batches += cut(chunk[np.lexsort((source, -(-target // FINE)))], lengths_N2, most_tokens, most_pairs)
    return [batches[i] for i in rng.permutation(len(batches))]


def cut(order: Index, lengths_N2: Index, most_tokens: int, most_pairs: int) -> list[Index]:
    """Consecutive runs of ``order`` that keep the limits."""
    batches, start = [], 0
    while start < len(order):
        longest, stop = 0, start
        while stop < len(order) and stop - start < most_pairs:
            longest = max(longest, _rounded(int(lengths_N2[order[stop]].max())))
            if longest * (stop - start + 1) > most_tokens:
                break
            stop += 1
        size = max(1, stop - start)
        if stop < len(order) and size > SIZES:
            size -= size % SIZES
        batches.append(order[start : start + size])
        start += size
    return batches
