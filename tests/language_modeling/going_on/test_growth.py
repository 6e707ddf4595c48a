"""A grown network predicts the words that it knew as before."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.going_on.growth import grown_weights
from lstmcli.language_modeling.network import LanguageModel, load_language_model
from lstmcli.tokenization.ids import UNKNOWN_ID

V, MORE = 12, 3


@pytest.mark.parametrize("tied", [True, False])
def test_known_words_are_as_likely_and_new_ones_share_the_unknown_word(tied: bool) -> None:
    torch.manual_seed(1)
    config = LmModelConfig(embedding=6, hidden=5, layers=2, tied=tied)
    old = LanguageModel(config, V).eval()
    grown = load_language_model(grown_weights(old.tensors(), config, np.arange(V + MORE)), config, V + MORE)
    ids = torch.tensor([[3], [UNKNOWN_ID], [7]])
    before, after = (network(ids)[0].softmax(-1).detach().numpy() for network in (old, grown))
    known = np.delete(np.arange(V), UNKNOWN_ID)
    assert after[..., known] == pytest.approx(before[..., known], abs=1e-6)
    assert after.sum(-1) == pytest.approx(1) and (after[..., V:] > 0).all()
    read_as_unknown = grown(torch.tensor([[3], [V + 1], [7]]))[0].softmax(-1).detach().numpy()
    assert read_as_unknown == pytest.approx(after, abs=1e-6)


def test_new_words_of_an_adaptive_softmax_are_the_rarest() -> None:
    config = LmModelConfig(embedding=8, hidden=8, layers=1, tied=False, softmax="adaptive", cutoffs=(4, 8))
    old = LanguageModel(config, V).eval()
    old.initialize_from_frequencies(np.arange(V)[::-1].copy())
    grown = load_language_model(grown_weights(old.tensors(), config, np.arange(V + MORE)), config, V + MORE)
    ids = torch.tensor([[3]])
    before, after = (network(ids)[0].exp().detach().numpy()[0, 0] for network in (old, grown))
    assert after.sum() == pytest.approx(1, abs=1e-5)
    assert after[:8] == pytest.approx(before[:8], abs=1e-6) and after[V:].sum() < before[8:].sum()
