"""Nearest neighbours of words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.errors import UsageError
from lstmcli.inspection import neighbours as module
from lstmcli.inspection.neighbours import Vocabulary
from lstmcli.inspection.word_vectors import WordVectors
from support.lm_models import untrained_lm
from support.models import untrained_model
from support.translators import tiny_translator

WORDS = ["</s>", "<unk>", "king", "queen", "man", "ing", "king", "", "zero", "王"]
VECTORS = [[1, 0], [1, 0], [1, 0], [4, 3], [0, 2], [-1, 0], [2, 0.1], [1, 0], [0, 0], [3, 4]]


def vocabulary(monkeypatch: pytest.MonkeyPatch, ids: Callable[[str], list[int]] | None = None) -> Vocabulary:
    def of_word(word: str) -> list[int]:
        return [WORDS.index(word) if word in WORDS else 1]

    vectors = WordVectors(WORDS, np.array(VECTORS, np.float32), ids or of_word)
    monkeypatch.setattr(module, "retry_if_replaced", lambda path, load: vectors)
    return Vocabulary("model")


def test_the_nearest_come_first_by_cosine(monkeypatch: pytest.MonkeyPatch) -> None:
    found = vocabulary(monkeypatch).neighbours("man", top=3)
    assert [each.word for each in found.neighbours] == ["王", "queen", "king"]
    np.testing.assert_allclose([each.similarity for each in found.neighbours], [0.8, 0.6, 0.1 / 4.01**0.5], rtol=1e-6)


def test_neither_the_word_itself_nor_what_has_no_vector_is_a_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    found = vocabulary(monkeypatch).neighbours("king", top=50)
    assert [each.word for each in found.neighbours] == ["queen", "王", "man", "ing"]


@pytest.mark.parametrize(
    ("word", "ids", "message"),
    [
        ("knig", [1], "'knig' is not in the vocabulary of this model"),
        ("kinging", [2, 5], "'kinging' is 2 tokens of this model: king ing"),
        ("  ", [], "'  ' is not a word"),
        ("zero", [8], "'zero' has no vector in this model"),
        ("x" * 100, [1], f"'{'x' * 60}…' is not in the vocabulary"),
    ],
)
def test_what_is_no_word_of_the_model(word: str, ids: list[int], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="^" + message.replace("(", "\\(")) as caught:
        vocabulary(monkeypatch, lambda _: ids).neighbours(word)
    assert word != "knig" or caught.value.hint == "words spelled like it: king"


def test_models_of_every_task_have_neighbours(tmp_path: Path) -> None:
    for model, word in (
        (untrained_model(tmp_path / "cls"), "Funny"),
        (untrained_model(tmp_path / "cls2"), "影"),
        (untrained_lm(tmp_path / "lm"), "cat"),
        (untrained_lm(tmp_path / "bpe", "bpe"), "a"),
        (tiny_translator(tmp_path / "mt"), "a"),
    ):
        (found,) = lstm.neighbours(model, word, top=2)
        assert found.word == word and len(found.neighbours) == 2, model
        assert 1 >= found.neighbours[0].similarity >= found.neighbours[1].similarity >= -1
    rows = lstm.neighbours(tmp_path / "lm", ["cat", "the"], top=2).to_dicts()
    assert [row["word"] for row in rows] == ["cat", "the"]


def test_a_side_is_that_of_a_translator(tmp_path: Path) -> None:
    untrained_lm(tmp_path / "lm")
    with pytest.raises(UsageError, match="side applies to translators, not to a language model"):
        lstm.neighbours(tmp_path / "lm", "cat", side="source")
    tiny_translator(tmp_path / "mt")
    with pytest.raises(UsageError, match="side cannot be 'left'"):
        lstm.neighbours(tmp_path / "mt", "a", side="left")
    with pytest.raises(UsageError, match="top must be at least 1"):
        lstm.neighbours(tmp_path / "mt", "a", top=0)
