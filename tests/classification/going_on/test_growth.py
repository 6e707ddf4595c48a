"""New words and labels change no answer about the old ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lstmcli.classification.going_on.growth import columns, grown_weights
from lstmcli.classification.load import read_encoder, read_weights
from lstmcli.classification.network import load_classifier_module
from lstmcli.model_dir.directory import read_model
from lstmcli.tokenization.batching import pack
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training.going_on.growth import grown_encoder


def test_a_grown_network_answers_as_before(place: Path) -> None:
    model = read_model(place / "model")
    old = read_encoder(model)
    new = grown_encoder(old, ["where is the Pool", "a warm zebra"])
    assert new.vocabulary()[: old.vocab_size] == old.vocabulary()
    assert {"where", "pool", "zebra"} <= set(new.vocabulary()[old.vocab_size :])
    labels = ("bad", "also", "good")
    weights = read_weights(model, old)
    grown = grown_weights(weights, (old.vocab_size, new.vocab_size), (model.labels, labels))
    texts = ["a warm room", "where is the pool?", "a cold zebra"]
    logits = []
    for encoder, tensors, classes in ((old, weights, 2), (new, grown, 3)):
        network = load_classifier_module(tensors, model.settings.model, classes)
        packed = pack(encoder.encode(texts), model.settings.model.segment, 100)
        with torch.inference_mode():
            logits.append(network(*map(torch.from_numpy, packed)).numpy())
    assert logits[1][:, columns(model.labels, labels)] == pytest.approx(logits[0], abs=1e-6)
    assert (logits[1][:, 1] == weights["head.bias"].min()).all()


def test_a_tokenizer_without_unknown_words_stays() -> None:
    encoder = TextEncoder.train(["a warm room"], TokenizerConfig(kind="byte"))
    assert grown_encoder(encoder, ["another"]) is encoder


def test_no_new_words_no_growth() -> None:
    encoder = TextEncoder.train(["a warm room"] * 3, TokenizerConfig(hash_buckets=16))
    assert grown_encoder(encoder, ["a room"]).vocab_size == encoder.vocab_size
    weights = {"embedding": np.ones((4, 2), np.float16), "head.weight": np.ones((2, 3)), "head.bias": np.arange(2)}
    assert grown_weights(weights, (3, 3), ("ab", "ab"))["embedding"].shape == (4, 2)
