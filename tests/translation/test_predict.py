"""A trained translator: what it learned, and how it answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.errors import ModelError, UsageError
from lstmcli.safe_path import child_environment
from lstmcli.translation import translate as translating
from lstmcli.translation.config import ATTENTIONS
from lstmcli.translation.predict import Translator
from support.models import untrained_model
from support.translators import SMALL, words


@pytest.fixture(scope="module")
def model(reversing: Path) -> Translator:
    return Translator(reversing, threads=1)


def test_it_writes_new_words_backwards_and_its_attention_runs_backwards(model: Translator) -> None:
    new = words(200, seed=99)
    assert model.translate(new) == [word[::-1] for word in new]
    for found in model.translations([word for word in new if len(set(word)) == len(word) > 1], alignment=True):
        alignment = found.candidates[0].alignment
        assert alignment is not None
        assert alignment.source == (*found.text, "</s>") and alignment.target == (*found.text[::-1], "</s>")
        weights = np.array(alignment.weights)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
        assert weights[:-1].argmax(axis=1).tolist() == list(range(len(found.text)))[::-1]


def test_answers_are_in_order_and_empty_texts_have_an_empty_one(model: Translator) -> None:
    texts = ["abc", "", "f", "  ", "fedcba", "abc"]
    found = list(model.translations(texts))
    assert [each.text for each in found] == texts
    assert [each.translation for each in found] == ["cba", "", "f", "", "abcdef", "cba"]
    assert found[1].candidates == () and found[1].log_p is None


def test_answers_do_not_depend_on_what_is_asked_together(model: Translator) -> None:
    texts = words(60, seed=5)
    apart = [found for text in texts for found in model.translations([text], n=3)]
    for size in (1, 7, 60):
        together = list(model.translations(texts, n=3, batch_size=size))
        assert [[c.text for c in f.candidates] for f in together] == [[c.text for c in f.candidates] for f in apart]
    assert model.translate(texts) == [found.translation for found in apart]


@pytest.mark.parametrize("value", [1.5, float("nan"), "a", True, [1]])
def test_what_is_no_whole_number_is_refused_in_words(value: Any, model: Translator) -> None:
    for option in ("n", "beam", "batch_size"):
        with pytest.raises(UsageError, match="must be a whole number"):
            model.translations(["a"], **{option: value})
    with pytest.raises(UsageError, match="must be a whole number"):
        model.perplexity([("a", "b")], batch_size=value)
    if not isinstance(value, float) or value != value:
        with pytest.raises(UsageError, match="length"):
            model.translations(["a"], length_penalty=value)


def test_candidates_differ_and_the_best_is_first(model: Translator) -> None:
    (found,) = model.translations(["abcd"], n=4, beam=6, length_penalty=0.0)
    scores = [candidate.log_p for candidate in found.candidates]
    assert len({candidate.text for candidate in found.candidates}) == 4 and scores == sorted(scores, reverse=True)


def test_pytorch_says_the_same(model: Translator, reversing: Path) -> None:
    texts = words(40, seed=8)
    expected = [found.log_p for found in model.translations(texts)]
    other = Translator(reversing, engine="torch", device="cpu", threads=1)
    assert other.translate(texts) == model.translate(texts)
    assert [found.log_p for found in other.translations(texts)] == pytest.approx(expected, abs=1e-4)


def test_a_long_text_is_cut_and_that_is_said(model: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translating, "MAX_TOKENS", 5)
    short, long = model.translations(["abcd", "abcdef"])
    assert not short.truncated and long.truncated
    assert (short.translation, long.translation) == ("dcba", "dcba")


def test_a_text_of_a_megabyte_is_answered(model: Translator) -> None:
    (found,) = model.translations(["abcdef" * 170_000], beam=1)
    assert found.truncated and found.translation


def test_an_answer_comes_before_the_next_text_is_asked_for(model: Translator) -> None:
    asked: list[str] = []

    def texts() -> object:
        for text in ("ab", "cd"):
            asked.append(text)
            yield text

    found = model.translations(texts(), eager=True)
    assert next(found).translation == "ba" and asked == ["ab"]


@pytest.mark.parametrize("wrong", [{"beam": 0}, {"n": 0}, {"n": 9, "beam": 3}, {"length_penalty": -1}])
def test_numbers_out_of_range_are_refused(model: Translator, wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="must be"):
        list(model.translations(["abc"], **wrong))


def test_a_model_of_another_task_says_what_reads_it(tmp_path: Path, reversing: Path) -> None:
    with pytest.raises(ModelError, match="holds a classifier, not a translator") as caught:
        Translator(untrained_model(tmp_path / "other"))
    assert caught.value.hint == "`lstm classify` reads it"
    assert isinstance(lstm.load(reversing), Translator)


def test_it_needs_no_pytorch(reversing: Path) -> None:
    code = (
        "import sys, lstmcli\n"
        f"print(lstmcli.load({str(reversing)!r}, threads=1).translate(['abc']))\n"
        "assert 'torch' not in sys.modules\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=child_environment()
    )
    assert run.stdout == "['cba']\n", run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_task_of_copying_is_learned_with_attention_on_the_diagonal(tmp_path: Path, attention: str) -> None:
    known = words(1500)
    settings = {**SMALL, "hidden": 48, "embedding": 24, "epochs": 14, "learning_rate": 8e-3, "attention": attention}
    lstm.train({"source": known, "target": known}, output=tmp_path / "m", word_dropout=0.0, embedding_dropout=0.05,
               **settings)  # fmt: skip
    copying, new = Translator(tmp_path / "m", threads=1), words(200, seed=99)
    assert copying.translate(new) == new
    found = copying.translations([word for word in new if len(set(word)) == len(word)], alignment=True)
    weights = [np.array(each.candidates[0].alignment.weights) for each in found if each.candidates[0].alignment]
    diagonal = [row.argmax() == place for each in weights for place, row in enumerate(each[:-1])]
    assert np.mean(diagonal) > 0.97
