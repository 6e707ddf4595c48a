"""Models from strangers, sealed with checksums that fit: no code, no other file, no memory beyond their own sizes."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from safetensors.numpy import load, save

from lstmcli.classification.predict import Classifier
from lstmcli.errors import ModelError
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir import manifest
from lstmcli.model_dir.directory import ModelDir, read_model
from lstmcli.model_dir.info import info
from support.generate_models import untrained_language_model
from support.models import TEXTS, untrained_model

MEGABYTE = 2**20


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return untrained_model(tmp_path / "model")


@pytest.fixture
def lm(tmp_path: Path) -> Path:
    return untrained_language_model(tmp_path / "lm", int8=True)


def seal(model: Path, change: Callable[[dict[str, Any]], Any] | None = None, **files: bytes) -> None:
    """Puts other files there (``model_onnx`` for model.onnx) and changes the config; sizes and checksums fit again."""
    for name, data in files.items():
        (model / name.replace("_", ".")).write_bytes(data)
    path = model / manifest.CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    for name in config["files"]:
        config["files"][name] = manifest.entry_of((model / name).read_bytes())
    if change:
        change(config)
    config["checksum"] = manifest.checksum(config)
    path.write_text(json.dumps(config), encoding="utf-8")


@contextmanager
def little_memory(most: int = 8 * MEGABYTE) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def graph_of(*nodes: onnx.NodeProto, constants: tuple[onnx.TensorProto, ...] = ()) -> bytes:
    inputs = [helper.make_tensor_value_info("ids", onnx.TensorProto.INT32, None)]
    inputs += [helper.make_tensor_value_info("lengths", onnx.TensorProto.INT64, None)]
    outputs = [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, None)]
    return bytes(helper.make_model(helper.make_graph(nodes, "g", inputs, outputs, constants)).SerializeToString())


def outside(place: str) -> bytes:
    """A graph whose logits lie in another file."""
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "logits")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    return graph_of(constants=(tensor,))


GRAPHS = {
    "another file": outside("/etc/passwd"),
    "a file above": outside("../secret"),
    "a terabyte": graph_of(
        helper.make_node("ConstantOfShape", ["size"], ["logits"]),
        constants=(numpy_helper.from_array(np.array([2**40]), "size"),),
    ),
    "an operator of its own": graph_of(helper.make_node("Run", ["ids"], ["logits"], domain="evil")),
    "no graph": b"\xff" * 1000,
    "nothing": b"",
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_a_graph_by_another_hand_is_never_run(graph: bytes, model: Path, lm: Path) -> None:
    expected = Classifier(model, threads=1).probabilities(TEXTS)
    seal(model, model_onnx=graph)
    assert (Classifier(model, threads=1).probabilities(TEXTS) == expected).all()
    seal(lm, model_onnx=graph)
    assert LanguageModel(lm, threads=1).generator.session
    assert LanguageModel(lm, threads=1).together


def test_graphs_are_not_even_read(model: Path, lm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = ModelDir.read
    monkeypatch.setattr(ModelDir, "read", lambda self, name: read.append(name) or original(self, name))
    Classifier(model, threads=1)
    Classifier(model, threads=1, engine="int8")
    _ = LanguageModel(lm, threads=1).generator
    _ = LanguageModel(lm, threads=1).apart
    assert set(read) == {"model.safetensors", "ngrams.safetensors", "tokenizer.json"}


def resize(part: str, **sizes: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda config: config["lm" if "lm" in config and config["task"] == "lm" else "classifier"][part].update(
        sizes
    )


@pytest.mark.parametrize("engine", ["onnx", "torch"])
@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"hidden": 60_000}, "the config and tokenizer say"),
        ({"embedding": 60_000}, "the config and tokenizer say"),
        ({"layers": 200}, "lacks the weight 'stack.layers.1"),
        ({"layers": 10**9}, "layers must be between 1 and 256"),
        ({"hidden": 2**62}, "hidden must be between 1 and 65536"),
        ({"hidden": -1}, "hidden must be"),
        ({"hidden": 4.5}, "hidden cannot be 4.5"),
        ({"cell": "gru"}, "the config and tokenizer say"),
        ({"pooling": ["max"] * 1000}, "'head.weight' is"),
    ],
)
def test_sizes_in_the_config_that_the_weights_do_not_have(
    sizes: dict[str, Any], said: str, engine: str, model: Path
) -> None:
    Classifier(model, threads=1, engine=engine)  # so that what is counted is not the import of a library
    seal(model, resize("model", **sizes))
    with little_memory(), pytest.raises(ModelError) as caught:
        Classifier(model, threads=1, engine=engine)
    assert said in str(caught.value)


@pytest.mark.parametrize("sizes", [{"hidden": 60_000}, {"layers": 200}, {"embedding": 60_000}, {"tied": False}])
@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_the_same_of_a_language_model(sizes: dict[str, Any], engine: str, lm: Path) -> None:
    _ = LanguageModel(lm, threads=1, engine=engine).together
    seal(lm, resize("model", **sizes))
    found = LanguageModel(lm, threads=1, engine=engine)
    with little_memory(), pytest.raises(ModelError):
        _ = found.together


@pytest.mark.parametrize("shape", [[2**40], [2**62, 2**62], [-1], [0], [1] * 100])
def test_a_header_that_promises_more_than_is_there(shape: list[int], model: Path) -> None:
    data = (model / "model.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["embedding"]["shape"] = shape
    text = json.dumps(header).encode()
    seal(model, model_safetensors=len(text).to_bytes(8, "little") + text + data[8 + size :])
    with little_memory(), pytest.raises(ModelError, match=r"model\.safetensors: cannot be used"):
        Classifier(model, threads=1)


def test_a_header_longer_than_the_file(model: Path) -> None:
    data = (model / "model.safetensors").read_bytes()
    seal(model, model_safetensors=(2**40).to_bytes(8, "little") + data[8:])
    with little_memory(), pytest.raises(ModelError):
        Classifier(model, threads=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_weights_that_give_no_finite_number(value: float, model: Path) -> None:
    weights = load((model / "model.safetensors").read_bytes())
    weights["head.bias"] = np.full_like(weights["head.bias"], value)
    seal(model, model_safetensors=save(weights))
    try:
        assert np.isfinite(Classifier(model, threads=1).probabilities(TEXTS)).all()
    except ModelError as error:
        assert "no finite probability" in error.message


@pytest.mark.parametrize(
    "change",
    [
        {"keys": np.zeros(3, np.int64)},
        {"weights": np.zeros((5, 2), np.float16)},
        {"bias": np.zeros(7, np.float32)},
        {"order": np.array([2**40])},
        {"order": np.array([], np.int64)},
    ],
)
def test_a_table_of_ngrams_of_another_shape(change: dict[str, Any], model: Path) -> None:
    tensors = load((model / "ngrams.safetensors").read_bytes())
    seal(model, ngrams_safetensors=save(tensors | change))
    with pytest.raises(ModelError, match=r"ngrams\.safetensors: cannot be used"):
        Classifier(model, threads=1)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": {"a": nested(40)}}, "nested deeper than 32"),
        ({"data": {"a": nested(900)}}, "nested deeper than 32"),
        ({"metrics": {"valid": 3}}, "metrics: 'valid' cannot be 3"),
        ({"metrics": {"valid": {"accuracy": "high"}}}, "metrics: accuracy cannot be 'high'"),
        ({"metrics": {"valid": {"accuracy": 10**400}}}, "metrics: accuracy cannot be"),
        ({"calibration": {"scale": 10**400}}, "calibration: scale cannot be"),
        ({"calibration": {"scale": True}}, "calibration: scale cannot be True"),
    ],
)
def test_a_config_of_strange_values(change: dict[str, Any], said: str, model: Path) -> None:
    seal(model, lambda config: config.update(change))
    with pytest.raises(ModelError, match=said):
        info(model)


def test_a_language_model_whose_figures_are_not_complete(lm: Path) -> None:
    seal(lm, lambda config: config.update(metrics={"valid": {"bits_per_byte": 1.0}}))
    with pytest.raises(ModelError, match="metrics lack 'perplexity'"):
        info(lm)


def test_a_language_model_has_no_labels_whatever_it_says(lm: Path) -> None:
    seal(lm, lambda config: config.update(labels=[0.5, None], multilabel="yes"))
    assert (info(lm).labels, info(lm).multilabel) == ((), False)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "/dev/zero"])
def test_a_link_out_of_the_directory_is_refused(name: str, target: str, model: Path) -> None:
    (model.parent / "secret").write_bytes((model / name).read_bytes())
    (model / name).unlink()
    (model / name).symlink_to(target)
    with little_memory(), pytest.raises(ModelError, match="is a link that leaves the model directory"):
        read_model(model)
