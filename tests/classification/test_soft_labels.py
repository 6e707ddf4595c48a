"""Soft labels as targets: of the network, of the linear models, and of calibration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lstmcli.classification.calibration import fit_scale, negative_log_likelihood
from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.labels import Indicators
from lstmcli.classification.network import Classifier
from lstmcli.classification.soft_labels import SoftLabels, joined, soft_labels
from lstmcli.classification.train import job
from lstmcli.classification.trainer import Trainer
from lstmcli.data.records import Record, Splits
from lstmcli.data.teachers import AGREEMENT
from lstmcli.model_dir.directory import read_model
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.training.events import Warned
from lstmcli.training.run import train
from support.models import TINY

LABELS = ("a", "b", "c")
RECORDS = [
    Record("x", ("a",)),
    Record("y", ("b",), probabilities={"a": 0.75, "b": 0.25}),
    Record("z", ("b",), probabilities={"b": 0.5}, taught=True),
]


def found() -> SoftLabels:
    result = soft_labels(RECORDS, LABELS, 0.4, multilabel=False)
    assert result is not None
    return result


def test_what_is_missing_to_1_goes_to_the_labels_that_are_left_out() -> None:
    p_BC, weight_B = found()[:]
    assert p_BC.tolist() == [[0, 0, 0], [0.75, 0.25, 0], [0.25, 0.5, 0.25]]
    assert weight_B.tolist() == pytest.approx([0, 0.4, 1])
    assert soft_labels(RECORDS[:1], LABELS, 0.4, multilabel=False) is None
    assert found().summary == "2 of 3 training texts, 1 of them by these alone"


def test_a_teacher_that_contradicts_a_label_counts_nothing_unless_asked() -> None:
    same = Record("y", ("a",), probabilities={"a": 0.75, "b": 0.25})
    several = [Record("y", own, probabilities={"a": 0.75, "b": 0.25, "c": 0.5}) for own in (("a", "c"), ("a",), ())]
    cases = ([*RECORDS, same], False, [0, 0, 1, 0.5]), (several, True, [0.5, 0, 0])
    for records, multilabel, expected in cases:
        soft = soft_labels(records, LABELS, ClassifierTrainConfig().teacher_weight, multilabel=multilabel)
        assert soft is not None and soft.weight_N.tolist() == expected


def test_linear_models_learn_from_the_mixture() -> None:
    mixture = Indicators(np.array([0, 1, 1]), 3, False, found())
    assert mixture[:] == pytest.approx(np.array([[1, 0, 0], [0.3, 0.7, 0], [0.25, 0.5, 0.25]]))
    both = joined([None, found()], [1, 3], 3)
    assert both is not None and joined([None], [1], 3) is None
    assert Indicators(np.array([2, 0, 1, 1]), 3, False, both)[:][1:] == pytest.approx(mixture[:])


def loss(temperature: float, multilabel: bool, gold: torch.Tensor, logits: torch.Tensor) -> float:
    config = ClassifierTrainConfig(teacher_temperature=temperature)
    trainer = Trainer(
        Classifier(TINY.model, 4, 3), config, TokenizerConfig(),
        multilabel=multilabel, class_weights=None, device="cpu", bf16=False,
    )  # fmt: skip
    p_BC, weight_B = found()[:]
    return float(trainer.loss(logits, gold, (torch.from_numpy(p_BC), torch.from_numpy(weight_B))))


@pytest.mark.parametrize("T", [1.0, 2.0])
def test_the_loss_is_that_of_the_equation(T: float) -> None:
    logits, gold = torch.randn(3, 3, dtype=torch.float64).float(), torch.tensor([0, 1, 1])
    p_BC, weight_B = (torch.from_numpy(part) for part in found()[:])
    expected = 0.0
    for z, own, p, weight in zip(logits, gold, p_BC, weight_B, strict=True):
        soft = p ** (1 / T) / (p ** (1 / T)).sum() if p.sum() else p
        expected -= (
            float((1 - weight) * z.log_softmax(0)[own] + weight * T**2 * (soft * (z / T).log_softmax(0)).sum()) / 3
        )
    assert loss(T, False, gold, logits) == pytest.approx(expected, rel=1e-5)


def test_several_labels_have_a_loss_each() -> None:
    logits, gold = torch.zeros(3, 3), torch.tensor([[1, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert loss(1.0, True, gold, logits) == pytest.approx(3 * float(np.log(2)))


def test_calibration_to_distributions_finds_the_temperature_that_made_them() -> None:
    logits = np.random.default_rng(1).normal(size=(400, 3)) * 2
    p = np.exp(0.5 * logits) / np.exp(0.5 * logits).sum(axis=1, keepdims=True)
    assert fit_scale(logits, p) == pytest.approx(0.5, abs=0.02)
    hard = np.array([0, 1])
    assert negative_log_likelihood(logits[:2], np.eye(3)[hard], 1.0) == pytest.approx(
        negative_log_likelihood(logits[:2], hard, 1.0)
    )


def test_a_student_of_answers_alone_says_that_it_is_judged_by_its_teacher(tmp_path: Path) -> None:
    rows = [
        Record(f"{word} {n}", (label,), probabilities={"good": p, "bad": 1 - p}, taught=True)
        for n in range(12)
        for word, label, p in (("warm", "good", 0.8), ("cold", "bad", 0.3))
    ]
    config = replace(TINY, train=ClassifierTrainConfig(epochs=1, threads=1))
    events = list(train(job(Splits(rows[:20], rows[20:], [], held_out=True), config), tmp_path / "m"))
    assert AGREEMENT in [event.message for event in events if isinstance(event, Warned)]
    assert read_model(tmp_path / "m").config["data"]["soft labels"].startswith("20 of 20 training texts, 20 of them")
    assert "soft labels" in (tmp_path / "m" / "README.md").read_text()
