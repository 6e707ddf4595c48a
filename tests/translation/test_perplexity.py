"""Scores of targets given their sources: sums, tables, batches, engines."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.tokenization.ids import END_ID
from lstmcli.translation import perplexity as scoring
from lstmcli.translation.batches import pad
from lstmcli.translation.predict import Translator
from lstmcli.translation.score import score
from support.translators import SMALL, network, onnx, torch_session, words

PAIRS = [("abc", "cba"), ("f", "f"), ("deadbeef", "feed bead"), ("", "a"), ("abba", "")]


def sentences(count: int) -> list[str]:
    parts = words(3 * count, seed=9)
    return [" ".join(parts[i : i + 3]) for i in range(0, 3 * count, 3)]


@pytest.fixture(scope="module", params=["char", "word", "bpe"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Translator:
    texts = sentences(80)
    place = tmp_path_factory.mktemp("scored") / request.param
    data = {"source": texts, "target": [text[::-1] for text in texts]}
    size = 280 if request.param == "bpe" else None
    lstm.train(data, output=place, tokenizer=request.param, vocab_size=size, min_count=1, **SMALL)
    return Translator(place, engine="onnx", threads=1)


def test_a_score_is_the_sum_of_the_steps_of_the_decoder() -> None:
    session, source, target = onnx(network()), np.array([3, 4, 5, END_ID], np.int32), np.array([6, 7, END_ID], np.int32)
    ((scores, weights_TS),) = score(session, [source], [target], entropy=True, attention=True)
    memory, state = session.encode(*pad([source]))
    last, nats, entropies = END_ID, [], []
    for token in target.tolist():
        step = session.step(np.array([last], np.int32), state, memory)
        nats.append(-float(step.log_p[0, token]))
        entropies.append(-float((np.exp(step.log_p[0]) * step.log_p[0]).sum()))
        last, state = token, step.state
    np.testing.assert_allclose(scores.nats, nats, rtol=1e-5)
    assert scores.entropy is not None and weights_TS is not None
    np.testing.assert_allclose(scores.entropy, entropies, rtol=1e-4)
    assert weights_TS.shape == (3, 4)
    np.testing.assert_allclose(weights_TS.sum(axis=1), 1, rtol=1e-5)


def test_a_score_depends_on_neither_the_batch_nor_the_engine() -> None:
    module, rng = network(), np.random.default_rng(2)
    sources, targets = (
        [np.append(rng.integers(2, 11, n), END_ID).astype(np.int32) for n in rng.integers(0, 9, 12)] for _ in range(2)
    )
    together = [scores.nats for scores, _ in score(onnx(module), sources, targets)]
    pytorch = [scores.nats for scores, _ in score(torch_session(module), sources, targets)]
    for source, target, own, other in zip(sources, targets, together, pytorch, strict=True):
        ((alone, _),) = score(onnx(module), [source], [target])
        np.testing.assert_allclose(own, alone.nats, atol=1e-5)
        np.testing.assert_allclose(own, other, atol=1e-4)


def test_the_score_of_a_translation_is_its_log_probability(reversing: Path) -> None:
    model = Translator(reversing, threads=1)
    found = list(model.translations(["abc", "fade"], n=2))
    pairs = [(each.text, candidate.text) for each in found for candidate in each.candidates]
    rows = model.surprisal(pairs, per="line")
    expected = [-candidate.log_p / math.log(2) for each in found for candidate in each.candidates]
    assert [row.surprisal for row in rows] == pytest.approx(expected, abs=1e-3)


def test_rows_of_every_unit_sum_to_the_target_and_targets_to_the_report(model: Translator) -> None:
    report = model.perplexity(PAIRS)
    lines = model.surprisal(PAIRS, per="line")
    assert [row.text for row in lines] == [target for _, target in PAIRS]
    assert report.nats == pytest.approx(math.log(2) * sum(row.surprisal for row in lines))
    assert report.perplexity == pytest.approx(math.exp(report.nats / report.tokens))
    assert (report.lines, report.words, report.chars) == (5, 5, len("cba\nf\nfeed bead\na\n\n"))
    assert report.reading == "pairs"
    for per in ("token", "word", "char"):
        totals = dict.fromkeys(range(1, 6), 0.0)
        for row in model.surprisal(PAIRS, per=per):
            totals[row.line] += row.surprisal
        assert list(totals.values()) == pytest.approx([row.surprisal for row in lines], abs=1e-4), per


def test_a_source_matters_and_the_batch_size_does_not(model: Translator) -> None:
    one, other = model.surprisal([("abc", "cba"), ("abc de abc", "cba")], per="line")
    assert one.surprisal != other.surprisal
    apart = model.perplexity(PAIRS, batch_size=1)
    assert apart.nats == pytest.approx(model.perplexity(PAIRS).nats, rel=1e-5)


@pytest.mark.parametrize(
    "pairs",
    [
        (["abc", "f"], ["cba", "f"]),
        {"source": ["abc", "f"], "target": ["cba", "f"]},
        [{"source": "abc", "target": "cba"}, {"source": "f", "target": "f"}],
    ],
)
def test_pairs_come_in_any_form(model: Translator, pairs: Any, tmp_path: Path) -> None:
    expected = model.perplexity([("abc", "cba"), ("f", "f")])
    assert model.perplexity(pairs) == expected
    (tmp_path / "pairs.csv").write_text("target,source\ncba,abc\nf,f\n", encoding="utf-8")
    assert model.perplexity(tmp_path / "pairs.csv") == expected


def test_what_is_odd_is_logged(model: Translator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "lstmcli"):
        model.perplexity([("", "a"), ("Ж", "a"), ("abc " * 40, "a")])
    text = caplog.text
    assert "1 pair has an empty side" in text and "Cyrillic" in text and "longer than any source in training" in text


def test_wrong_arguments_are_refused(model: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="per must be one of line, word, token, char"):
        model.surprisal(PAIRS, per="text")
    with pytest.raises(UsageError, match="batch_size"):
        model.perplexity(PAIRS, batch_size=0)
    with pytest.raises(DataError, match="no pairs of texts"):
        model.perplexity(["abc"])
    with pytest.raises(NoDataError, match="there is no pair"):
        model.perplexity({"source": [], "target": []})
    monkeypatch.setattr(scoring, "MAX_STEPS", 3)
    with pytest.raises(DataError, match="3 are the most") as caught:
        model.perplexity([("a", "b"), ("a", "abcd efgh ijkl mnop qrst")])
    assert caught.value.line == 2
