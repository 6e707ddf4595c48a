"""What inspection shows is what the other commands compute: states, answers, surprisals."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.errors import DataError, ModelError, UsageError
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.inspect import load_inspector
from lstmcli.inspection.results import Inspection
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring.perplexity import Text
from lstmcli.language_modeling.scoring.surprisal import surprisals
from lstmcli.tokenization.config import TokenizerConfig
from support.lm_models import LINES, untrained_lm
from support.models import LABELS, TEXTS, TINY, untrained_model

LONG = "the longest of them all: " + "one two three four " * 8
VARIANTS = {
    "bidirectional": TINY,
    "one-way": replace(TINY, model=replace(TINY.model, bidirectional=False, layers=2, pooling=("last",))),
    "gru": replace(TINY, model=ClassifierModelConfig(cell="gru", embedding=6, hidden=4, segment=0, layers=2, ngrams=0)),
    "rnn": replace(TINY, model=ClassifierModelConfig(cell="rnn", embedding=6, hidden=4, ngrams=0)),
    "byte": ClassifierConfig(TINY.read, TokenizerConfig("byte", max_tokens=30), replace(TINY.model, segment=7)),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("inspected")
    return {name: untrained_model(folder / name, config) for name, config in VARIANTS.items()}


@pytest.fixture(scope="module")
def lms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lms")
    return {kind: untrained_lm(folder / kind, kind) for kind in ("words", "bpe", "char", "byte")}


def inspect(path: Path, *texts: str, carried: bool = False, **config: Any) -> list[Inspection]:
    records = [Record(text, line=n) for n, text in enumerate(texts, 1)]
    return list(load_inspector(path, InspectConfig(**config), threads=1).inspect(records, carried=carried))


def answer(classifier: Classifier, text: str) -> dict[str, float]:
    return dict(zip(classifier.labels, classifier.probabilities([text])[0].tolist(), strict=True))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()])
def test_confidence_after_a_token_is_what_classify_answers_to_the_text_so_far(
    models: dict[str, Path], variant: str, text: str
) -> None:
    (found,) = inspect(models[variant], text)
    classifier = Classifier(models[variant], threads=1)
    for token in found.tokens[:-1]:
        assert token.probabilities == pytest.approx(answer(classifier, text[: token.end]), abs=1e-6)
    whole = answer(classifier, text)
    assert found.tokens[-1].probabilities == pytest.approx(whole, abs=1e-6) == found.probabilities
    assert found.label == max(whole, key=whole.__getitem__)
    assert found.probability == pytest.approx(max(whole.values()), abs=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_states_give_the_logits_that_the_engine_gives(models: dict[str, Path], variant: str) -> None:
    """What the units add to each label, from the states shown, is the network's score, which ONNX Runtime computes."""
    from lstmcli.tokenization.batching import pack

    classifier = Classifier(models[variant], threads=1)
    config = classifier.directory.settings
    encoded = classifier.encoder.encode([LONG])
    logits = classifier.ensemble.network.logits(*pack(encoded, config.model.segment, config.tokenizer.max_tokens))[0]
    bias = load_inspector(models[variant], InspectConfig())._stack.weights["head.bias"]  # type: ignore[attr-defined]
    both = "both" if config.model.bidirectional else "forward"
    for c, label in enumerate(LABELS):
        (found,) = inspect(models[variant], LONG, label=label, direction=both, top_units=99)
        added = sum(tie.strength for layer in found.layers for tie in layer.ties if tie.to == "label")
        expected = (logits - bias)[c] - (logits - bias).mean()
        assert added == pytest.approx(expected, abs=1e-5)


def test_of_several_labels_each_has_a_score_of_its_own(tmp_path: Path) -> None:
    from lstmcli.tokenization.batching import pack

    path = untrained_model(tmp_path / "model", TINY, multilabel=True)
    classifier = Classifier(path, threads=1)
    logits = classifier.ensemble.network.logits(*pack(classifier.encoder.encode([LONG]), 5, 20))[0]
    bias = load_inspector(path, InspectConfig())._stack.weights["head.bias"]  # type: ignore[attr-defined]
    for c, label in enumerate(LABELS):
        (found,) = inspect(path, LONG, label=label, direction="both", top_units=99, why=True)
        added = sum(tie.strength for layer in found.layers for tie in layer.ties if tie.to == "label")
        assert added == pytest.approx((logits - bias)[c], abs=1e-5)
        assert found.why is not None and found.why.probability == pytest.approx(answer(classifier, LONG)[label])
        p = found.why.probability
        assert found.why.log_odds == pytest.approx(np.log(p / (1 - p)), abs=1e-6)


