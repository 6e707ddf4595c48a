"""Count the n-grams of a corpus, and list those of each text, in bounded memory.

The keys of all n-grams of a million texts, about 140 for each, would take gigabytes.  So the texts are read in blocks,
and the n-grams are counted in parts, by the first bits of their keys: a part at a time, each in a pass over the texts.
What is in each text is written to a temporary file if it is more than a few megabytes.

Shapes: N texts, M n-grams of a block, D distinct n-grams of a block, P n-grams of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lstmcli.classification.ngrams.table import Keys, all_ngram_keys
from lstmcli.errors import OutputError
from lstmcli.tokenization.encoded import EncodedTexts

Counts = NDArray[np.int64]
_Block = tuple[NDArray[np.int32], NDArray[np.int64]]
"""The token ids of texts, and the texts' lengths."""
BLOCK_TOKENS = 2**18
"""Tokens of a block of texts, at least; an n-gram of it takes about 50 bytes for a moment."""
PART_NGRAMS = 2**23
"""N-grams that are counted in a pass over the texts, about; each takes about 30 bytes."""
SAMPLED_KEYS, SAMPLED_BLOCKS, GROWTH = 16, 16, 0.8
"""For an estimate: one key in so many, the blocks of texts, and the exponent of growth beyond these."""
BLOCK_ENTRIES = 2**22
"""Entries of a block of the matrix, at least."""
IN_MEMORY = 2**25
"""Maximum bytes of the matrix in memory."""


class _Pairs(NamedTuple):
    """The distinct n-grams of each text of a block."""

    keys_D: Keys
    """The distinct keys, ascending."""
    which_M: NDArray[np.int64]
    """Indices into ``keys_D``, sorted by key, then text."""
    owners_M: NDArray[np.int64]


def _pairs(keys: Keys, owners: NDArray[np.int64]) -> _Pairs:
    order = np.argsort(keys)  # not stable, which is many times as fast; the codes are sorted again
    sorted_keys = keys[order]
    first = np.ones(len(keys), np.bool_)
    first[1:] = sorted_keys[1:] != sorted_keys[:-1]
    codes = ((first.cumsum() - 1) << 32) | owners[order]
    codes.sort()
    codes = codes[np.append(True, codes[1:] != codes[:-1])] if len(codes) else codes
    return _Pairs(sorted_keys[first], codes >> 32, codes & 0xFFFFFFFF)


def _blocks(parts: Sequence[EncodedTexts]) -> Iterator[_Block]:
    """The token ids of texts and the texts' lengths, in blocks."""
    for part in parts:
        marks = np.arange(BLOCK_TOKENS, part.ends[-1] + BLOCK_TOKENS, BLOCK_TOKENS)
        first = 0
        for last in np.searchsorted(part.ends, marks).clip(max=len(part)).tolist():
            if last > first:
                yield part.ids(slice(first, last)), np.diff(part.ends[first : last + 1])
                first = last


