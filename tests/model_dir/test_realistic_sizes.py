"""Untrained networks of the sizes that people have (6,000 tokens, 1,000 labels): built, checked, saved, loaded, used.

What is small enough for a test can hide a fault: ONNX Runtime is handed large constants in another way than small ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.classification.graph import classifier_graph
from lstmcli.classification.network import Classifier as ClassifierNetwork
from lstmcli.classification.ngrams.table import NgramTable, ngram_keys
from lstmcli.classification.predict import Classifier
from lstmcli.classification.preflight import preflight_classifier
from lstmcli.classification.shapes import classifier_shapes
from lstmcli.config import to_dict
from lstmcli.language_modeling.config import LmConfig, LmModelConfig
from lstmcli.language_modeling.defaults import cutoffs
from lstmcli.language_modeling.graph import language_model_graph
from lstmcli.language_modeling.network import LanguageModel as Network
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.preflight import preflight_language_model
from lstmcli.language_modeling.presets import preset
from lstmcli.language_modeling.shapes import language_model_shapes
from lstmcli.model_dir.directory import write_model
from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from support.models import description

V = 6_000
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprstvwz" for b in "aeiou" for c in (f"{i:02}" for i in range(V // 75))]
LINES = [" ".join(WORDS[i : i + 20]) for i in range(0, V, 20)]
LETTERS = ["".join(map(chr, row)) for row in np.random.default_rng(0).integers(97, 123, (6_000, 6))]
PIECES = [" ".join(LETTERS[i : i + 20]) for i in range(0, len(LETTERS), 20)] * 2
"""Words that no two share much of, each written twice, so that thousands of pieces are learned."""
CHINESE = ["".join(map(chr, range(0x4E00 + i, 0x4E00 + i + 50))) for i in range(0, V, 50)]
LM_KINDS = {
    "words": (LmTokenizerConfig("word", "spaces", "lines"), LINES),
    "text": (LmTokenizerConfig("word", "text", "document"), LINES),
    "bpe": (LmTokenizerConfig("bpe", mode="document", vocab_size=5_500), PIECES),
    "unigram": (LmTokenizerConfig("unigram", mode="lines", vocab_size=5_500), PIECES),
    "char": (LmTokenizerConfig("char", mode="document"), CHINESE),
    "byte": (LmTokenizerConfig("byte", mode="lines"), LINES),
}
LM_MODELS = {
    f"{cell}-{name}": LmModelConfig(cell=cell, embedding=6, hidden=8, layers=layers, **more)  # type: ignore[arg-type]
    for cell in CELLS
    for layers in (1, 2)
    for name, more in {
        f"{layers}-tied": {},
        f"{layers}-untied": {"tied": False},
        f"{layers}-adaptive": {"tied": False, "softmax": "adaptive"},
    }.items()
}


@cache
def stream_encoder(kind: str) -> StreamEncoder:
    config, lines = LM_KINDS[kind]
    found = StreamEncoder.train(lines, config)
    assert found.vocab_size >= 5_000 or kind == "byte"
    return found


def saved_lm(target: Path, encoder: StreamEncoder, config: LmModelConfig) -> Path:
    """As training ends, but for the training."""
    torch.manual_seed(0)
    size = encoder.vocab_size
    if config.softmax == "adaptive":
        config = replace(config, cutoffs=cutoffs(size))
    module = Network(config, size)
    module.initialize_from_frequencies(np.arange(size, 0, -1))
    weights = module.tensors()
    preflight_language_model(weights, language_model_shapes(config, size), config, threads=1)
    about = description(task="lm", lm=to_dict(LmConfig(tokenizer=encoder.config, model=config)), int8=True)
    for name in ("labels", "multilabel", "classifier", "calibration"):
        about.pop(name)
    files = {
        "model.safetensors": save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        "tokenizer.json": encoder.to_json().encode(),
        "model.onnx": language_model_graph(weights, config).serialise(),
    }
    write_model(target, files, about, force=False)
    return target


def check_lm(target: Path) -> None:
    """Every engine that the model has scores a text alike."""
    ids = np.arange(2, 12, dtype=np.int32)[:, None]
    engines = [LanguageModel(target, threads=1, engine=engine) for engine in ("onnx", "torch")]
    sessions = [model.together for model in engines]
    if engines[0].directory.settings.model.cell == "lstm":
        sessions.append(LanguageModel(target, threads=1, engine="int8").generator.session)
    exact, again, *near = (s.score(ids[:-1], ids[1:].astype(np.int64), s.zero_state(1))[0] for s in sessions)
    np.testing.assert_allclose(exact, again, atol=1e-4)
    for found in near:
        np.testing.assert_allclose(found, exact, atol=0.1)


@pytest.mark.parametrize("name", LM_MODELS)
def test_a_language_model_of_any_shape(name: str, tmp_path: Path) -> None:
    check_lm(saved_lm(tmp_path / "m", stream_encoder("words"), LM_MODELS[name]))


@pytest.mark.parametrize("softmax", ["tied", "untied", "adaptive"])
@pytest.mark.parametrize("kind", [kind for kind in LM_KINDS if kind != "words"])
def test_a_language_model_of_any_tokenizer(kind: str, softmax: str, tmp_path: Path) -> None:
    check_lm(saved_lm(tmp_path / "m", stream_encoder(kind), LM_MODELS[f"lstm-2-{softmax}"]))


@pytest.mark.parametrize("name", ["tiny", "small", "chars", "medium", pytest.param("awd", marks=pytest.mark.slow)])
@pytest.mark.parametrize("softmax", ["full", "adaptive"])
def test_a_preset_passes_the_preflight_check(name: str, softmax: str) -> None:
    config, _ = preset(name)
    if softmax == "adaptive":
        config = replace(config, tied=False, softmax="adaptive", cutoffs=cutoffs(V))
    module = Network(config, V)
    module.initialize_from_frequencies(np.arange(V, 0, -1))
    preflight_language_model(module.tensors(), language_model_shapes(config, V), config, threads=1)


TOKENIZERS = {
    "word": TokenizerConfig(hash_buckets=4096),
    "plain": TokenizerConfig(hash_buckets=0),
    "bpe": TokenizerConfig("bpe", vocab_size=5_500),
    "unigram": TokenizerConfig("unigram", vocab_size=5_500),
    "char": TokenizerConfig("char"),
    "byte": TokenizerConfig("byte"),
}
BASE = ClassifierModelConfig(embedding=6, hidden=8, ngrams=0)
MODELS = {
    **{f"cell {cell}": replace(BASE, cell=cell) for cell in CELLS},  # type: ignore[arg-type]
    "one-way lstm": replace(BASE, bidirectional=False, layers=2),
    "one-way minlstm": replace(BASE, cell="minlstm", bidirectional=False, layers=2),
    **{f"pooling {kind}": replace(BASE, pooling=(kind,)) for kind in ("max", "mean", "attention", "last")},
    "all poolings, one-way": replace(BASE, pooling=("max", "mean", "attention", "last"), bidirectional=False),
    "three layers": replace(BASE, layers=3),
    "in one go": replace(BASE, segment=0),
    "short segments": replace(BASE, segment=3),
    **{f"{order}-grams": replace(BASE, ngrams=order) for order in (1, 2, 3)},
}


@cache
def text_encoder(kind: str) -> TextEncoder:
    found = TextEncoder.train({"char": CHINESE, "bpe": PIECES, "unigram": PIECES}.get(kind, LINES), TOKENIZERS[kind])
    assert found.vocab_size >= 5_000 or kind == "byte"
    return found


def saved(target: Path, kind: str, model: ClassifierModelConfig, classes: int, multilabel: bool = False) -> Path:
    torch.manual_seed(0)
    encoder, labels = text_encoder(kind), [f"label {i}" for i in range(classes)]
    weights: dict[str, Any] = ClassifierNetwork(model, encoder.rows, classes).tensors()
    preflight_classifier(weights, classifier_shapes(model, encoder.rows, classes), model, threads=1)
    files = {
        "model.safetensors": save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        "tokenizer.json": encoder.to_json().encode(),
        "model.onnx": classifier_graph(weights, model).serialise(),
    }
    if model.ngrams:
        keys = np.unique(ngram_keys(encoder.encode(LINES[:20]), model.ngrams)[0])
        rows = np.ones((len(keys), classes), np.float16)
        files["ngrams.safetensors"] = save(
            NgramTable(model.ngrams, keys, rows, np.zeros(classes, np.float32)).tensors()
        )
    config = ClassifierConfig(tokenizer=TOKENIZERS[kind], model=model)
    about = description(classifier=to_dict(config), labels=labels, multilabel=multilabel)
    write_model(target, files, about, force=False)
    return target


def check(target: Path) -> None:
    """Every engine that the model has gives a text the same probabilities."""
    texts = [LINES[0], WORDS[7], CHINESE[3][:9], ""]
    exact = Classifier(target, threads=1)
    found = exact.probabilities(texts)
    again = Classifier(target, threads=1, engine="torch").probabilities(texts)
    np.testing.assert_allclose(found, again, atol=1e-5)
    if not exact.multilabel:
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
    if exact.directory.settings.model.cell == "lstm":
        near = Classifier(target, threads=1, engine="int8").probabilities(texts)
        np.testing.assert_allclose(near, found, atol=0.1)


@pytest.mark.parametrize("name", MODELS)
def test_a_classifier_of_any_shape(name: str, tmp_path: Path) -> None:
    check(saved(tmp_path / "m", "word", MODELS[name], 3))


@pytest.mark.parametrize("multilabel", [False, True], ids=["one label", "several labels"])
@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_classifier_of_any_tokenizer_and_many_labels(kind: str, multilabel: bool, tmp_path: Path) -> None:
    check(saved(tmp_path / "m", kind, replace(BASE, ngrams=1), 1_000, multilabel))
