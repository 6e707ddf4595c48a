"""The likeliest words are those that sorting finds."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.translation.likeliest import BLOCK, likeliest


@pytest.mark.parametrize("V", [11, BLOCK, 5 * BLOCK, 5 * BLOCK + 3, 20 * BLOCK - 1])
@pytest.mark.parametrize("most", [1, 4, 10])
def test_they_are_those_that_sorting_finds(V: int, most: int) -> None:
    random = np.random.default_rng(V + most)
    logits_NV = random.integers(0, 40, (7, V + 5)).astype(np.float32)[:, :V]  # many are equal
    logits_NV[:, 1] = -np.inf
    values_NM, ids_NM = likeliest(logits_NV, most)
    expected_NM = np.argsort(-logits_NV, axis=1, kind="stable")[:, :most]
    assert ids_NM.tolist() == expected_NM.tolist()
    assert values_NM.tolist() == np.take_along_axis(logits_NV, expected_NM, axis=1).tolist()
