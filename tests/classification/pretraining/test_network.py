"""The directions of a classifier as language models: what each reads, and where its weights go."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import Classifier
from lstmcli.classification.pretraining.network import DirectionModels
from lstmcli.nn.sampled_softmax import WordSampler
from lstmcli.nn.stack import reorder, reversal

LENGTHS = torch.tensor([5, 3])
IDS = torch.tensor([[2, 4], [3, 5], [4, 2], [5, 0], [6, 0]])  # [T, N]
OUTPUTS = torch.tensor([-1, -1, 0, 1, 2, 3, 4])


def models(*, apart: bool, layers: int = 2) -> DirectionModels:
    torch.manual_seed(0)
    config = ClassifierModelConfig(embedding=8, hidden=4, layers=layers)
    return DirectionModels(config, OUTPUTS, apart=apart, dropout=0.0).eval()


@pytest.mark.parametrize("apart", [False, True])
def test_a_classifier_reads_what_its_language_models_read(apart: bool) -> None:
    found = models(apart=apart)
    classifier = Classifier(found.config, 7, 3).eval()
    found.write_into(classifier.stack)
    x, back = torch.randn(5, 2, 8), reversal(LENGTHS, 5)
    both = classifier.stack(x, LENGTHS)
    forward = found.own_stacks()[0].forward_from(x[..., found.own(0)])[0]
    backward = reorder(found.own_stacks()[1].forward_from(reorder(x, back)[..., found.own(1)])[0], back)
    for n, length in enumerate(LENGTHS.tolist()):
        assert torch.allclose(both[:length, n], torch.cat([forward, backward], -1)[:length, n], atol=1e-6)


def test_no_direction_reads_what_it_predicts() -> None:
    """The loss of the only predicted token does not depend on its own embedding, in either direction."""
    only = torch.tensor([-1, -1, -1, -1, 0, -1, 1])
    config = ClassifierModelConfig(embedding=8, hidden=4, layers=2)
    for place, direction in ((4, 0), (0, 1)):
        found = DirectionModels(config, only, apart=False, dropout=0.0).eval()
        ids = torch.tensor([[3], [3], [3], [3], [3]])
        ids[place] = 4
        x = torch.randn(5, 1, 8, requires_grad=True)
        predicted = found([x, x], ids, torch.tensor([5]))
        assert predicted.tokens == 1  # the first token of a text has nothing before it
        predicted.nats.backward()
        assert x.grad is not None and not x.grad[place].any()
        assert x.grad[0 if direction == 0 else 4].any()


def test_texts_with_rare_tokens_only_teach_nothing() -> None:
    found = models(apart=True)
    predicted = found([torch.randn(2, 1, 8)] * 2, torch.tensor([[1], [1]]), torch.tensor([2]))
    assert predicted == (0, 0)


@pytest.mark.parametrize("apart", [False, True])
def test_in_training_a_sample_of_the_softmax_is_computed(apart: bool) -> None:
    found, x = models(apart=apart), [torch.randn(5, 2, 8)] * 2
    exact = found(x, IDS, LENGTHS).nats.item()
    found.sampler = WordSampler(np.array([9, 5, 3, 2, 1]), 2)
    assert found(x, IDS, LENGTHS).nats.item() == exact  # validation is of all words
    found.train()
    drawn = [found(x, IDS, LENGTHS).nats.item() for _ in range(200)]
    assert len(set(drawn)) > 1 and np.mean(drawn) == pytest.approx(exact, rel=0.05)
