"""Counting n-grams in blocks and parts gives what counting them at once gives."""

from __future__ import annotations

import errno
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.ngrams import counts as counting
from lstmcli.classification.ngrams.counts import Presence, estimated_ngrams, frequent_ngrams
from lstmcli.classification.ngrams.table import ngram_keys
from lstmcli.errors import OutputError
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import Ids

TEXT = st.lists(st.integers(1, 6), min_size=1, max_size=9)


def text(ids: list[int]) -> Ids:
    return np.array(ids, np.int32)[:, None]


def counted(texts: list[Ids], order: int) -> Counter[int]:
    return Counter(ngram_keys(texts, order)[0].tolist()) if texts else Counter()


@given(
    rows=st.lists(TEXT, max_size=12),
    cut=st.integers(0, 12),
    order=st.integers(1, 4),
    min_count=st.integers(1, 3),
    most=st.integers(1, 60),
    block=st.integers(1, 20),
    part=st.integers(1, 40),
)
def test_blocks_and_parts_change_nothing(
    rows: list[list[int]], cut: int, order: int, min_count: int, most: int, block: int, part: int
) -> None:
    texts = [text(row) for row in rows]
    parts = [EncodedTexts(texts[:cut]), EncodedTexts(texts[cut:])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "BLOCK_TOKENS", block)
        patch.setattr(counting, "PART_NGRAMS", part)
        patch.setattr(counting, "BLOCK_ENTRIES", block)
        keys, total = frequent_ngrams(parts, order, min_count, most)
        presence = Presence.of(parts, order, keys)
        found = np.vstack([np.zeros((0, len(keys))), *(X.toarray() for _, X in presence)])
    expected = counted(texts, order)
    assert total == len(expected)
    least = min_count
    if total > most:
        least = max(least, sorted(expected.values(), reverse=True)[most - 1] + 1)
    assert keys.tolist() == sorted(key for key, n in expected.items() if n >= least)
    assert presence.shape == found.shape == (len(texts), len(keys))
    for row, single in zip(found, texts, strict=True):
        assert row.tolist() == [float(key in counted([single], order)) for key in keys.tolist()]


@pytest.mark.parametrize(("min_count", "most"), [(1, 10**9), (2, 10**9), (1, 4000)])
def test_the_number_of_ngrams_is_estimated_from_a_sample_of_keys(min_count: int, most: int) -> None:
    rng = np.random.default_rng(1)
    texts = EncodedTexts([text((rng.zipf(1.3, 30) % 5000 + 2).tolist()) for _ in range(800)])
    real = len(frequent_ngrams([texts], 2, min_count, most)[0])
    assert estimated_ngrams([texts], 2, min_count, most) == pytest.approx(real, rel=0.2)
    assert estimated_ngrams([EncodedTexts()], 2, min_count, most) == 0


def test_a_large_matrix_is_read_from_a_file_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "IN_MEMORY", 8)
    texts = EncodedTexts([text([2, 3]), text([3, 4])])
    keys, _ = frequent_ngrams([texts], 1, 1, 100)
    presence = Presence.of([texts], 1, keys)
    assert presence._file._rolled
    for _ in range(2):
        ((where, X),) = presence
        assert where == slice(0, 2) and X.toarray().sum(axis=1).tolist() == [2.0, 2.0]
    presence.close()


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, *_: Any) -> None: ...

        def write(self, _: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(counting, "SpooledTemporaryFile", Full)
    with pytest.raises(OutputError, match="No space left on device"):
        Presence.of([EncodedTexts([text([2])])], 1, np.zeros(0, np.uint64))
