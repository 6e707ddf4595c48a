"""Our own kernel against ONNX Runtime and PyTorch: whatever the network and the texts, at every level that is here."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save

from lstmcli.classification import native_session
from lstmcli.classification.calibration import combine
from lstmcli.classification.config import POOLINGS, ClassifierModelConfig
from lstmcli.classification.graph import classifier_graph
from lstmcli.classification.native_session import NativeSession
from lstmcli.classification.network import Classifier as Network
from lstmcli.classification.network import load_classifier_module
from lstmcli.classification.onnx_session import ClassifierSession
from lstmcli.classification.predict import Classifier
from lstmcli.config import to_dict
from lstmcli.engine import native, native_stack
from lstmcli.engine.native import Library
from lstmcli.engine.registry import ENGINES, choose_engine
from lstmcli.errors import ModelError
from lstmcli.model_dir.directory import read_model, write_model
from lstmcli.model_dir.files import tensors
from lstmcli.tasks import CLASSIFICATION
from support.kernel import LEVELS, at_level, built
from support.models import TEXTS, TINY, description, untrained_model

Ids, Lengths, Weights = NDArray[np.int32], NDArray[np.int64], dict[str, NDArray[np.floating]]
ROWS = 300
EXACT, NEAR = 1e-5, 3e-3
CONFIGS = st.builds(
    ClassifierModelConfig,
    embedding=st.integers(1, 24),
    hidden=st.integers(1, 40),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    pooling=st.lists(st.sampled_from(POOLINGS), min_size=1, max_size=4, unique=True).map(tuple),
)
TEXT_LENGTHS = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=1, max_size=14)


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Library:
    return at_level(request.param)


def random_weights(config: ClassifierModelConfig, classes: int, seed: int) -> Weights:
    torch.manual_seed(seed)
    model = Network(config, ROWS, classes)
    for name, parameter in model.named_parameters():
        if name != "embedding":
            parameter.data.uniform_(-0.6, 0.6)  # no zero bias or query that would hide a mix-up
    model.embedding.data[1:].normal_()
    return model.tensors()


def random_batch(lengths: list[list[int]], F: int, seed: int) -> tuple[Ids, Lengths]:
    """Ids [B, S, T, F] padded with 0, and lengths [B, S]."""
    S, T = max(map(len, lengths)), max(map(max, lengths)) + 1
    sizes = np.array([row + [0] * (S - len(row)) for row in lengths], np.int64)
    ids = np.random.default_rng(seed).integers(1, ROWS, (len(lengths), S, T, F)).astype(np.int32)
    return ids * (np.arange(T) < sizes[..., None])[..., None].astype(np.int32), sizes


def alone(batch: tuple[Ids, Lengths], b: int) -> tuple[Ids, Lengths]:
    """One text of a batch, with no more padding than it needs."""
    ids, lengths = batch
    S, T = int((lengths[b] > 0).sum()), int(lengths[b].max())
    return np.ascontiguousarray(ids[b : b + 1, :S, :T]), lengths[b : b + 1, :S]


@given(CONFIGS, TEXT_LENGTHS, st.integers(1, 6), st.integers(1, 4), st.integers(0, 99), st.booleans())
@settings(max_examples=25)
def test_probabilities_are_those_of_onnx_runtime_and_of_pytorch(
    kernel: Library,
    config: ClassifierModelConfig,
    lengths: list[list[int]],
    classes: int,
    F: int,
    seed: int,
    multilabel: bool,
) -> None:
    weights, batch = random_weights(config, classes, seed), random_batch(lengths, F, seed)
    found = NativeSession(kernel, weights, config, threads=1).logits(*batch)
    graph = ClassifierSession(classifier_graph(weights, config), threads=1).logits(*batch)
    with torch.no_grad():
        module = load_classifier_module(weights, config, classes)(*map(torch.from_numpy, batch)).numpy()
    for other in (graph, module):
        ours, theirs = (combine(logits, None, 1.0, multilabel) for logits in (found, other))
        np.testing.assert_allclose(ours, theirs, atol=EXACT, rtol=0)


@given(CONFIGS, TEXT_LENGTHS, st.integers(1, 4), st.integers(0, 99), st.booleans())
@settings(max_examples=25)
def test_a_text_gets_the_same_bits_in_any_batch(
    kernel: Library, config: ClassifierModelConfig, lengths: list[list[int]], F: int, seed: int, int16: bool
) -> None:
    weights, batch = random_weights(config, 3, seed), random_batch(lengths, F, seed)
    session = NativeSession(kernel, weights, config, threads=1, int16=int16)
    together = session.logits(*batch)
    np.testing.assert_array_equal(session.logits(*batch), together)
    order = np.random.default_rng(seed).permutation(len(lengths))
    np.testing.assert_array_equal(session.logits(*(part[order] for part in batch)), together[order])
    for b in range(len(lengths)):
        np.testing.assert_array_equal(session.logits(*alone(batch, b))[0], together[b])


@given(CONFIGS, TEXT_LENGTHS, st.integers(0, 99))
@settings(max_examples=25)
def test_sixteen_bits_are_near(
    kernel: Library, config: ClassifierModelConfig, lengths: list[list[int]], seed: int
) -> None:
    weights, batch = random_weights(config, 3, seed), random_batch(lengths, 4, seed)
    exact, near = (
        combine(NativeSession(kernel, weights, config, 1, int16=int16).logits(*batch), None, 1.0)
        for int16 in (False, True)
    )
    np.testing.assert_allclose(near, exact, atol=NEAR)


def test_tokens_beyond_what_is_remembered_get_the_same_bits(kernel: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ClassifierModelConfig(embedding=7, hidden=9)
    weights = random_weights(config, 3, seed=1)
    batches = [random_batch([[40], [30], [20]], 4, seed) for seed in range(8)]
    usual = NativeSession(kernel, weights, config, threads=1)
    expected = [usual.logits(*batch) for batch in batches]
    monkeypatch.setattr(native_stack, "MEMO_TOKENS", 16)
    small = NativeSession(kernel, weights, config, threads=1)
    first: object = None
    for batch, logits in zip(batches, expected, strict=True):
        np.testing.assert_array_equal(small.logits(*batch), logits)
        first = first or small._stack._memos[4]
    assert small._stack._memos[4] is not first, "a memory that helps nobody is begun anew"


def test_many_tokens_are_computed_in_parts(kernel: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ClassifierModelConfig(embedding=7, hidden=9, layers=2)
    weights, batch = random_weights(config, 3, seed=1), random_batch([[9, 8], [30], [20, 1], [5], [2]], 4, 0)
    expected = NativeSession(kernel, weights, config, threads=1).logits(*batch)
    monkeypatch.setattr(native_session, "TOKENS_AT_ONCE", 20)
    most = 0

    def room(*shape: int) -> NDArray[np.float32]:
        nonlocal most
        most = max(most, shape[0] if len(shape) == 2 else 0)
        return usual(*shape)

    usual = native_stack.room
    session = NativeSession(kernel, weights, config, threads=1)
    session.logits(*random_batch([[1]], 4, 0))  # makes room for what is remembered
    monkeypatch.setattr(native_stack, "room", room)
    np.testing.assert_array_equal(session.logits(*batch), expected)
    assert most <= 30, "no more tokens at once than those of the longest text"


def test_threads_do_not_disturb_each_other(kernel: Library) -> None:
    config = ClassifierModelConfig(embedding=7, hidden=9, layers=2)
    weights = random_weights(config, 3, seed=1)
    batches = [random_batch([[9, 3], [30], [20]], 3, seed) for seed in range(40)]
    one = NativeSession(kernel, weights, config, threads=1)
    expected = [one.logits(*batch) for batch in batches]
    session = NativeSession(kernel, weights, config, threads=4)
    with ThreadPoolExecutor(4) as pool:
        for found, logits in zip(pool.map(lambda batch: session.logits(*batch), batches), expected, strict=True):
            np.testing.assert_array_equal(found, logits)


@pytest.mark.parametrize("wrong", [-1, ROWS, 2**31 - 1, -(2**31)])
def test_an_id_that_the_model_does_not_know_is_refused(kernel: Library, wrong: int) -> None:
    config = ClassifierModelConfig(embedding=5, hidden=3)
    session = NativeSession(kernel, random_weights(config, 3, 0), config, threads=1)
    ids, lengths = random_batch([[4], [2]], 2, 0)
    ids[1, 0, 1, 1] = wrong
    with pytest.raises(ModelError, match="does not know"):
        session.logits(ids, lengths)


@pytest.mark.parametrize("lengths", [[[4], [0]], [[4], [6]], [[4], [-1]], [[4, 0], [2, 0]], [[4]], [[2**62], [1]]])
def test_lengths_that_are_none_are_refused(kernel: Library, lengths: list[list[int]]) -> None:
    config = ClassifierModelConfig(embedding=5, hidden=3)
    session = NativeSession(kernel, random_weights(config, 3, 0), config, threads=1)
    ids, _ = random_batch([[4], [2]], 2, 0)
    with pytest.raises(ModelError, match="length"):
        session.logits(ids, np.array(lengths, np.int64))


def test_other_kinds_of_number_and_other_strides_are_the_same(kernel: Library) -> None:
    config = ClassifierModelConfig(embedding=5, hidden=3)
    weights = random_weights(config, 3, 0)
    ids, lengths = random_batch([[4], [2]], 2, 0)
    expected = NativeSession(kernel, weights, config, threads=1).logits(ids, lengths)
    double = {name: value.astype(np.float64) for name, value in weights.items()}
    turned = {name: np.asfortranarray(value) for name, value in weights.items()}
    odd = {name: np.frombuffer(b"x" + value.tobytes(), np.uint8)[1:].view(value.dtype).reshape(value.shape)
           for name, value in weights.items()}  # fmt: skip
    for same in (double, turned, odd):
        session = NativeSession(kernel, same, config, threads=1)
        np.testing.assert_array_equal(session.logits(ids.astype(np.int64), lengths.astype(np.int32)), expected)  # type: ignore[arg-type]


# --- models on disk --------------------------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is in its place, wherever it was built."""
    monkeypatch.setattr(native, "LIBRARY", built())
    for variable in (native.VARIABLE, "LSTM_ENGINE"):
        monkeypatch.delenv(variable, raising=False)
    forget(monkeypatch)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for the library anew, in this test only."""
    monkeypatch.setattr(native, "library", native.library.__wrapped__)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("models") / "lstm")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("multilabel", [False, True])
def test_whole_texts_get_the_same_answers_from_every_exact_engine(tmp_path: Path, multilabel: bool) -> None:
    config = replace(TINY, model=replace(TINY.model, layers=2, pooling=POOLINGS, hidden=7))
    path = untrained_model(tmp_path / "model", config, multilabel=multilabel)
    found = {
        engine: Classifier(path, threads=1, engine=engine).probabilities(TEXTS)
        for engine in ("native", "onnx", "torch", "fast")
    }
    np.testing.assert_allclose(found["native"], found["onnx"], atol=EXACT, rtol=0)
    np.testing.assert_allclose(found["native"], found["torch"], atol=EXACT, rtol=0)
    np.testing.assert_allclose(found["fast"], found["native"], atol=NEAR, rtol=0)
    assert (found["fast"] != found["native"]).any()


@pytest.mark.usefixtures("here")
def test_it_is_the_usual_engine_and_others_take_what_it_does_not_do(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = read_model(model).settings
    gru = replace(config, model=replace(config.model, cell="gru"))
    assert choose_engine(CLASSIFICATION, config).name == "native"
    assert choose_engine(CLASSIFICATION, gru).name == "onnx"
    assert "plain LSTMs only" in ENGINES["native"].declines(CLASSIFICATION, gru)
    monkeypatch.setattr(native, "LIBRARY", Path("/there/is/nothing"))
    assert choose_engine(CLASSIFICATION, config).name == "onnx"
    assert "not built" in ENGINES["native"].declines(CLASSIFICATION, config)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("content", [b"", b"\x7fELF not a library", b"MZ"])
def test_a_library_that_cannot_be_loaded_is_passed_over(
    model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "lstm.so").write_bytes(content)
    monkeypatch.setattr(native, "LIBRARY", tmp_path / "lstm.so")
    assert choose_engine(CLASSIFICATION, read_model(model).settings).name == "onnx"


@pytest.mark.usefixtures("here")
def test_onnx_runtime_is_not_imported(model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lstmcli.engine import native; native.LIBRARY = Path(sys.argv[2])\n"
        "from lstmcli.classification.predict import Classifier\n"
        "print(Classifier(sys.argv[1], threads=1).probabilities(['a fine film']).shape)\n"
        "assert not {'onnxruntime', 'torch', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model), str(built())], capture_output=True, text=True, timeout=100
    )
    assert (done.stdout, done.stderr) == ("(1, 3)\n", "")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["embedding", "stack.layers.0.1.w_hh", "stack.layers.0.0.b_ih", "head.bias"])
def test_weights_that_are_no_numbers_give_an_error_as_in_pytorch(model: Path, tmp_path: Path, name: str) -> None:
    found = read_model(model)
    weights = {key: np.array(value) for key, value in tensors(found.read("model.safetensors")).items()}
    weights[name][:] = np.nan
    files = {file: found.read(file) for file in found.config["files"]} | {"model.safetensors": save(weights)}
    write_model(tmp_path / "model", files, description(classifier=to_dict(TINY)), force=False)
    for engine in ("native", "torch"):  # ONNX Runtime's LSTM takes what is not a number for one
        with pytest.raises(ModelError, match="no finite probability"):
            Classifier(tmp_path / "model", threads=1, engine=engine).probabilities(["a fine film"])
