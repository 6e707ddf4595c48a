"""Leaving words out: which words there are, what is left, and what the differences add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.inspection import occlusion as module
from lstmcli.inspection.occlusion import leave_one_out, without, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's not bad, really!", ["It's", "not", "bad", ",", "really", "!"]),
        ("it 's n't (good)", ["it", "'s", "n't", "(", "good", ")"]),
        ("这部电影很好看，真的。Good", [*"这部电影很好看，真的。", "Good"]),
        ("état nai\u0308ve", ["état", "nai\u0308ve"]),
        (" \n", []),
    ],
)
def test_words_marks_and_chinese_characters(text: str, expected: list[str]) -> None:
    assert [text[slice(*span)] for span in words(text)] == expected


@given(st.text())
def test_words_are_all_that_is_not_white_space(text: str) -> None:
    assert "".join(text[slice(*span)] for span in words(text)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("a b c", "b", "a c"),
        ("a b c", "a", "b c"),
        ("a b c", "c", "a b"),
        ("a, b", "a", ", b"),
        ("好看吗", "看", "好吗"),
        ("a", "a", ""),
        ("a  b", "b", "a "),
    ],
)
def test_a_word_takes_one_space_with_it(text: str, word: str, expected: str) -> None:
    first = text.index(word)
    assert without(text, first, first + len(word)) == expected


def linear(texts: Sequence[str]) -> Any:
    """Two labels; each "good" adds 2 to the log-odds of the second, each "bad" takes 1."""
    odds = np.array([2.0 * text.count("good") - text.count("bad") for text in texts])
    p = 1 / (1 + np.exp(-odds))
    return np.stack([1 - p, p], axis=1)


def test_where_words_work_by_themselves_the_differences_add_up() -> None:
    found = leave_one_out(linear, "a good film , not bad , good", 1, "pos", multilabel=False)
    assert [word.text for word in found.words if abs(word.log_odds) > 1e-9] == ["good", "bad", "good"]
    assert [word.log_odds for word in found.words if word.text in ("good", "bad")] == pytest.approx([2, -1, 2])
    assert found.sum_log_odds == pytest.approx(found.total_log_odds) == pytest.approx(3)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-3))) and found.empty_probability == pytest.approx(0.5)
    assert found.sum != pytest.approx(found.total)  # probabilities do not add up even then


def test_where_two_words_say_the_same_they_do_not_add_up() -> None:
    def either(texts: Sequence[str]) -> Any:
        p = np.array([0.9 if "good" in text or "fine" in text else 0.5 for text in texts])
        return np.stack([1 - p, p], axis=1)

    found = leave_one_out(either, "good and fine", 1, "pos", multilabel=False)
    assert found.sum == pytest.approx(0) and found.total == pytest.approx(0.4)


def test_texts_are_classified_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def classify(texts: Sequence[str]) -> Any:
        sizes.append(len(texts))
        return linear(texts)

    monkeypatch.setattr(module, "WINDOW", 3)
    whole = leave_one_out(linear, "good " * 8, 1, "pos", multilabel=False)
    assert leave_one_out(classify, "good " * 8, 1, "pos", multilabel=False) == whole
    assert sizes == [2, 3, 3, 2]


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certainty_has_finite_log_odds(p: float) -> None:
    def sure(texts: Sequence[str]) -> Any:
        return np.tile([1 - p, p], (len(texts), 1))

    for multilabel in (True, False):
        found = leave_one_out(sure, "one two", 1, "pos", multilabel=multilabel)
        assert np.isfinite(found.log_odds) and [word.log_odds for word in found.words] == [0, 0]


def test_an_empty_text_owes_nothing_to_words() -> None:
    found = leave_one_out(linear, "", 1, "pos", multilabel=False)
    assert (found.words, found.sum, found.total) == ((), 0, 0)
