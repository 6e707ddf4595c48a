"""Classifiers that are pretrained, or start from a language model, and runs of them that are resumed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lstmcli.classification.architecture import with_cell
from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.events import Pretrained
from lstmcli.classification.options import from_options
from lstmcli.classification.pretraining import phase
from lstmcli.classification.pretraining.start import read_start
from lstmcli.classification.pretraining.trainer import PretrainingTrainer
from lstmcli.classification.train import ClassifierJob, job
from lstmcli.data.records import Record, Splits
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir.directory import WEIGHTS, read_model
from lstmcli.model_dir.files import tensors
from lstmcli.training.events import Event, Stopped
from lstmcli.training.run import prepare, train
from support.lm_models import LINES, untrained_lm
from support.models import TINY, untrained_model

TEXTS = [f"{word} {n} day of 看电影 in {word}" for n in range(20) for word in ("red", "green")]
TRAIN = [Record(text, (text.split()[0],)) for text in TEXTS[:10]]
SQUARE = LmModelConfig(embedding=6, hidden=6, layers=2)


def made(*, model: dict[str, Any] | None = None, unlabelled: bool = True, **more: Any) -> ClassifierJob:
    how = ClassifierTrainConfig(**{"epochs": 1, "batch_size": 4, "threads": 1, "device": "cpu", **more})
    config = replace(TINY, train=how, model=replace(TINY.model, **(model or {})))
    others = [Record(text) for text in TEXTS] if unlabelled else []
    return job(Splits(TRAIN, TRAIN[:4], [], fingerprint="x", unlabelled=others), config)


def trained(output: Path, made: ClassifierJob, *, stop_after: int = 0, resume: bool = False) -> list[Event]:
    asked = iter(range(1, 10**6))
    stop = (lambda: next(asked) > stop_after) if stop_after else (lambda: False)
    return list(train(made, output, stop=stop, resume=resume, force=resume, checkpoint_every=math.inf))


@pytest.fixture(scope="module")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_lm(tmp_path_factory.mktemp("lm") / "lm", "text", [*LINES, *TEXTS], model=SQUARE)


def built(made: ClassifierJob) -> ClassifierJob:
    prepare(made.config.train)
    list(made.prepare_data())
    list(made.build("cpu"))
    return made


@pytest.mark.parametrize("stop_after", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_run_goes_on_where_it_was_in_the_pretraining_or_after_it(tmp_path: Path, stop_after: int) -> None:
    events = trained(tmp_path / "whole", made(pretrain=3))
    (found,) = (event for event in events if isinstance(event, Pretrained))
    assert found.texts == 48 and found.perplexity > 1
    model = read_model(tmp_path / "whole")
    assert model.settings.train.pretrain == 3 and model.config["data"]["texts pretrained on"] == 48
    cut = tmp_path / "cut"
    (stopped,) = (e for e in trained(cut, made(pretrain=3), stop_after=stop_after) if isinstance(e, Stopped))
    assert stopped.reason == "interrupted" and (stopped.best_epoch == 0) == (stop_after == 2)
    trained(cut, made(pretrain=3), resume=True)
    assert (cut / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()


def test_no_direction_has_the_features_of_what_it_predicts() -> None:
    phase = built(made(pretrain=1)).pretraining
    assert phase is not None and phase.trainer is not None
    trainer: PretrainingTrainer = phase.trainer
    near = phase.texts.has_neighbours
    assert near is not None and near.any() and not near.all()
    (ids_TF,) = phase.encoder.encode(["red 看电"])
    assert near[ids_TF[:, 0]].tolist() == [False, True, True]
    trainer.classifier.eval()
    forward, backward = trainer._views(ids_TF[None, None])
    table = trainer.classifier.embedding
    assert torch.allclose(forward[1, 0], table[ids_TF[1, [0, 1]]].sum(0), atol=1e-6)
    assert torch.allclose(backward[1, 0], table[ids_TF[1, [0, 2]]].sum(0), atol=1e-6)
    assert torch.equal(forward[0], backward[0])


def test_by_default_texts_without_labels_are_pretrained_on_and_labelled_ones_alone_are_not() -> None:
    found = [built(made(unlabelled=unlabelled)).pretraining for unlabelled in (True, False)]
    assert found[0] is not None and found[0].epochs > 0 and found[1] is None


def test_cells_whose_directions_cannot_be_told_apart_are_not_pretrained() -> None:
    for cell, there in (("mlstm", True), ("sru", True), ("mogrifier", False)):
        job = made(model={"cell": cell, "layers": 2})
        list(job.prepare_data())
        assert (job.pretraining is not None) == there
    with pytest.raises(UsageError, match="two directions cannot be pretrained"):
        list(made(model={"cell": "mogrifier", "layers": 2}, pretrain=2).prepare_data())


def test_training_texts_alone_are_enough_if_they_are_few_and_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def pretrained(**how: Any) -> bool:
        job = made(unlabelled=False, **how)
        list(job.prepare_data())
        return job.pretraining is not None

    monkeypatch.setattr(phase, "LEAST_TEXTS", 2)
    assert not pretrained() and pretrained(pretrain=1)
    monkeypatch.setattr(phase, "OWN_TEXTS", range(len(TRAIN), 20))
    assert pretrained() and not pretrained(pretrain=0)
    monkeypatch.setattr(phase, "MOST_OWN_TOKENS", 20)
    assert not pretrained()


def test_cells_are_compared_without_pretraining() -> None:
    config = with_cell(TINY, "rnn", 8, {"epochs": 2})
    assert config.train.pretrain == 0
    asked = replace(TINY, train=replace(TINY.train, pretrain=3))
    assert with_cell(asked, "rnn", 8, {"epochs": 2}).train.pretrain == 3


@pytest.mark.parametrize("pooling", [None, ("max", "mean"), ("attention",)])
def test_a_pooling_that_is_asked_for_is_that_of_a_pretrained_network(pooling: tuple[str, ...] | None) -> None:
    for epochs, usual in ((0, ("max", "mean")), (1, ("last", "max", "mean"))):
        job = made(model={"pooling": pooling}, pretrain=epochs)
        list(job.prepare_data())
        assert job.config.model.pooling == (pooling or usual)


@pytest.mark.parametrize("one_way", [True, False])
def test_a_classifier_reads_a_text_as_its_language_model_does(language_model: Path, one_way: bool) -> None:
    model = {"init_from": (str(language_model),), "bidirectional": not one_way}
    start = built(made(model=model, pretrain=0))
    lm, text = LanguageModel(language_model), TEXTS[3]
    (ids,) = lm.encoder.encode([text])
    (own,) = start.encoder.encode([text])
    assert [start.encoder.vocabulary()[i] for i in own[:, 0]] == [lm.encoder.tokens([i])[0] for i in ids[:-1]]
    start.module.eval()
    x = start.module.embed(torch.from_numpy(own[None, None]))
    weights = tensors(read_model(language_model).read(WEIGHTS))
    assert np.allclose(x[:, 0].detach().numpy(), weights["embedding"][ids[:-1]], atol=1e-6)
    assert start.config.model.pooling == ("last", "max", "mean") and start.config.train.unfreeze == 1
    layers = start.module.state_dict()
    for layer, name in ((0, "w_ih"), (1, "w_hh")):
        name = f"stack.layers.{layer}.0.{name}"
        assert np.array_equal(layers[name].numpy(), weights[name])
    if not one_way:
        assert not layers["stack.layers.1.0.w_ih"][:, 6:].any()


@pytest.mark.parametrize(("few", "decay", "unfreeze"), [(len(TEXTS), 2.6, 1), (1, 1.0, 0)])
def test_with_many_labels_all_layers_learn_alike(
    few: int, decay: float, unfreeze: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phase, "FEW_LABELLED", few)
    for asked in dict[str, Any](), {"layer_decay": 3.0, "unfreeze": 2}:
        job = made(pretrain=2, **asked)
        list(job.prepare_data())
        train = job.config.train
        assert (train.layer_decay, train.unfreeze) == ((3.0, 2) if asked else (decay, unfreeze))


def test_a_classifier_from_a_language_model_is_an_ordinary_one(language_model: Path, tmp_path: Path) -> None:
    from lstmcli.classification.predict import Classifier

    events = trained(tmp_path / "model", made(model={"init_from": (str(language_model),)}, pretrain=1))
    assert any(isinstance(event, Pretrained) for event in events)
    path = tmp_path / "model"
    onnx, torch = (Classifier(path, engine=name).predict_proba(TEXTS[:3]) for name in ("onnx", "torch"))
    assert np.allclose(onnx, torch, atol=1e-3)
    assert read_model(tmp_path / "model").config["data"]["start"]


def test_two_language_models_lie_side_by_side(language_model: Path, tmp_path: Path) -> None:
    lines, square = [*LINES, *TEXTS], replace(SQUARE, backward=True)
    second = untrained_lm(tmp_path / "backward", "text", lines, model=square)
    both = {"init_from": (str(second), str(language_model))}  # the order is theirs
    found = built(made(model=both, pretrain=1))
    assert (found.config.model.embedding, found.config.model.hidden) == (12, 6)
    assert found.pretraining is not None and found.pretraining.trainer is not None
    own, layers = tensors(read_model(second).read(WEIGHTS)), found.module.state_dict()
    lower = layers["stack.layers.0.1.w_ih"]
    assert np.array_equal(lower[:, 6:].numpy(), own["stack.layers.0.0.w_ih"]) and not lower[:, :6].any()
    trainer = found.pretraining.trainer
    before = trainer.loss(trainer.weights())
    for _ in range(30):
        trainer.step([trainer.texts[i] for i in range(20)], 0.02)
    assert trainer.loss(trainer.weights()) < before
    with pytest.raises(UsageError, match="is a backward language model"):
        read_start(replace(TINY, model=replace(TINY.model, init_from=(str(second),))))


@pytest.mark.parametrize(("option", "value"), [("hidden", 5), ("size", "2M"), ("tokenizer", "bpe")])
def test_options_that_the_language_model_decides_are_refused(option: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"--{option} and --init-from contradict"):
        from_options({"init_from": ["x"], option: value})
    assert from_options({"init_from": "x"})["config"].model.init_from == ("x",)


def test_models_that_are_no_start_are_refused(language_model: Path, tmp_path: Path) -> None:
    def start(*paths: Path) -> None:
        read_start(replace(TINY, model=ClassifierModelConfig(init_from=tuple(map(str, paths)))))

    with pytest.raises(UsageError, match="both are forward"):
        start(language_model, language_model)
    with pytest.raises(UsageError, match="layers of one width, and this language model has 8, 6"):
        start(untrained_lm(tmp_path / "lm"))
    with pytest.raises(UsageError, match="is a classifier, which is no start"):
        start(untrained_model(tmp_path / "classifier"))