def frequent_ngrams(parts: Sequence[EncodedTexts], order: int, min_count: int, most: int) -> tuple[Keys, int]:
    """The keys of the n-grams in at least ``min_count`` texts, ascending, and the number of all n-grams.

    If all n-grams are more than ``most``, the least count of those kept is higher: as many counts are left out, from 1
    up, as it takes to keep less than ``most``.
    """
    passes = max(1, -(-order * sum(int(part.ends[-1]) for part in parts) // PART_NGRAMS))
    borders = [(2**64 * number // passes) for number in range(passes + 1)]
    kept_keys, kept_counts, histogram = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)], np.zeros(1, np.int64)
    for low, high in pairwise(borders):
        keys_D, count_D = _count(_blocks(parts), order, np.uint64(low), np.uint64(high - 1))
        found = np.bincount(count_D)
        found[: len(histogram)] += histogram[: len(found)]
        histogram = np.concatenate([found, histogram[len(found) :]])
        least = max(min_count, _least(histogram, most))
        kept_keys.append(keys_D)
        kept_counts.append(count_D)
        for i, (keys, counts) in enumerate(zip(kept_keys, kept_counts, strict=True)):
            enough = counts >= least
            kept_keys[i], kept_counts[i] = keys[enough], counts[enough]
    return np.concatenate(kept_keys), int(histogram.sum())


def estimated_ngrams(parts: Sequence[EncodedTexts], order: int, min_count: int, most: int) -> int:
    """About how many keys ``frequent_ngrams`` finds, from one key in ``SAMPLED_KEYS``, for they are evenly spread.

    Of more than ``SAMPLED_BLOCKS`` blocks only the first are read; n-grams grow a little slower than texts.
    """
    tokens = sum(int(part.ends[-1]) for part in parts)
    high = np.uint64(2**64 // SAMPLED_KEYS - 1)
    _, counts = _count(islice(_blocks(parts), SAMPLED_BLOCKS), order, np.uint64(0), high)
    growth = max(1.0, tokens / (SAMPLED_BLOCKS * BLOCK_TOKENS)) ** GROWTH
    histogram = np.round(np.bincount(counts) * SAMPLED_KEYS * growth).astype(np.int64)
    return int(histogram[max(min_count, _least(histogram, most)) :].sum())


def _least(histogram: Counts, most: int) -> int:
    """The least count that less than ``most`` n-grams reach, or 0 if there are no more than that; never too high, so it
    can be used for a part of the n-grams too.

    Args:
        histogram: number of n-grams by their count.
    """
    if histogram.sum() <= most:
        return 0
    reaching = histogram[::-1].cumsum()[::-1]
    return int(np.flatnonzero(reaching >= most)[-1]) + 1


def _count(blocks: Iterable[_Block], order: int, low: np.uint64, high: np.uint64) -> tuple[Keys, Counts]:
    """The distinct n-grams with keys from ``low`` to ``high``, ascending, and the number of texts that each is in."""
    keys, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)]
    for ids, lengths in blocks:
        found, owners = all_ngram_keys(ids, lengths, order)
        inside = (found >= low) & (found <= high)
        pairs = _pairs(found[inside], owners[inside])
        keys.append(pairs.keys_D)
        counts.append(np.bincount(pairs.which_M, minlength=len(pairs.keys_D)).astype(np.int32))
    all_keys = np.concatenate(keys)
    sort = np.argsort(all_keys)
    all_keys, all_counts = all_keys[sort], np.concatenate(counts)[sort]
    first = np.flatnonzero(np.append(True, all_keys[1:] != all_keys[:-1])[: len(all_keys)])
    return all_keys[first], np.add.reduceat(all_counts, first, dtype=np.int64) if len(first) else np.zeros(0, np.int64)


class Presence:
    """Which of P n-grams are in each of N texts: a sparse matrix of zeros and ones, [N, P], in blocks of texts."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self._sizes: list[tuple[int, int]] = []
        """Texts and entries of each block."""

    @classmethod
    def of(cls, parts: Sequence[EncodedTexts], order: int, keys_P: Keys) -> Presence:
        """The matrix of texts for n-grams with ascending keys.

        Raises:
            OutputError: the temporary file cannot be written.
        """
        made = cls((sum(map(len, parts)), len(keys_P)))
        columns, counts, entries = list[NDArray[np.int32]](), list[NDArray[np.int32]](), 0
        for ids, lengths in _blocks(parts):
            pairs = _pairs(*all_ngram_keys(ids, lengths, order))
            at_D = np.searchsorted(keys_P, pairs.keys_D).clip(max=max(0, len(keys_P) - 1))
            known_D = keys_P[at_D] == pairs.keys_D if len(keys_P) else np.zeros(len(at_D), np.bool_)
            known_M = known_D[pairs.which_M]
            codes = (pairs.owners_M[known_M] << 32) | at_D[pairs.which_M[known_M]]
            codes.sort()
            columns.append((codes & 0xFFFFFFFF).astype(np.int32))
            counts.append(np.bincount(codes >> 32, minlength=len(lengths)).astype(np.int32))
            entries += len(codes)
            if entries >= BLOCK_ENTRIES:
                made._write(columns, counts)
                columns, counts, entries = [], [], 0
        if counts:
            made._write(columns, counts)
        return made

    def _write(self, columns: Sequence[NDArray[np.int32]], counts: Sequence[NDArray[np.int32]]) -> None:
        self._sizes.append((sum(map(len, counts)), sum(map(len, columns))))
        try:
            for array in (*counts, *columns):
                self._file.write(array.tobytes())
        except OSError as error:
            reason = f"the n-grams of the texts cannot be written to a temporary file: {error.strerror or error}"
            raise OutputError(reason, hint="make room, or name another folder in $TMPDIR") from error

    def __iter__(self) -> Iterator[tuple[slice, csr_matrix]]:
        """The blocks, and the texts of each."""
        ones = np.ones(max((entries for _, entries in self._sizes), default=0))
        self._file.seek(0)
        first = 0
        for texts, entries in self._sizes:
            numbers = np.frombuffer(self._file.read(4 * (texts + entries)), np.int32)
            starts = np.append(0, numbers[:texts].cumsum(dtype=np.int32)).astype(np.int32)
            shape = (texts, self.shape[1])
            yield slice(first, first + texts), csr_matrix((ones[:entries], numbers[texts:], starts), shape=shape)
            first += texts

    def close(self) -> None:
        self._file.close()