@pytest.mark.parametrize("kind", ["words", "bpe", "char", "byte"])
@pytest.mark.parametrize("carried", [True, False])
def test_surprisal_is_that_of_perplexity_per_token(lms: dict[str, Path], kind: str, carried: bool) -> None:
    lines = [*LINES, "zebra zebra", "他们说 zebra"]
    model = LanguageModel(lms[kind], threads=1)
    records = [Record(line, line=n) for n, line in enumerate(lines, 1)]
    expected = list(surprisals(model, Text(records, carried), "token"))
    found = inspect(lms[kind], *lines, carried=carried)
    rows = [token for line in found for token in line.tokens if token.surprisal is not None]
    assert [row.text for row in rows] == [row.text for row in expected]
    assert [row.surprisal for row in rows] == pytest.approx([row.surprisal for row in expected], abs=1e-5)
    assert [row.entropy for row in rows] == pytest.approx([row.entropy for row in expected], abs=1e-5)
    assert [row.unknown for row in rows] == [bool(row.oov) for row in expected]


@pytest.mark.parametrize("carried", [True, False])
def test_the_states_of_a_language_model_are_the_engines(lms: dict[str, Path], carried: bool) -> None:
    model = LanguageModel(lms["bpe"], threads=1)
    found = inspect(lms["bpe"], *LINES, carried=carried, units=tuple(range(1, 7)))  # the last layer has 6
    state = model.together.zero_state(1)
    for n, (line, ids) in enumerate(zip(found, model.encoder.encode(LINES), strict=True)):
        begins = n == 0 or not carried
        state = model.together.zero_state(1) if begins else state
        read = np.concatenate([np.zeros(int(begins), np.int32), ids])[:, None]
        _, hidden_TBK, state = model.together.hidden(read, read, state)
        shown = np.array([unit.values["hidden"] for unit in line.layers[0].chosen]).T
        np.testing.assert_allclose(shown, hidden_TBK[:, 0], atol=1e-6)
        np.testing.assert_allclose(line.layers[0].norms["hidden"], np.linalg.norm(shown, axis=1), rtol=1e-5)
        assert len(line.tokens) == len(read)


def test_a_long_line_is_read_in_pieces(lms: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(LINES)
    (whole,) = inspect(lms["bpe"], text, units=(2,), top_units=2)
    monkeypatch.setattr("lstmcli.inspection.language_model.PIECE", 7)
    (pieces,) = inspect(lms["bpe"], text, units=(2,), top_units=2)
    assert pieces.layers[0].chosen[0].values["cell"] == pytest.approx(whole.layers[0].chosen[0].values["cell"])
    assert [tie.unit for tie in pieces.layers[0].ties] == [tie.unit for tie in whole.layers[0].ties]
    assert pieces.layers[0].findings == whole.layers[0].findings


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from("ab 好\n\t,é😀\u0301\ud83d"), min_size=0, max_size=40))
def test_any_text_is_read_token_by_token(models: dict[str, Path], lms: dict[str, Path], text: str) -> None:
    for path in (models["bidirectional"], models["byte"], lms["char"], lms["byte"]):
        for found in inspect(path, text):
            for layer in found.layers:
                for series in (*(gate.mean for gate in layer.gates), *layer.norms.values()):
                    assert len(series) == len(found.tokens)
            assert all(0 <= token.start <= token.end <= len(found.text) + 1 for token in found.tokens)


def test_tokens_are_the_texts_own_characters_in_order(models: dict[str, Path]) -> None:
    (found,) = inspect(models["bidirectional"], "A Fine film 很好看!")
    assert [token.text for token in found.tokens] == ["A", "Fine", "film", "很", "好", "看", "!"]
    (found,) = inspect(models["byte"], "a好")
    assert [token.text for token in found.tokens] == ["a", "好", "", ""]


def test_the_middle_of_a_long_text_is_said_to_be_unread(models: dict[str, Path]) -> None:
    (found,) = inspect(models["bidirectional"], "word " * 50)
    assert (len(found.tokens), found.unread) == (20, 30)
    assert found.tokens[9].end < found.tokens[10].start
    assert {token.segment for token in found.tokens} == {0, 1, 2, 3}


