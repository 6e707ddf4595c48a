"""Models that are ready to generate: engines, what cannot be loaded, and how prompts are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.errors import ModelError, UsageError
from lstmcli.generation import session as task
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig
from lstmcli.generation.generate import generate
from lstmcli.generation.results import Continuation
from lstmcli.generation.session import Generator, read_prompts
from lstmcli.language_modeling.predict import LanguageModel
from support.generate_models import untrained_language_model
from support.generators import CONFIGS, GREEDY, ended, generator_of
from support.models import untrained_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_language_model(tmp_path_factory.mktemp("lm") / "model", int8=True)


def run(generator: Generator, config: GenerateConfig) -> Continuation:
    return ended(generate(generator, "the cat", config))[0]


def test_engines_agree(folder: Path) -> None:
    config = GenerateConfig(SamplingConfig(temperature=1.0), max_tokens=20, samples=3, seed=1)
    onnx, torch = (LanguageModel(folder, threads=1, engine=engine).generator for engine in ("onnx", "torch"))
    a, b = (ended(generate(g, "the cat", config)) for g in (onnx, torch))
    assert [t.text for t in a] == [t.text for t in b]
    assert [t.logprob for t in a] == pytest.approx([t.logprob for t in b], abs=1e-3)
    beams = GenerateConfig(beam=BeamConfig(beams=3), max_tokens=10)
    assert run(onnx, beams).text == run(torch, beams).text


def test_int8_is_taken_where_it_is_and_made_where_it_is_not(folder: Path, tmp_path: Path) -> None:
    config = GenerateConfig(GREEDY, max_tokens=1, alternatives=1)
    exact = run(LanguageModel(folder, threads=1, engine="onnx").generator, config).logprob
    near = run(LanguageModel(folder, threads=1).generator, config).logprob
    assert near != exact and near == pytest.approx(exact, abs=0.3)
    assert run(LanguageModel(folder, threads=1, engine="int8").generator, config).logprob == near
    bare = untrained_language_model(tmp_path / "bare")
    assert run(LanguageModel(bare, threads=1).generator, config).logprob == exact
    assert run(LanguageModel(bare, threads=1, engine="int8").generator, config).logprob == near


def test_what_cannot_be_loaded_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="engine must be one of"):
        LanguageModel(folder, engine="tflite")
    with pytest.raises(UsageError, match="runs on the CPU"):
        LanguageModel(folder, engine="onnx", device="cuda")
    with pytest.raises(UsageError, match="GRU"):
        _ = LanguageModel(untrained_language_model(tmp_path / "gru", CONFIGS["gru"]), engine="int8").generator
    with pytest.raises(ModelError, match="holds a classifier, not a language model") as error:
        LanguageModel(untrained_model(tmp_path / "classifier"))
    assert error.value.hint == "`lstm classify` reads it"


@settings(max_examples=30)
@given(
    prompts=st.lists(
        st.sampled_from(["", "the", "the cat sat ", "a", "垫子 垫", "§", "the cat " * 5]), min_size=1, max_size=6
    ),
    pieces=st.integers(1, 9),
    name=st.sampled_from(["char-lines", "bpe-document", "gru"]),
)
def test_a_prompt_leaves_the_same_state_in_any_company(prompts: list[str], pieces: int, name: str) -> None:
    generator = generator_of(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task, "TOKENS_AT_ONCE", pieces)
        starts, state = read_prompts(generator, prompts)
    for row, (prompt, start) in enumerate(zip(prompts, starts, strict=True)):
        own = generator.session.zero_state(1)
        for id in start.ids[:-1]:
            own = generator.session.read(np.array([[id]], np.int32), own)
        assert start.prompt == prompt
        for whole, alone in zip(state, own, strict=True):
            np.testing.assert_allclose(whole[:, row : row + 1], alone, atol=1e-5)
