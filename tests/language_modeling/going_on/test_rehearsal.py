"""What a language model makes up has the distribution that it predicts."""

from __future__ import annotations

import copy
import math
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.going_on.rehearsal import STREAMS, made_up
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.tokenization.ids import END_ID
from lstmcli.training.distributed import Group

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


class Together(Group):
    """One of several processes, which are threads here."""

    def __init__(self, rank: int, parts: list[torch.Tensor], barrier: Barrier) -> None:
        super().__init__(rank, len(parts))
        self._parts, self._barrier = parts, barrier

    def _reduce(self, tensor: torch.Tensor, what: str) -> None:
        self._parts[self.rank] = tensor.clone()
        self._barrier.wait(60)
        tensor.copy_(torch.stack(self._parts).sum(0))
        self._barrier.wait(60)


@pytest.mark.parametrize(("seconds", "tokens"), [((0.0, math.inf), 4 * 17), ((math.inf, 0.0), 900)])
def test_several_processes_have_the_same_text_by_the_clock_of_the_main_one(
    seconds: tuple[float, float], tokens: int
) -> None:
    torch.manual_seed(1)
    model = LanguageModel(LmModelConfig(embedding=4, hidden=4, layers=1), V)
    parts, barrier = [torch.zeros(0)] * 2, Barrier(2)

    def one(rank: int) -> NDArray[np.int32]:
        group = Together(rank, parts, barrier)
        return made_up(copy.deepcopy(model), 900, seed=1, seconds=seconds[rank], group=group)

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(one, range(2)))
    assert len(found[0]) == tokens and (found[0] == found[1]).all()
    alone = made_up(model, 900, seed=1).reshape(4, -1)
    assert (found[0].reshape(4, -1) == alone[:, : tokens // 4]).all()


def test_a_process_beyond_the_streams_adds_none() -> None:
    model = LanguageModel(LmModelConfig(embedding=4, hidden=4, layers=1), V)
    parts, barrier = [torch.zeros(0)] * 3, Barrier(3)
    with ThreadPoolExecutor(3) as threads:
        copies = [(copy.deepcopy(model), Together(rank, parts, barrier)) for rank in range(3)]
        found = list(threads.map(lambda own: made_up(own[0], 400, seed=1, group=own[1]), copies))
    alone = made_up(model, 400, seed=1)
    assert len(alone) == 400 and all((each == alone).all() for each in found)


def test_it_depends_on_the_seed_alone_and_stops_in_time() -> None:
    torch.manual_seed(1)
    model = LanguageModel(LmModelConfig(embedding=4, hidden=4, layers=1), V)
    one, same, other = (made_up(model, 900, seed=seed) for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any() and len(one) == 900
    assert 0 < len(made_up(model, 900, seed=1, seconds=0)) < 900
    assert model.training  # as it was
