"""Engines: which there are, which of them runs a model, and what it takes to add one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from lstmcli.classification.predict import Classifier
from lstmcli.cli.app import app
from lstmcli.engine import registry
from lstmcli.engine.native import library
from lstmcli.engine.registry import ENGINES, Engine, check_engine, choose_engine, engine_names
from lstmcli.errors import UsageError
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir.info import info
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING, Task
from support.generate_models import lm_config, untrained_language_model
from support.models import TINY, untrained_model

USUAL = "native" if library() else "onnx"
"""The engine of a model that the kernel can run."""
GRU = replace(TINY, model=replace(TINY.model, cell="gru"))


class Toy(Engine):
    """Runs classifiers of LSTMs only; says the second label to everything."""

    def declines(self, task: Task, settings: Any) -> str:
        if task is not CLASSIFICATION or settings.model.cell != "lstm":
            return "the toy runs LSTM classifiers only"
        return ""

    def open(self, task: Task, settings: Any, weights: Mapping[str, Any], *, device: str, threads: int | None) -> Any:
        return ToySession(len(weights["head.bias"]))


class ToySession:
    workers, batch_size = 1, 16

    def __init__(self, classes: int) -> None:
        self.answer_C = np.eye(classes, dtype=np.float32)[1] * 1000

    def logits(self, ids: Any, lengths: Any) -> Any:
        return np.repeat(self.answer_C[None], len(ids), axis=0)


@pytest.fixture
def toy() -> Iterator[Engine]:
    """One engine more, the first that is tried."""
    usual = dict(ENGINES)
    ENGINES.clear()
    ENGINES.update({"toy": Toy("toy", "a toy", ""), **usual})
    yield ENGINES["toy"]
    ENGINES.clear()
    ENGINES.update(usual)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "lstm": untrained_model(folder / "lstm"),
        "gru": untrained_model(folder / "gru", GRU),
        "lm": untrained_language_model(folder / "lm", lm_config(), int8=True),
    }


@pytest.fixture(autouse=True)
def no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(registry.VARIABLE, raising=False)


def test_an_engine_is_added_by_one_entry(toy: Engine, models: dict[str, Path]) -> None:
    """It is the default where it stands first, for it runs the model; ``lstm info`` says so."""
    assert Classifier(models["lstm"], threads=1).probabilities(["a", "b"]).argmax(axis=1).tolist() == [1, 1]
    assert info(models["lstm"]).engine == "toy"
    shown = CliRunner().invoke(app, ["info", str(models["lstm"])])
    assert "toy (a toy)" in shown.output
    found = CliRunner().invoke(app, ["classify", "-m", str(models["lstm"]), "--engine", "toy", "--text", "x"])
    assert found.output.split("\t")[0] == "good"


def test_a_model_that_an_engine_declines_runs_on_the_next(toy: Engine, models: dict[str, Path]) -> None:
    """Silently, and with the same answers as if the engine were not there."""
    usual = Classifier(models["gru"], threads=1, engine="onnx").probabilities(["a", "b c"])
    assert np.array_equal(Classifier(models["gru"], threads=1).probabilities(["a", "b c"]), usual)
    assert info(models["gru"]).engine == "onnx"
    assert LanguageModel(models["lm"], threads=1).engine.name == USUAL
    with pytest.raises(UsageError, match="LSTM classifiers only"):
        Classifier(models["gru"], threads=1, engine="toy")


def test_the_environment_prefers_an_engine(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(model: str, **how: Any) -> str:
        task, settings = (LANGUAGE_MODELING, lm_config()) if model == "lm" else (CLASSIFICATION, GRU)
        return choose_engine(task, settings, **how).name

    monkeypatch.setenv(registry.VARIABLE, "torch")
    assert chosen("lm", scoring=True) == chosen("gru") == info(models["lstm"]).engine == "torch"
    assert chosen("lm", name="onnx") == "onnx"
    assert LanguageModel(models["lm"], threads=1).generator.session.__class__.__name__ == "TorchSession"
    monkeypatch.setenv(registry.VARIABLE, "int8")
    assert chosen("lm") == "int8"
    assert (chosen("lm", scoring=True), chosen("gru")) == (USUAL, "onnx")  # depends on the batch; not for this cell
    assert chosen("lm", device="cuda") == "torch"
    monkeypatch.setenv(registry.VARIABLE, "tflite")
    with pytest.raises(UsageError, match="LSTM_ENGINE must be one of native, fast, onnx, int8, torch, not 'tflite'"):
        chosen("lm")


def test_generating_prefers_int8_where_training_found_it_good_enough(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = untrained_language_model(tmp_path / "exact", lm_config(), int8=False)
    model = LanguageModel(models["lm"], threads=1, engine="onnx")
    assert model.generator.session is model.together
    monkeypatch.setattr(LanguageModel, "_session", lambda self, engine, threads: engine.name)
    asked = [(models["lm"], registry.AUTO), (exact, registry.AUTO), (models["lm"], None), (models["lm"], "onnx")]
    found = [LanguageModel(path, threads=1, engine=engine).generator.session for path, engine in asked]
    assert found == ["int8", "onnx", "onnx", "onnx"]
    assert LanguageModel(exact, threads=1).together == USUAL
    generating = [info(path).generates_with for path in (models["lm"], exact)]
    assert generating == ["int8", "onnx" if USUAL == "native" else ""]
    assert LanguageModel(models["lm"], threads=1).engine.exact


def test_a_model_is_described_with_the_level_of_its_engine(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = library()
    level = found.level if found else ""
    assert [info(models[name]).level for name in ("lm", "lstm", "gru")] == [level, level, ""]
    if found:
        assert f"{USUAL} (the kernel of lstm, {level})" in CliRunner().invoke(app, ["info", str(models["lm"])]).output
    monkeypatch.setenv(registry.VARIABLE, "onnx")
    assert info(models["lm"]).level == ""


@pytest.mark.parametrize(
    ("engine", "device", "said"),
    [
        ("tflite", "cpu", "engine must be one of native, fast, onnx, torch"),
        ("int8", "cpu", "engine must be one of native, fast, onnx, torch"),
        ("onnx", "tpu", "device must be one of auto, cpu, cuda"),
        ("torch", "tpu", "device must be one of auto, cpu, cuda"),
        ("onnx", "cuda", "the onnx engine runs on the CPU, not on cuda"),
    ],
)
def test_engines_and_devices_that_do_not_go_together(engine: str, device: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_engine(engine, device, scoring=True)


def test_engines_and_devices_that_do() -> None:
    assert engine_names() == ("native", "fast", "onnx", "int8", "torch")
    assert engine_names(scoring=True) == ("native", "fast", "onnx", "torch")
    check_engine("torch", "cuda")
    check_engine(None, "cuda", scoring=True)
    check_engine("auto", "cuda", auto=True)
    with pytest.raises(UsageError, match="engine must be one of auto, native, fast, onnx, int8, torch"):
        check_engine("tflite", "cpu", auto=True)


def test_int8_is_for_cells_that_have_it() -> None:
    gru = lm_config(cell="gru")
    with pytest.raises(UsageError, match="int8 runs plain LSTMs only, and this model is a GRU"):
        choose_engine(LANGUAGE_MODELING, gru, "int8")


def test_an_engine_without_a_module_for_a_task_declines_it() -> None:
    stranger = replace(CLASSIFICATION, package="lstmcli.evaluation", plural="strangers")
    assert ENGINES["onnx"].declines(stranger, TINY) == "ONNX Runtime does not run strangers"
