"""What a language model makes up has the distribution that it predicts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.going_on.rehearsal import STREAMS, made_up
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.tokenization.ids import END_ID

V = 6


@pytest.mark.parametrize(
    "config",
    [
        LmModelConfig(embedding=4, hidden=4, layers=1),
        LmModelConfig(embedding=4, hidden=4, layers=1, tied=False, softmax="adaptive", cutoffs=(2, 4)),
    ],
)
def test_each_token_is_as_frequent_as_the_model_says(config: LmModelConfig) -> None:
    torch.manual_seed(1)
    model = LanguageModel(config, V)
    model.initialize_from_frequencies(np.array([4, 1, 90, 30, 7, 60]))
    ids_Bn = made_up(model, 64_000, seed=1).reshape(STREAMS, -1)
    assert (ids_Bn[:, 0] == END_ID).all() and ids_Bn.max() < V
    with torch.inference_mode():
        p_TBV = model.eval()(torch.from_numpy(ids_Bn.T.astype(np.int64)))[0].softmax(-1)
    expected_V = p_TBV[:-1].mean((0, 1)).numpy()
    found_V = np.bincount(ids_Bn[:, 1:].reshape(-1), minlength=V) / ids_Bn[:, 1:].size
    assert found_V == pytest.approx(expected_V, abs=0.01) and expected_V.std() > 0.02


def test_it_depends_on_the_seed_alone_and_stops_in_time() -> None:
    torch.manual_seed(1)
    model = LanguageModel(LmModelConfig(embedding=4, hidden=4, layers=1), V)
    one, same, other = (made_up(model, 900, seed=seed) for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any() and len(one) == 900
    assert 0 < len(made_up(model, 900, seed=1, seconds=0)) < 900
    assert model.training  # as it was
