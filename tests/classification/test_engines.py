"""A classifier answers the same with every engine and in any batch, and refuses what it cannot use."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstmcli.cells import CELLS
from lstmcli.classification.predict import Classifier
from lstmcli.errors import ModelError, UsageError
from lstmcli.model_dir.directory import write_model
from support.models import LABELS, TEXTS, TINY, stub_model, untrained_model


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("real") / "model")


def test_both_engines_say_the_same(real: Path) -> None:
    onnx = Classifier(real, threads=1).probabilities(TEXTS)
    torch = Classifier(real, engine="torch").probabilities(TEXTS)
    assert onnx.shape == (len(TEXTS), len(LABELS))
    assert onnx.dtype == np.float64
    assert np.log(onnx) == pytest.approx(np.log(torch), abs=1e-4)
    assert onnx.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-12)
    assert onnx.std(axis=0).max() > 0.01  # the texts do differ


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "lstm"])
def test_every_cell_answers_with_every_engine_but_int8(tmp_path: Path, cell: str) -> None:
    path = untrained_model(tmp_path / "model", replace(TINY, model=replace(TINY.model, cell=cell, layers=2)))
    found = Classifier(path, threads=1).probabilities(TEXTS)
    assert np.log(found) == pytest.approx(np.log(Classifier(path, engine="torch").probabilities(TEXTS)), abs=1e-4)
    with pytest.raises(UsageError, match="int8 runs plain LSTMs only"):
        Classifier(path, engine="int8")


def test_the_mates_in_a_batch_do_not_matter(real: Path) -> None:
    classifier = Classifier(real, threads=1)
    alone = np.concatenate([classifier.probabilities([text]) for text in TEXTS])
    for loaded, size in itertools.product((classifier, Classifier(real, threads=3)), (2, 3, 64)):
        assert np.log(loaded.probabilities(TEXTS, size)) == pytest.approx(np.log(alone), abs=1e-5)


@pytest.mark.parametrize("order", [0, 2])
def test_the_ngrams_are_part_of_the_answer(tmp_path: Path, order: int) -> None:
    from dataclasses import replace

    config = replace(TINY, model=replace(TINY.model, ngrams=order))
    classifier = Classifier(untrained_model(tmp_path / "model", config), threads=1)
    both = classifier.probabilities(TEXTS)
    classifier.ensemble = replace(classifier.ensemble, ngrams=None)
    assert np.allclose(both, classifier.probabilities(TEXTS)) == (order == 0)


def test_the_scale_is_part_of_the_answer(tmp_path: Path) -> None:
    found = []
    for scale in (1.0, 0.5):
        path = untrained_model(tmp_path / str(scale), calibration={"scale": scale})
        found.append(np.log(Classifier(path, threads=1).probabilities(TEXTS)))
    plain, soft = (p - p.mean(axis=1, keepdims=True) for p in found)
    assert soft == pytest.approx(plain / 2, abs=1e-6)


def test_a_multilabel_model(tmp_path: Path) -> None:
    path = untrained_model(tmp_path / "model", multilabel=True)
    found = Classifier(path, threads=1).probabilities(TEXTS)
    assert np.log(found) == pytest.approx(np.log(Classifier(path, engine="torch").probabilities(TEXTS)), abs=1e-4)
    assert ((found > 0) & (found < 1)).all()
    assert not np.allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("model.safetensors", "torch"),
        ("model.safetensors", "int8"),
        ("ngrams.safetensors", "onnx"),
        ("tokenizer.json", "onnx"),
        ("model.safetensors", "onnx"),
    ],
)
def test_a_file_that_is_whole_but_means_nothing(tmp_path: Path, real: Path, name: str, engine: str) -> None:
    files = {file.name: file.read_bytes() for file in real.iterdir() if file.name != "config.json"}
    damaged = {name: files[name][: len(files[name]) // 2]}
    write_model(tmp_path / "model", files | damaged, json.loads((real / "config.json").read_text()), force=False)
    with pytest.raises(ModelError, match="cannot be used") as caught:
        Classifier(tmp_path / "model", engine=engine)
    assert caught.value.path == str(tmp_path / "model" / name)


def test_wrong_engines_and_devices(real: Path) -> None:
    for options in ({"engine": "abacus"}, {"device": "cuda"}, {"engine": "torch", "device": "abacus"}):
        with pytest.raises(UsageError):
            Classifier(real, **options)
    with pytest.raises(ModelError, match="language model"):
        Classifier(stub_model(real.parent / "lm", task="lm"))


def test_classifying_imports_neither_torch_nor_anything_for_training(real: Path) -> None:
    code = (
        "import sys; from lstmcli.classification.classify import classify; "
        "from lstmcli.classification.predict import Classifier; "
        "from lstmcli.data.records import Record; "
        f"list(classify(Classifier({str(real)!r}, threads=1), [Record('fine')])); "
        "print(sorted({'torch', 'scipy', 'onnx', 'datasets', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_describing_a_model_needs_the_standard_library_only(real: Path) -> None:
    code = (
        "import sys; from lstmcli.model_dir.info import info; from lstmcli.classification.card import card; "
        f"info({str(real)!r}); "
        "print(sorted({'torch', 'numpy', 'tokenizers', 'onnxruntime', 'safetensors'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
