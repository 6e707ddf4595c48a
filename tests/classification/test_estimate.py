"""What a run will cost, before it starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.estimate import estimate
from lstmcli.classification.trainer import Split
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.training.estimate import BASE_BYTES, BASE_SECONDS
from lstmcli.training.results import Estimate

CONFIG = ClassifierConfig(model=ClassifierModelConfig(ngrams=2), train=ClassifierTrainConfig(epochs=4, batch_size=10))


def split(n: int, tokens: int = 20) -> Split:
    return Split(EncodedTexts([np.ones((tokens, 3), np.int32)] * n), np.zeros(n, np.int64))


def cost(config: ClassifierConfig = CONFIG, n: int = 100, tokens: int = 20, parameters: int = 10**6) -> Estimate:
    return estimate(config, split(n, tokens), split(40), step_seconds=0.5, parameters=parameters, classes=3)


def test_time_is_steps_times_a_step_and_some_validation() -> None:
    alone = replace(CONFIG, model=ClassifierModelConfig(ngrams=0))
    assert cost(alone).seconds == pytest.approx(BASE_SECONDS + 4 * 10 * 0.5 + 4 * 4 * 0.5 / 4)
    assert cost(n=10_000).seconds > cost(alone, n=10_000).seconds


def test_the_linear_models_take_the_longer_the_more_labels_there_are() -> None:
    config = replace(CONFIG, model=replace(CONFIG.model, characters=5))
    texts = [f"word{n} other{n % 7}" for n in range(500)]
    few = Split(EncodedTexts([np.ones((2, 3), np.int32)] * 500), np.zeros(500, np.int64), WordTexts(texts))

    def seconds(config: ClassifierConfig, classes: int) -> float:
        return estimate(config, few, few, step_seconds=0.0, parameters=1, classes=classes).seconds - BASE_SECONDS

    assert seconds(config, 150) == pytest.approx(15 * seconds(config, 10))
    assert seconds(config, 10) > 2 * seconds(CONFIG, 10)


def test_a_time_limit_is_what_it_takes() -> None:
    assert cost(replace(CONFIG, train=replace(CONFIG.train, time_limit=3.0))).seconds == 3.0


def test_more_of_anything_costs_more() -> None:
    base = cost()
    assert base.memory_bytes > BASE_BYTES
    for other in (cost(n=1000), cost(tokens=200), cost(parameters=10**7)):
        assert other.memory_bytes > base.memory_bytes
    assert cost(parameters=10**7).model_bytes > base.model_bytes
    assert cost(replace(CONFIG, model=ClassifierModelConfig(ngrams=0))).model_bytes == 4 * 10**6


def test_a_model_is_no_larger_than_was_asked() -> None:
    asked = replace(CONFIG, model=replace(CONFIG.model, size=300_000))
    assert cost(asked).model_bytes == 300_000 and cost(asked, parameters=10**4).model_bytes < 300_000
