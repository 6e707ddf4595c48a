"""Comparisons of translators: scores and p-values are those of sacrebleu, and answers may come from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest

import lstmcli as lstm
from lstmcli.comparison.paired_bootstrap import p_value, sampled_scores, statistics
from lstmcli.comparison.results import TranslatorComparison
from lstmcli.errors import DataError, ModelError, NoDataError, UsageError
from support.models import untrained_model
from support.translators import tiny_translator

TARGETS = [f"the {'red' if n % 2 else 'blue'} boat number {n} is on the water of the lake" for n in range(40)]
FIRST = [text.replace("boat", "ship") if n % 3 else text for n, text in enumerate(TARGETS)]
OTHER = [text.replace("lake", "sea") if n % 5 else text for n, text in enumerate(TARGETS)]


@pytest.mark.parametrize("metric", [BLEU, CHRF])
def test_p_values_are_those_of_sacrebleu(metric: Any) -> None:
    _, found = PairedTest([("a", FIRST), ("b", OTHER)], {"m": metric()}, [TARGETS], test_type="bs")()
    (expected,) = (values for name, values in found.items() if name != "System")
    own = metric()
    rows = [statistics(own, texts, TARGETS) for texts in (FIRST, OTHER)]
    first, other = sampled_scores(own, rows)
    difference = expected[1].score - expected[0].score
    assert p_value(first, other, difference) == pytest.approx(expected[1].p_value)
    assert other.mean() == pytest.approx(expected[1].mean)
    assert p_value(first, first, 0.0) == 1.0


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Path]:
    """Pairs, and two files of translations of them."""
    rows = [{"source": f"text {n}", "target": target} for n, target in enumerate(TARGETS)]
    places = {name: tmp_path / name for name in ("pairs.jsonl", "first.txt", "other.jsonl")}
    places["pairs.jsonl"].write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    places["first.txt"].write_text("\n".join(FIRST) + "\n", encoding="utf-8")
    lines = [json.dumps({"translation": text, "text": f"text {n}"}) for n, text in enumerate(OTHER)]
    places["other.jsonl"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return places


def compared(data: dict[str, Path], *names: str, **more: Any) -> TranslatorComparison:
    found = lstm.compare([data[name] for name in names], on=data["pairs.jsonl"], task="translate", **more)
    assert isinstance(found, TranslatorComparison)
    return found


def test_files_of_translations_are_compared(data: dict[str, Path]) -> None:
    found = compared(data, "first.txt", "other.jsonl")
    for figures, texts in zip(found.models, (FIRST, OTHER), strict=True):
        assert figures.bleu == pytest.approx(BLEU().corpus_score(texts, [TARGETS]).score, abs=1e-4)
        assert figures.chrf == pytest.approx(CHRF().corpus_score(texts, [TARGETS]).score, abs=1e-4)
        assert figures.bleu_interval and figures.bleu_interval.low < figures.bleu < figures.bleu_interval.high
        assert figures.model.kind == "translations" and figures.texts_per_second is None
    assert found.pairs == 40 and "bs:1000|seed:12345" in found.signatures["bleu"]
    assert [d.measure for d in found.differences] == ["bleu", "chrf"]
    for d in found.differences:
        assert d.interval and d.interval.low < d.difference < d.interval.high
        assert d.test == "paired bootstrap" and d.p_value == d.p_adjusted
    gains = {side: [s.gain for s in found.sentences if s.better == side] for side in ("first.txt", "other.jsonl")}
    for side, own in gains.items():
        assert len(own) == 5 and own == sorted(own, reverse=True) and min(own) > 0, side
    sentence = found.sentences[0]
    assert sentence.source == f"text {sentence.line - 1}" and sentence.target == TARGETS[sentence.line - 1]
    assert compared(data, "first.txt", "other.jsonl", top=0).sentences == ()


def test_equal_systems_do_not_differ(data: dict[str, Path]) -> None:
    found = compared(data, "first.txt", "first.txt")
    assert all(d.difference == 0 and d.p_value == 1 and d.better is None for d in found.differences)
    assert not found.sentences


def test_a_model_is_compared_with_a_file(data: dict[str, Path], tmp_path: Path) -> None:
    model = tiny_translator(tmp_path / "model")
    found = lstm.compare([model, data["first.txt"]], on=data["pairs.jsonl"], threads=1)
    own, file = found.models
    assert own.model.kind == "lstm" and own.texts_per_second > 0 and own.model.parameters
    assert file.bleu > own.bleu and any("beam 5" in note for note in found.notes)
    assert any("longer than any source in training" in note for note in found.notes)
    assert list(found.to_pandas()["model"]) == ["model", "first.txt"]


def test_mistakes_are_named(data: dict[str, Path], tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds 2 translations, the source 40 texts"):
        compared({**data, "short": short}, "first.txt", "short")
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"label": "x"}\n' * 40, encoding="utf-8")
    with pytest.raises(DataError, match="no 'translation'"):
        compared({**data, "wrong": wrong}, "first.txt", "wrong")
    with pytest.raises(ModelError, match=r"is a classifier, and .* is a translator"):
        lstm.compare([tiny_translator(tmp_path / "a"), untrained_model(tmp_path / "b")], on=data["pairs.jsonl"])
    with pytest.raises(DataError, match="no pairs of texts"):
        lstm.compare([data["first.txt"], data["first.txt"]], on=["a", "b"], task="translate")
    empty = {"source": ["a", ""], "target": ["", "b"]}
    with pytest.raises(NoDataError, match="no pair with two sides"):
        lstm.compare([short, short], on=empty, task="translate")
    with pytest.raises(UsageError, match="two models or more"):
        compared(data, "first.txt")


def test_a_pair_with_an_empty_side_is_left_out_of_both(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("one two three four\nanything\nfive\n", encoding="utf-8")
    on = {"source": ["x", "", "y"], "target": ["one two three four", "z", "five"]}
    found = lstm.compare([tmp_path / "a", tmp_path / "b"], on=on, task="translate")
    assert found.pairs == 2 and found.models[0].chrf == pytest.approx(100)
    assert any("1 pair has an empty side and is left out" in note for note in found.notes)


def test_long_files_are_read_in_windows(tmp_path: Path) -> None:
    """A file that ends in an earlier window than the source is named, too."""
    (tmp_path / "a").write_text("x\n" * 600, encoding="utf-8")
    (tmp_path / "b").write_text("x\n" * 3, encoding="utf-8")
    on = {"source": [f"x {n}" for n in range(600)], "target": [f"y {n}" for n in range(600)]}
    with pytest.raises(DataError, match="holds 3 translations, the source 600 texts"):
        lstm.compare([tmp_path / "a", tmp_path / "b"], on=on, task="translate")
    assert np.isfinite(lstm.compare([tmp_path / "a", tmp_path / "a"], on=on, task="translate").models[0].bleu)
