"""Inspection of translators: the reference cells agree with the session, and attention is that of the translation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.errors import DataError, ModelError, UsageError
from lstmcli.inspection import translator as inspecting
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.inspect import load_inspector
from lstmcli.tokenization.ids import END_ID
from lstmcli.translation.batches import pad
from lstmcli.translation.predict import Translator
from support.translators import SMALL, backwards

SHAPES: list[dict[str, Any]] = [
    {},
    {"cell": "gru", "input_feeding": True, "attention": "additive"},
    {"layers": 3, "cell": "rnn", "source_tokenizer": "char"},
]


@pytest.fixture(scope="module", params=SHAPES, ids=["lstm", "gru", "rnn"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("inspected") / "model"
    lstm.train(backwards(60), output=place, **SMALL, **request.param)
    return place


def test_states_are_those_of_the_session(model: Path) -> None:
    """Norms of the reference cells' states, against those with which the session translates."""
    encoder, decoder = lstm.inspect(model, "abcf", layer="all", direction="both", threads=1)
    translator = Translator(model, engine="onnx", threads=1)
    (source,) = translator.sides.source.encode(["abcf"])
    memory, state = translator.session.encode(*pad([source]))
    top = [layer for layer in encoder.layers if layer.layer == layer.layers]
    if translator.directory.settings.model.layers == 1:
        values_SH = np.asarray(memory.values_BSH)[0, : len(source)]
        norms = [np.linalg.norm(half, axis=1) for half in np.split(values_SH, 2, axis=1)]
        assert [layer.direction for layer in top] == ["forward", "backward"]
        for layer, expected in zip(top, norms, strict=True):
            np.testing.assert_allclose(layer.norms["hidden"], expected, atol=1e-4)
    each = 2 if translator.directory.settings.model.cell == "lstm" else 1
    last = END_ID
    ids = [*translator.sides.target.encode([decoder.text])[0]]
    assert len(ids) == len(decoder.tokens)
    for t, token in enumerate(ids):
        step = translator.session.step(np.array([last], np.int32), state, memory)
        for depth, layer in enumerate(decoder.layers):
            own = np.linalg.norm(np.asarray(step.state[depth * each]).ravel())
            assert layer.norms["hidden"][t] == pytest.approx(own, abs=1e-4)
        last, state = int(token), step.state


def test_tokens_surprisal_and_attention_are_those_of_the_translation(model: Path) -> None:
    encoder, decoder = lstm.inspect(model, "fade", threads=1)
    assert (encoder.part, decoder.part) == ("encoder", "decoder")
    assert [token.text for token in encoder.tokens] == [*"fade", "</s>"]
    (found,) = Translator(model, threads=1).translations(["fade"], alignment=True)
    (best,) = found.candidates
    assert decoder.text == best.text
    bits = sum(token.surprisal for token in decoder.tokens)
    assert bits == pytest.approx(-best.log_p / math.log(2), abs=1e-3)
    assert best.alignment and decoder.attention and decoder.attention.source == best.alignment.source
    assert decoder.attention.target == tuple(token.text for token in decoder.tokens)
    np.testing.assert_allclose(decoder.attention.weights, best.alignment.weights, atol=1e-4)
    assert {row["part"] for each in (encoder, decoder) for row in each._rows()} == {"encoder", "decoder"}


def test_an_empty_text_has_no_tokens(model: Path) -> None:
    (found,) = lstm.inspect(model, " ", threads=1)
    assert found.tokens == () and found.layers == ()


def test_what_does_not_apply_is_refused(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="holds a translator, which gives no label"):
        load_inspector(model, InspectConfig(why=True))
    with pytest.raises(UsageError, match="a translator has no labels"):
        load_inspector(model, InspectConfig(label="x"))
    with pytest.raises(UsageError, match="has no unit 9"):
        load_inspector(model, InspectConfig(units=(9,)))
    encoder, decoder = lstm.inspect(model, "ab", unit=[2, 7], threads=1)  # the encoder has 4 units a direction
    assert [unit.unit for unit in encoder.layers[0].chosen] == [2]
    assert [unit.unit for unit in decoder.layers[0].chosen] == [2, 7]
    monkeypatch.setattr(inspecting, "MAX_TOKENS", 4)
    with pytest.raises(DataError, match="a text of 6 tokens; 3 are the most"):
        lstm.inspect(model, "abcdef", threads=1)