def test_work_is_bounded_by_asking_less_often(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = inspect(models["bidirectional"], LONG)
    monkeypatch.setattr("lstmcli.inspection.running_confidence.MULTIPLICATIONS", 1e4)
    (found,) = inspect(models["bidirectional"], LONG)
    assert found.every > 1 == whole.every
    asked = [t for t, token in enumerate(found.tokens) if token.probabilities]
    assert asked[-1] == len(found.tokens) - 1
    assert {later - earlier for earlier, later in pairwise(asked)} == {found.every}
    for t in asked:
        assert found.tokens[t].probabilities == pytest.approx(whole.tokens[t].probabilities, abs=1e-6)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_text_without_tokens_has_an_answer_and_nothing_to_watch(models: dict[str, Path], text: str) -> None:
    (found,) = inspect(models["bidirectional"], text)
    assert (found.tokens, found.layers) == ((), ())
    assert found.probabilities == pytest.approx(answer(Classifier(models["bidirectional"], threads=1), text))


def test_other_cells_show_the_gates_they_have(models: dict[str, Path]) -> None:
    (gru,) = inspect(models["gru"], LONG)
    assert [gate.name for gate in gru.layers[0].gates] == ["reset", "update", "candidate"]
    assert list(gru.layers[0].norms) == ["hidden"] and gru.cell == "GRU"
    (rnn,) = inspect(models["rnn"], LONG, units=(1,), top_units=1)
    assert rnn.layers[0].gates == () and list(rnn.layers[0].chosen[0].values) == ["hidden"]
    (lstm,) = inspect(models["one-way"], LONG)
    assert [gate.name for gate in lstm.layers[0].gates] == ["input", "forget", "candidate", "output"]
    assert list(lstm.layers[0].norms) == ["cell", "hidden"]


def test_layers_and_directions_are_shown_as_asked(models: dict[str, Path]) -> None:
    def shown(variant: str, **config: Any) -> list[tuple[int, str]]:
        return [(layer.layer, layer.direction) for layer in inspect(models[variant], "a film", **config)[0].layers]

    assert shown("gru") == [(2, "forward")]
    assert shown("gru", layer=1, direction="backward") == [(1, "backward")]
    assert shown("gru", layer=0, direction="both") == [(n, d) for n in (1, 2) for d in ("forward", "backward")]
    assert shown("one-way", direction="both") == [(2, "forward")]


@pytest.mark.parametrize(
    ("variant", "config", "said"),
    [
        ("gru", {"layer": 3}, "there is no layer 3"),
        ("one-way", {"direction": "backward"}, "no backward direction"),
        ("gru", {"units": (1, 5)}, "no unit 5"),
        ("gru", {"label": "goood"}, "no label 'goood'"),
    ],
)
def test_what_the_model_does_not_have_is_refused(
    models: dict[str, Path], variant: str, config: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        load_inspector(models[variant], InspectConfig(**config))
    assert caught.value.hint


@pytest.mark.parametrize("config", [{"layer": -1}, {"units": (0,)}, {"top_units": -1}, {"direction": "up"}])
def test_what_no_model_has_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        InspectConfig(**config)


def test_a_language_model_has_no_label_to_explain(lms: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="language model") as caught:
        load_inspector(lms["words"], InspectConfig(why=True))
    assert caught.value.hint and "--why" in caught.value.hint
    with pytest.raises(UsageError, match="labels"):
        load_inspector(lms["words"], InspectConfig(label="good"))


def test_why_is_what_classify_answers_to_the_edited_text(models: dict[str, Path]) -> None:
    text = "It was a fine film, and funny. 很好看"
    (found,) = inspect(models["bidirectional"], text, why=True, gates=False)
    assert found.why is not None and found.layers == () and found.tokens == ()
    classifier = Classifier(models["bidirectional"], threads=1)
    edited = {"film": "It was a fine , and funny. 很好看", "It": "was a fine film, and funny. 很好看"}
    edited |= {"看": "It was a fine film, and funny. 很好", ".": "It was a fine film, and funny 很好看"}
    by_text = {word.text: word for word in found.why.words}
    for word, without in edited.items():
        expected = answer(classifier, without)[found.why.label]
        assert by_text[word].probability == pytest.approx(expected, abs=1e-6)
        assert by_text[word].difference == pytest.approx(found.why.probability - expected, abs=1e-6)
    assert found.why.empty_probability == pytest.approx(answer(classifier, "")[found.why.label], abs=1e-6)
    assert found.why.sum == pytest.approx(sum(word.difference for word in found.why.words))
    assert found.why.total == pytest.approx(found.why.probability - found.why.empty_probability)


def test_too_many_words_to_leave_out_are_refused(models: dict[str, Path]) -> None:
    with pytest.raises(DataError, match="line 1: has 2,001 words"):
        inspect(models["bidirectional"], "word " * 2001, why=True, gates=False)


def test_every_unit_is_shown_the_most_telling_first(models: dict[str, Path], lms: dict[str, Path]) -> None:
    (found,) = inspect(models["bidirectional"], "a fine film, and funny")
    (layer,) = found.layers
    assert sorted(trail.unit for trail in layer.trails) == [1, 2, 3, 4]
    (single,) = inspect(models["bidirectional"], "a fine film, and funny", units=(1, 2, 3, 4))
    for trail in layer.trails:
        own = single.layers[0].chosen[trail.unit - 1].values["hidden"]
        assert trail.hidden == own
        assert trail.at == int(np.argmax(np.abs(np.diff((0.0, *own)))))
    assert single.layers[0].trails == ()
    (line,) = inspect(lms["char"], "the cat")
    moves = [np.std(trail.hidden) for trail in line.layers[0].trails]
    assert moves == sorted(moves, reverse=True) and len(moves) == line.layers[0].units


def test_the_units_of_a_very_long_text_are_not_kept(lms: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.inspection.layers.MAX_TRAILS", 20)
    assert inspect(lms["char"], "the cat sat")[0].layers[0].trails == ()
