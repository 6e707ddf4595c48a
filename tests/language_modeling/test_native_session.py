"""Language models on our own kernel against ONNX Runtime and PyTorch, at every level that is here."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.data.records import Record
from lstmcli.engine import native
from lstmcli.engine.native import Library
from lstmcli.engine.registry import ENGINES, choose_engine
from lstmcli.engine.session import Session
from lstmcli.errors import ModelError
from lstmcli.language_modeling import native_session
from lstmcli.language_modeling import predict as lm
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.graph import language_model_graph
from lstmcli.language_modeling.native_session import NativeSession
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.onnx_session import LanguageModelSession
from lstmcli.language_modeling.scoring.perplexity import Text, perplexity
from lstmcli.language_modeling.torch_session import TorchSession
from lstmcli.tasks import LANGUAGE_MODELING
from support.generate_models import LINES, lm_config, untrained_language_model
from support.kernel import LEVELS, at_level, built

V = 90
EXACT, NEAR = 1e-5, 3e-3
"""Nats a token."""
Weights = dict[str, NDArray[np.floating]]


@st.composite
def configs(draw: st.DrawFn) -> LmModelConfig:
    """Tied, with a matrix of its own, or with clusters."""
    tied = draw(st.booleans())
    cutoffs = () if tied else draw(st.sampled_from([(), (7,), (6, 22), (1, 2, 60)]))
    return LmModelConfig(
        embedding=draw(st.integers(1, 24)),
        hidden=draw(st.integers(1, 40)),
        layers=draw(st.integers(1, 3)),
        tied=tied,
        softmax="adaptive" if cutoffs else "full",
        cutoffs=cutoffs,
    )


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Library:
    return at_level(request.param)


def random_weights(config: LmModelConfig, seed: int = 0) -> Weights:
    torch.manual_seed(seed)
    module = LanguageModel(config, V)
    if config.softmax == "adaptive":
        module.initialize_from_frequencies(np.random.default_rng(seed).integers(0, 1000, V))
    for weight in module.parameters():
        weight.data.uniform_(-0.6, 0.6)
    return {name: np.asarray(value) for name, value in module.tensors().items()}


def onnx(weights: Weights, config: LmModelConfig) -> LanguageModelSession:
    return LanguageModelSession(language_model_graph(weights, config), config, threads=1)


def text_of(T: int, B: int, seed: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ids and targets."""
    ids = np.random.default_rng(seed).integers(0, V, (T + 1, B)).astype(np.int32)
    return ids[:-1], ids[1:]


def everything(session: Session, ids: NDArray[np.int32], targets: NDArray[np.int32]) -> list[NDArray[np.floating]]:
    """All that a session says of a text."""
    zero = session.zero_state(ids.shape[1])
    nats, entropy, state = session.score(ids, targets, zero, entropy=True)
    again, hidden, after = session.hidden(ids, targets, zero)
    logits, end = session.logits(ids, zero)
    assert entropy is not None
    only = session.score(ids, targets, zero)[0]
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return [nats, again, only, entropy, hidden, log_p, *state, *after, *end, *session.read(ids, zero)]


@given(configs(), st.integers(1, 12), st.integers(1, 9), st.integers(0, 99))
@settings(max_examples=25)
def test_all_that_it_says_is_what_onnx_runtime_and_pytorch_say_bits_aside(
    kernel: Library, config: LmModelConfig, T: int, B: int, seed: int
) -> None:
    weights, text = random_weights(config, seed), text_of(T, B, seed)
    found = everything(NativeSession(kernel, weights, config, threads=1), *text)
    for other in (onnx(weights, config), torch_session(weights, config)):
        for ours, theirs in zip(found, everything(other, *text), strict=True):
            np.testing.assert_allclose(ours, np.asarray(theirs), atol=EXACT, rtol=0)


def torch_session(weights: Weights, config: LmModelConfig) -> TorchSession:
    from lstmcli.language_modeling.network import load_language_model as load_module

    return TorchSession(load_module(weights, config, V))


@given(configs(), st.integers(1, 8), st.integers(0, 99), st.booleans())
@settings(max_examples=25)
def test_a_text_gets_the_same_bits_in_any_batch_and_however_it_is_cut(
    kernel: Library, config: LmModelConfig, B: int, seed: int, int16: bool
) -> None:
    T, session = 9, NativeSession(kernel, random_weights(config, seed), config, threads=1, int16=int16)
    ids, targets = text_of(T, B, seed)
    nats, entropy, state = session.score(ids, targets, session.zero_state(B), entropy=True)
    for b in range(B):
        own, one = slice(b, b + 1), session.zero_state(1)
        for cut in (slice(0, 2), slice(2, 3), slice(3, T)):
            found, sure, one = session.score(ids[cut, own], targets[cut, own], one, entropy=True)
            np.testing.assert_array_equal(found, nats[cut, own])
            np.testing.assert_array_equal(sure, entropy[cut, own])  # type: ignore[arg-type, index]
        for part, whole in zip(one, state, strict=True):
            np.testing.assert_array_equal(part, whole[:, own])


