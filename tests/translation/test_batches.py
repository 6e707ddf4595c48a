"""Batches of pairs: every pair once, within the limits, of like lengths."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.translation.batches import Pairs, _rounded, batch, bucketed, cut


def lengths(count: int = 3000, seed: int = 1) -> np.ndarray:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    source = rng.integers(1, 40, count)
    return np.stack([source, np.maximum(1, source + rng.integers(-5, 6, count))], axis=1)


@pytest.mark.parametrize(("tokens", "pairs"), [(200, 1000), (2048, 16), (16, 100)])
def test_every_pair_comes_once_and_limits_are_kept(tokens: int, pairs: int) -> None:
    sizes = lengths()
    batches = bucketed(sizes, tokens, pairs, np.random.default_rng(2))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(sizes)))
    for index in batches:
        assert len(index) <= pairs and (len(index) == 1 or _rounded(int(sizes[index].max())) * len(index) <= tokens)


def test_little_of_a_batch_is_padding() -> None:
    sizes = lengths()
    batches = bucketed(sizes, 512, 256, np.random.default_rng(2))
    padded = sum(len(index) * int(sizes[index, side].max()) for index in batches for side in (0, 1))
    assert sizes.sum() / padded > 0.9


def test_batches_have_few_shapes() -> None:
    sizes = np.concatenate([lengths(), lengths(300) * 3])
    drawn = bucketed(sizes, 512, 256, np.random.default_rng(2))
    shapes = {(len(index), _rounded(int(sizes[index, side].max()))) for index in drawn for side in (0, 1)}
    assert len(shapes) < 100 < len(drawn)


def test_the_order_depends_on_the_generator_only() -> None:
    first, same, other = (bucketed(lengths(), 512, 64, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, same)) and not all(map(np.array_equal, first, other))


def test_a_batch_has_inputs_one_step_behind_targets() -> None:
    pairs = Pairs([np.array([5, 0]), np.array([6, 7, 0])], [np.array([8, 9, 0]), np.array([4, 0])])  # type: ignore[list-item]
    found = batch(pairs, [1, 0])
    assert found.source_SB[:3].T.tolist() == [[6, 7, 0], [5, 0, 0]] and found.lengths_B.tolist() == [3, 2]
    assert found.inputs_TB[:3].T.tolist() == [[0, 4, 0], [0, 8, 9]]
    assert found.targets_TB[:3].T.tolist() == [[4, 0, 0], [8, 9, 0]]
    assert found.inside_TB[:3].T.tolist() == [[True, True, False], [True, True, True]]


def test_runs_of_like_size_are_cut_in_order() -> None:
    sizes = np.full((40, 2), 4)
    assert [len(index) for index in cut(np.arange(40), sizes, 64, 100)] == [16, 16, 8]
