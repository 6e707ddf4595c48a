"""Model directories made in a moment: small files, or a real but untrained network."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.config import to_dict
from lstmcli.language_modeling.config import LmConfig
from lstmcli.model_dir.directory import write_model
from lstmcli.tokenization.config import TokenizerConfig
from support.reports import classification_report

LABELS = ("bad", "good", "so so")
TINY = ClassifierConfig(
    tokenizer=TokenizerConfig(max_tokens=20, hash_buckets=64),
    model=ClassifierModelConfig(embedding=6, hidden=4, segment=5, ngrams=2),
)
TEXTS = (
    "a fine film, and funny",
    "dull, dull, dull",
    "it was fine I suppose",
    "这部电影很好看",
    "太无聊了 and long",
    "the longest of them all: " + "one two three four " * 8,
    "",
    "   ",
)


def description(**changes: Any) -> dict[str, Any]:
    """What training would write into config.json."""
    labels = changes.get("labels") or LABELS
    gold = np.arange(6) % len(labels)
    report = classification_report(np.eye(len(labels))[gold], gold, labels)
    return {
        "task": "classify",
        "versions": {"lstmcli": "0.1.0", "torch": "2.13.0"},
        "created": "2026-01-02T03:04:05+00:00",
        "command": "lstm train data.csv",
        "seed": 1,
        "labels": labels,
        "multilabel": False,
        "classifier": to_dict(TINY),
        "lm": to_dict(LmConfig()),
        "int8": False,
        "calibration": {"scale": 0.8, **TRUST},
        "data": {"source": "data.csv", "rows": {"train": 1234, "valid": 6}, "notes": ["CSV", "UTF-8"]},
        "metrics": {"valid": dataclasses.asdict(report)},
        "tokenizer": {"kind": "word", "vocab_size": 321},
        "parameters": 12345,
        "architecture": "bidirectional LSTM, 4 units a direction",
        **changes,
    }


def stub_files() -> dict[str, bytes]:
    """Files of the right names that no engine could load."""
    return {
        "model.safetensors": bytes(range(256)) * 4,
        "tokenizer.json": b'{"model": {"vocab": {"[PAD]": 0, "[UNK]": 1, "a": 2}}, "added_tokens": []}',
        "model.onnx": b"graph" * 50,
        "README.md": b"# A model\n",
        "log.jsonl": b'{"event": "saved"}\n',
    }


def stub_model(target: Path, *, force: bool = False, **changes: Any) -> Path:
    write_model(target, stub_files(), description(**changes), force=force)
    return target


TRUST = {
    "risk_coverage": [[1.0, 0.1, 0.5], [0.5, 0.4, 0.25]],
    "novelty": {"sureness": [-0.6, -0.1], "known": [0.1, 1.0], "together": [-3.0, -0.1]},
}
"""What a trained model knows from validation."""
SEVERAL: dict[str, Any] = {"multilabel": True, "calibration": {"scale": 0.8, "thresholds": [0.48, 0.51, 0.53]}}
"""A model that gives several labels, with a threshold for each."""


def untrained_model(target: Path, config: ClassifierConfig = TINY, **changes: Any) -> Path:
    """A model that every engine can load; its weights are random."""
    import torch
    from safetensors.numpy import save

    from lstmcli.classification.characters.fit import word_ngrams
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.characters.words import splitter
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.network import Classifier
    from lstmcli.classification.ngrams.table import NgramTable, ngram_keys
    from lstmcli.tokenization.text_encoder import TextEncoder

    torch.manual_seed(0)
    labels = changes.get("labels", LABELS)
    encoder = TextEncoder.train(TEXTS, config.tokenizer)
    weights: dict[str, Any] = {
        name: value * 3 for name, value in Classifier(config.model, encoder.rows, len(labels)).tensors().items()
    }
    files = {
        "model.safetensors": save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        "tokenizer.json": encoder.to_json().encode(),
        "model.onnx": classifier_graph(weights, config.model).serialise(),
    }
    linear: dict[str, Any] = {}
    if config.model.ngrams:
        keys = np.unique(ngram_keys(encoder.encode(TEXTS), config.model.ngrams)[0])
        rows = np.random.default_rng(0).normal(size=(len(keys), len(labels))).astype(np.float16)
        table = NgramTable(config.model.ngrams, keys, rows, np.zeros(len(labels), np.float32))
        linear |= table.tensors()
    if config.model.characters:
        keys = np.unique(
            word_ngrams([word for text in TEXTS for word in splitter(encoder)(text)], config.model.characters)[0]
        )
        rows = np.random.default_rng(1).normal(size=(len(keys), len(labels))).astype(np.float16) / np.float16(8)
        bias_C = np.linspace(0, 1, len(labels), dtype=np.float32)
        linear |= CharacterModel(NgramTable(config.model.characters, keys, rows, bias_C)).tensors()
    if linear:
        files["ngrams.safetensors"] = save(linear)
    write_model(target, files, description(classifier=to_dict(config), **changes), force=False)
    return target
