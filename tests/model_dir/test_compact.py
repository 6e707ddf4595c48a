"""Weights in eight and sixteen bits, and back."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from lstmcli.errors import ModelError
from lstmcli.model_dir.compact import compact, restored
from lstmcli.model_dir.files import tensors


def test_a_matrix_comes_back_within_half_a_step_of_each_row() -> None:
    random = np.random.default_rng(1)
    weights = {"embedding": random.normal(size=(9, 5)).astype(np.float16), "head": random.normal(size=(2, 3))}
    weights["embedding"][0] = 0
    stored = compact(weights, "embedding")
    assert [stored[name].dtype for name in ("embedding", "embedding.scale", "head")] == ["int8", "float16", "float16"]
    found = tensors(save(stored))
    assert {name: value.dtype for name, value in found.items()} == {"embedding": np.float16, "head": np.float32}
    step = np.abs(weights["embedding"].astype(np.float32)).max(axis=1, keepdims=True) / 127
    assert (np.abs(found["embedding"].astype(np.float32) - weights["embedding"]) <= 0.51 * step + 1e-3).all()
    assert not found["embedding"][0].any()
    np.testing.assert_allclose(found["head"], weights["head"], atol=2e-3)


def test_other_files_are_left_alone() -> None:
    given = {"embedding": np.ones((2, 2), np.float16), "rank": np.arange(3)}
    assert restored(given) == given


def test_a_scale_of_another_matrix_is_refused() -> None:
    with pytest.raises(ModelError, match="scale of 'a'"):
        restored({"a": np.zeros((3, 2), np.int8), "a.scale": np.zeros(2, np.float16)})
