"""A language model that reads texts from their end, and the parts of one that a classifier starts from."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstmcli.data.records import Record, Splits
from lstmcli.errors import ModelError
from lstmcli.language_modeling.config import LmConfig, LmModelConfig, LmTrainConfig
from lstmcli.language_modeling.load import read_encoder, read_weights
from lstmcli.language_modeling.network import load_language_model
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.train import job
from lstmcli.language_modeling.trainer import total_nats
from lstmcli.model_dir.directory import read_model
from lstmcli.model_dir.transfer import read_parts
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END_ID
from lstmcli.training.run import train
from support.lm_models import untrained_lm

CONFIG = LmConfig(
    tokenizer=LmTokenizerConfig("word", "spaces", "lines"),
    model=LmModelConfig(embedding=6, hidden=6, layers=1),
    train=LmTrainConfig(epochs=2, batch_size=2, bptt=5, threads=1, device="cpu", precision="fp32"),
)
TEXT = [Record("a b c d e f g h")] * 12


def trained(output: Path, *, backward: bool) -> Path:
    config = replace(CONFIG, model=replace(CONFIG.model, backward=backward))
    list(train(job(Splits(TEXT, TEXT[:2], [], format="text"), config), output, checkpoint_every=math.inf))
    return output


def test_a_backward_model_reads_texts_from_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    path = trained(tmp_path / "lm", backward=True)
    model = read_model(path)
    encoder = read_encoder(model, backward=True)
    module = load_language_model(read_weights(model, encoder), model.settings.model, encoder.vocab_size)
    ids = np.concatenate([[END_ID], *encoder.encode([record.text for record in TEXT[:2]])])
    said = model.config["metrics"]["valid"]["perplexity"]
    assert math.exp(total_nats(module, ids[::-1]) / (len(ids) - 1)) == pytest.approx(said, rel=1e-4)
    assert math.exp(total_nats(module, ids) / (len(ids) - 1)) != pytest.approx(said, rel=1e-3)
    assert read_model(path).config["architecture"].startswith("backward LSTM")
    assert read_parts(str(path)).backward
    assert "lstm train data.csv --init-from FORWARD --init-from ." in (path / "README.md").read_text(encoding="utf-8")
    with pytest.raises(ModelError, match="reads texts from their end") as error:
        LanguageModel(path)
    assert "--init-from FORWARD --init-from BACKWARD" in str(error.value.hint)


def test_the_parts_are_those_of_the_model(tmp_path: Path) -> None:
    parts = read_parts(str(untrained_lm(tmp_path / "lm", "text")))
    model = LanguageModel(tmp_path / "lm")
    assert (parts.widths, parts.lead, parts.moved, parts.backward) == ((8, 6), True, 0, False)
    assert len(parts.embedding_VE) == model.encoder.vocab_size and len(parts.layers) == 2
    assert set(parts.layers[0]) == {"w_ih", "w_hh", "b_ih", "b_hh"}
    assert parts.decoder_VK is not None and np.array_equal(parts.decoder_VK, parts.embedding_VE)