@given(configs(), st.integers(0, 99))
@settings(max_examples=25)
def test_sixteen_bits_are_near(kernel: Library, config: LmModelConfig, seed: int) -> None:
    weights, text = random_weights(config, seed), text_of(12, 3, seed)
    exact, near = (everything(NativeSession(kernel, weights, config, 1, int16=each), *text) for each in (False, True))
    for ours, theirs in zip(near[:4], exact[:4], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=NEAR)


def test_many_tokens_are_computed_in_parts_of_equal_bits(kernel: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    config = LmModelConfig(embedding=7, hidden=9)
    session, text = NativeSession(kernel, random_weights(config), config, threads=1), text_of(40, 3)
    expected, most = everything(session, *text), 0
    monkeypatch.setattr(native_session, "TOKENS_AT_ONCE", 20)
    read = session._stack.read

    def counted(ids_MF: NDArray[np.int32], *rest: object) -> object:
        nonlocal most
        most = max(most, len(ids_MF))
        return read(ids_MF, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(session._stack, "read", counted)
    session.score(*text, session.zero_state(3))
    assert most <= 20
    for found, whole in zip(everything(session, *text), expected, strict=True):
        np.testing.assert_array_equal(found, whole)


def test_threads_do_not_disturb_each_other(kernel: Library) -> None:
    config = LmModelConfig(embedding=7, hidden=9)
    weights, texts = random_weights(config), [text_of(150, 3, seed) for seed in range(12)]
    one, many = (NativeSession(kernel, weights, config, threads) for threads in (1, 3))
    expected = [everything(one, *text) for text in texts]
    for text, whole in zip(texts, expected, strict=True):
        for found, part in zip(everything(many, *text), whole, strict=True):
            np.testing.assert_array_equal(found, part)
    with ThreadPoolExecutor(4) as pool:
        for found, whole in zip(pool.map(lambda text: everything(one, *text), texts), expected, strict=True):
            np.testing.assert_array_equal(found[0], whole[0])


@pytest.mark.parametrize("wrong", [-1, V, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("cutoffs", [(), (7,)])
def test_ids_and_targets_that_the_model_does_not_know_are_refused(
    kernel: Library, wrong: int, cutoffs: tuple[int, ...]
) -> None:
    softmax = "adaptive" if cutoffs else "full"
    config = LmModelConfig(embedding=5, hidden=3, tied=False, softmax=softmax, cutoffs=cutoffs)
    session = NativeSession(kernel, random_weights(config), config, threads=1)
    for place in range(2):
        text = [part.copy() for part in text_of(4, 2)]
        text[place][1, 1] = wrong
        with pytest.raises(ModelError, match="does not know"):
            session.score(*text, session.zero_state(2))


@pytest.mark.parametrize("wrong", [-1, V, 2**62])
def test_ranks_that_are_not_there_are_refused(kernel: Library, wrong: int) -> None:
    config = LmModelConfig(embedding=5, hidden=3, tied=False, softmax="adaptive", cutoffs=(7,))
    weights = random_weights(config)
    weights["decoder.rank"] = np.full(V, wrong, np.int64)
    with pytest.raises(ModelError, match="ranks"):
        NativeSession(kernel, weights, config, threads=1)


# --- models on disk --------------------------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is in its place, wherever it was built."""
    monkeypatch.setattr(native, "LIBRARY", built())
    for variable in (native.VARIABLE, "LSTM_ENGINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(native, "library", native.library.__wrapped__)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_language_model(tmp_path_factory.mktemp("models") / "lm", lm_config("word"))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("carried", [False, True])
def test_perplexities_are_those_of_every_exact_engine(model: Path, carried: bool) -> None:
    found = {}
    for engine in ("native", "onnx", "torch", "fast"):
        loaded = lm.LanguageModel(model, threads=2, engine=engine)
        report = perplexity(loaded, [Text([Record(line) for line in LINES], carried)])
        found[engine] = report.nats / report.tokens
    for engine in ("onnx", "torch"):
        assert found["native"] == pytest.approx(found[engine], abs=EXACT)
    assert found["fast"] == pytest.approx(found["native"], abs=NEAR)
    assert found["fast"] != found["native"]


@pytest.mark.usefixtures("here")
def test_it_is_the_usual_engine_and_others_take_what_it_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def usual(cell: str) -> str:
        return choose_engine(LANGUAGE_MODELING, lm_config(cell=cell), scoring=True).name

    assert [usual("lstm"), usual("gru")] == ["native", "onnx"]
    monkeypatch.setenv("LSTM_ENGINE", "fast")
    assert [usual("lstm"), usual("gru")] == ["fast", "onnx"]
    monkeypatch.setenv(native.VARIABLE, built_levels()[-1])
    assert ENGINES["native"].level() == built_levels()[-1]
    monkeypatch.setattr(native, "LIBRARY", Path("/there/is/nothing"))
    assert usual("lstm") == "onnx"


def built_levels() -> list[str]:
    return Library(built()).levels


@pytest.mark.usefixtures("here")
def test_onnx_runtime_is_not_imported(model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lstmcli.engine import native; native.LIBRARY = Path(sys.argv[2])\n"
        "from lstmcli.language_modeling.predict import LanguageModel\n"
        "print(LanguageModel(sys.argv[1], threads=1).perplexity('the cat').lines)\n"
        "assert not {'onnxruntime', 'torch', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model), str(built())], capture_output=True, text=True, timeout=100
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
