"""Discriminative rates and gradual unfreezing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.network import Classifier
from lstmcli.classification.pretraining.layer_rates import LayerRates
from lstmcli.classification.trainer import Trainer
from lstmcli.tokenization.config import TokenizerConfig


def test_each_layer_learns_slower_than_the_one_above_it_and_later() -> None:
    rates = LayerRates(2.0, 1)
    assert [rates.share(depth, 1) for depth in range(3)] == [1.0, 0.5, 0.0]
    assert rates.share(2, 2) == 0.25
    assert LayerRates(None, None).share(0, 0) == 1.0


@pytest.mark.parametrize(("epoch", "thawed"), [(0, 1), (1, 2), (2, 3), (3, 4)])
def test_a_step_leaves_the_lower_layers_as_they_are(epoch: int, thawed: int) -> None:
    torch.manual_seed(0)
    module = Classifier(ClassifierModelConfig(embedding=4, hidden=3, layers=2), 9, 2)
    config = ClassifierTrainConfig(layer_decay=2.6, unfreeze=1)
    trainer = Trainer(module, config, TokenizerConfig(), multilabel=False, class_weights=None, device="cpu", bf16=False)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    trainer.step([np.array([[3], [4]], np.int32)], np.array([1]), 0.01, 0.0, epoch=epoch)
    changed = {name for name, value in module.state_dict().items() if not torch.equal(value, before[name])}
    order = ("head.", "stack.layers.1", "stack.layers.0", "embedding")
    assert {part for part in order if any(name.startswith(part) for name in changed)} == set(order[:thawed])
