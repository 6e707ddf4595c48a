"""Packing loses nothing that it does not say; batches hold every text once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.tokenization.batching import bucketed, by_length, head_and_tail, pack

COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=6)
LENGTHS = st.lists(st.integers(1, 50), max_size=70).map(lambda lengths: np.array(lengths, np.int64))


def text_of(count: int, F: int = 3, start: int = 1) -> np.ndarray:
    """Rows that are all different and never padding."""
    return np.arange(start, start + count * F, dtype=np.int32).reshape(count, F)


@given(count=st.integers(1, 100), most=st.integers(2, 40))
def test_a_long_text_keeps_its_head_and_its_tail(count: int, most: int) -> None:
    text = text_of(count)
    kept = head_and_tail(text, most)
    if count <= most:
        assert kept is text
    else:
        head, tail = (most + 1) // 2, most // 2
        assert len(kept) == most
        np.testing.assert_array_equal(kept[:head], text[:head])
        np.testing.assert_array_equal(kept[head:], text[count - tail :])


@given(counts=COUNTS, segment=st.integers(0, 20), most=st.integers(2, 70), F=st.sampled_from([1, 3]))
@settings(max_examples=200)
def test_segments_laid_end_to_end_are_the_text(counts: list[int], segment: int, most: int, F: int) -> None:
    texts = [text_of(count, F, start=1000 * n + 1) for n, count in enumerate(counts)]
    ids, lengths = pack(texts, segment, most)
    B, S, T, width = ids.shape
    assert (B, width) == (len(texts), F) and lengths.shape == (B, S)
    assert ids.dtype == np.int32 and lengths.dtype == np.int64
    for b, text in enumerate(texts):
        again = np.concatenate([ids[b, s, : lengths[b, s]] for s in range(S)])
        np.testing.assert_array_equal(again, head_and_tail(text, most))
    inside = np.arange(T) < lengths[..., None]
    assert np.array_equal(ids[..., 0] != 0, inside) and np.all(ids[~inside] == 0)


@given(counts=COUNTS, segment=st.integers(1, 20))
@settings(max_examples=200)
def test_segments_are_few_and_equal(counts: list[int], segment: int) -> None:
    """As few as their limit allows, all but the last of one size, and no batch larger than it must be."""
    ids, lengths = pack([text_of(count) for count in counts], segment, 100)
    assert ids.shape[1] == max(-(-count // segment) for count in counts)
    assert ids.shape[2] == lengths.max() <= segment
    for row, count in zip(lengths, counts, strict=True):
        used = row[row > 0]
        assert len(used) == -(-count // segment) and np.all(row[len(used) :] == 0)
        assert np.all(used[:-1] == used[0]) and 0 <= used[0] - used[-1] < len(used)


def test_without_segments_a_text_is_read_in_one_go() -> None:
    ids, lengths = pack([text_of(50), text_of(3)], 0, 100)
    assert ids.shape == (2, 1, 50, 3) and lengths.tolist() == [[50], [3]]


@given(lengths=LENGTHS, batch=st.integers(1, 9), pool=st.integers(1, 4), seed=st.integers(0, 3))
@settings(max_examples=100)
def test_an_epoch_holds_every_text_once(lengths: np.ndarray, batch: int, pool: int, seed: int) -> None:
    batches = list(bucketed(lengths, batch, np.random.default_rng(seed), pool))
    assert all(1 <= len(b) <= batch for b in batches)
    assert sorted(np.concatenate([*batches, []]).tolist()) == list(range(len(lengths)))
    again = list(bucketed(lengths, batch, np.random.default_rng(seed), pool))
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))


def test_batch_mates_are_alike_and_change_from_epoch_to_epoch() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 400, 4096)
    first, second = list(bucketed(lengths, 32, rng)), list(bucketed(lengths, 32, rng))
    padded = sum(len(b) * lengths[b].max() for b in first)
    assert padded < 1.05 * lengths.sum()
    assert not any({*a.tolist()} == {*b.tolist()} for a in first for b in second)
    means = [lengths[b].mean() for b in first]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3  # short and long ones come mixed


@given(lengths=LENGTHS, batch=st.integers(1, 9))
@settings(max_examples=100)
def test_evaluation_goes_longest_first_and_leaves_nothing_out(lengths: np.ndarray, batch: int) -> None:
    batches = list(by_length(lengths, batch))
    order = np.concatenate([*batches, []]).astype(np.int64)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert np.all(np.diff(lengths[order]) <= 0)
    assert [len(b) for b in batches[:-1]] == [batch] * (len(batches) - 1)


@pytest.mark.parametrize("count", [1, 400, 401, 5000])
def test_the_defaults_read_at_most_four_segments_of_a_hundred(count: int) -> None:
    ids, lengths = pack([text_of(count)], 100, 400)
    assert ids.shape[1] <= 4 and ids.shape[2] <= 100 and lengths.sum() == min(count, 400)
