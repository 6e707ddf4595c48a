"""Training on texts without labels: the losses, their steps, and a run that is resumed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.options import from_options
from lstmcli.classification.train import job
from lstmcli.classification.virtual_trainer import perturbation, token_norm, unlabelled_loss
from lstmcli.data.records import Record, Splits
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import WEIGHTS, read_model
from lstmcli.training.events import RunPlanned
from lstmcli.training.run import train
from support.models import TINY

LENGTHS = torch.tensor([[3], [2]])
MATRIX = torch.tensor([[1.0, -2.0], [0.5, 1.0]])


def embedded() -> Tensor:
    x = torch.tensor([[[1.0, 0.2], [0.3, -1.0]], [[0.4, 0.1], [0.2, 0.9]], [[0.5, 0.5], [0.0, 0.0]]])
    return x.requires_grad_()


def read(x_TNE: Tensor) -> Tensor:
    return (x_TNE @ MATRIX).tanh().sum(0)


def loss(virtual: float, entropy: float, *, size: float = 0.3, multilabel: bool = False) -> Tensor:
    return unlabelled_loss(
        read, embedded(), LENGTHS, virtual=virtual, entropy=entropy, size=size, multilabel=multilabel
    )


def test_the_entropy_is_that_of_the_answers() -> None:
    p = read(embedded()).softmax(1)
    assert loss(0, 2.0).item() == pytest.approx(-2 * (p * p.log()).sum(1).mean().item(), rel=1e-5)
    q = read(embedded()).sigmoid()
    both = -(q * q.log() + (1 - q) * (1 - q).log()).sum(1).mean().item()
    assert loss(0, 1.0, multilabel=True).item() == pytest.approx(both, rel=1e-5)


@pytest.mark.parametrize("multilabel", [False, True])
def test_the_virtual_push_is_worse_than_a_random_one_of_its_size(multilabel: bool) -> None:
    torch.manual_seed(1)
    if multilabel:
        assert loss(1.0, 0, multilabel=True).item() > 0
        return
    p = read(embedded()).log_softmax(1).detach()
    randoms = []
    for _ in range(50):
        noise = torch.randn(3, 2, 2) * (embedded() != 0)
        pushed = read(embedded() + perturbation(noise, LENGTHS, 0.3 * token_norm(embedded(), LENGTHS))).log_softmax(1)
        randoms.append((p.exp() * (p - pushed)).sum(1).mean().item())
    assert loss(1.0, 0).item() > 2 * np.mean(randoms) and min(randoms) >= -1e-6


def test_all_passes_have_the_same_dropout() -> None:
    def noisy(x_TNE: Tensor) -> Tensor:
        return torch.nn.functional.dropout(x_TNE, 0.5).sum(0)

    torch.manual_seed(0)
    found = unlabelled_loss(noisy, embedded(), LENGTHS, virtual=1, entropy=0, size=1e-4, multilabel=False)
    assert abs(found.item()) < 1e-3  # other dropout would make a difference of tenths


TEXTS = [f"{word} {n} day" for n in range(20) for word in ("red", "green")]
SETTINGS: dict[str, Any] = {"epochs": 1, "batch_size": 4, "threads": 1, "device": "cpu", "pretrain": 0, "virtual": 1.0}
TRAIN = [Record(text, (text.split()[0],)) for text in TEXTS[:10]]


def trained(output: Path, *, stop_after: int = 0, resume: bool = False, **more: float) -> list[object]:
    config = replace(TINY, train=ClassifierTrainConfig(**{**SETTINGS, **more}))
    splits = Splits(TRAIN, TRAIN[:4], [], fingerprint="x", unlabelled=[Record(text) for text in TEXTS])
    asked = iter(range(1, 10**6))
    stop = (lambda: next(asked) > stop_after) if stop_after else (lambda: False)
    run = train(job(splits, config), output, stop=stop, resume=resume, force=resume, checkpoint_every=math.inf)
    return list(run)


def test_a_run_learns_from_texts_without_labels_and_goes_on_where_it_was(tmp_path: Path) -> None:
    events = trained(tmp_path / "whole")
    assert [event.steps for event in events if isinstance(event, RunPlanned)] == [40]  # few labels are read often
    assert read_model(tmp_path / "whole").config["data"]["texts without labels"] == 40
    trained(tmp_path / "cut", stop_after=17)
    trained(tmp_path / "cut", resume=True)
    trained(tmp_path / "other", virtual=0.0, entropy=0.0)
    whole, cut, other = ((tmp_path / name / WEIGHTS).read_bytes() for name in ("whole", "cut", "other"))
    assert whole == cut != other


@pytest.mark.parametrize("name", ["virtual", "entropy"])
def test_without_texts_to_learn_from_the_losses_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"--{name} needs --unlabelled"):
        from_options({name: 1.0})
    assert from_options({name: 1.0, "unlabelled": ["a.txt"]}) and from_options({name: 0.0})
