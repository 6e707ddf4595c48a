"""Translators made in seconds: one that was trained to write words backwards, and untrained networks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lstmcli as lstm
from lstmcli.config import to_dict
from lstmcli.engine.native import library
from lstmcli.model_dir.directory import SOURCE_TOKENIZER, TOKENIZER, WEIGHTS, write_model
from lstmcli.translation.config import TranslatorConfig, TranslatorModelConfig, TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts
from lstmcli.translation.graph import decoder_graph, encoder_graph
from lstmcli.translation.native_session import NativeSession
from lstmcli.translation.network import Translator
from lstmcli.translation.onnx_session import TranslatorSession
from lstmcli.translation.sides import Sides
from lstmcli.translation.torch_session import TorchSession
from support.models import description

SMALL: dict[str, Any] = {"hidden": 8, "embedding": 4, "epochs": 1, "threads": 1, "device": "cpu", "task": "translate"}


def words(count: int, seed: int = 3, longest: int = 6) -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choice("abcdef") for _ in range(draw.randint(1, longest))) for _ in range(count)]


def backwards(count: int, seed: int = 3) -> dict[str, list[str]]:
    """Words, and the same backwards, as columns."""
    found = words(count, seed)
    return {"source": found, "target": [word[::-1] for word in found]}


def reversing_translator(place: Path) -> Path:
    settings = {**SMALL, "hidden": 48, "embedding": 24, "epochs": 14, "learning_rate": 8e-3}
    lstm.train(backwards(1500), output=place, word_dropout=0.0, embedding_dropout=0.05, **settings)
    return place


def tiny_translator(place: Path) -> Path:
    """One that has learned next to nothing."""
    lstm.train(backwards(60), output=place, **SMALL)
    return place


def network(vocab_size: int = 11, seed: int = 1, source_vocab_size: int | None = None, **model: Any) -> Translator:
    """An untrained network with weights large enough to tell hypotheses apart."""
    torch.manual_seed(seed)
    config = TranslatorModelConfig(**{"embedding": 6, "hidden": 8, **model})
    module = Translator(config, vocab_size, source_vocab_size).eval()
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(torch.randn_like(weight) * 0.5)
    return module


def onnx(module: Translator) -> TranslatorSession:
    weights, config = module.tensors(), module.config
    return TranslatorSession(encoder_graph(weights, config), decoder_graph(weights, config), config, 1)


def native(module: Translator, *, int16: bool = False) -> NativeSession:
    found = library()
    if found is None:
        pytest.skip("the kernel was not built")
    return NativeSession(found, module.tensors(), module.config, 1, int16=int16)


def torch_session(module: Translator) -> TorchSession:
    return TorchSession(module)


def untrained_translator(place: Path, kind: str = "bpe", source: str = "bpe", **model: Any) -> Path:
    """A model whose weights are random, and large enough to tell translations apart.

    Args:
        kind, source: the tokenizers.
    """
    from safetensors.numpy import save

    pairs = Texts(["der Hund schläft.", "die Katze sitzt da!"] * 2, ["the dog sleeps.", "the cat 看 sits there!"] * 2)
    size, own = 320, 320 if source in ("bpe", "unigram") else None
    tokenizer = TranslatorTokenizerConfig(kind, "text", vocab_size=size, source_tokenizer=source, source_vocab_size=own)
    sides = Sides.train(pairs, tokenizer)
    module = network(sides.target.vocab_size, source_vocab_size=sides.source_vocab_size, **model)
    config = TranslatorConfig(tokenizer=tokenizer, model=module.config)
    files = {
        WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in module.tensors().items()}),
        TOKENIZER: sides.target.to_json().encode(),
    }
    if sides.source_vocab_size is not None:
        files[SOURCE_TOKENIZER] = sides.source.to_json().encode()
    about = description(task="translate", translator=to_dict(config), metrics={})
    for name in ("labels", "multilabel", "classifier", "calibration", "lm", "int8"):
        about.pop(name)
    write_model(place, files, about, force=False)
    return place
