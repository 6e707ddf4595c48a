"""The rules that fill in what the user left open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmConfig, LmModelConfig, LmTrainConfig
from lstmcli.language_modeling.defaults import chosen_by_text, cutoffs, for_time, is_alphabet, resolve_lm
from lstmcli.language_modeling.presets import preset
from lstmcli.tokenization.config import LmTokenizerConfig


@given(st.integers(2, 10**6))
def test_an_adaptive_softmax_is_cut_inside_its_vocabulary(vocab_size: int) -> None:
    config = LmConfig(model=LmModelConfig(tied=False, softmax="adaptive"))
    found = resolve_lm(config, 1000, vocab_size).model.cutoffs
    assert found and [0, *found, vocab_size] == sorted({0, *found, vocab_size})


def test_the_cutoffs_are_near_those_in_use() -> None:
    assert cutoffs(44_000) == (2_750, 11_000) and cutoffs(267_735) == (16_733, 66_933)


def test_cutoffs_that_were_said_stay_unless_they_leave_nothing() -> None:
    said = LmConfig(model=LmModelConfig(tied=False, softmax="adaptive", cutoffs=(5, 9)))
    assert resolve_lm(said, 1000, 10).model.cutoffs == (5, 9)
    with pytest.raises(UsageError, match="below the 9 different tokens"):
        resolve_lm(said, 1000, 9)
    assert resolve_lm(LmConfig(), 1000, 9).model == LmModelConfig()


@pytest.mark.parametrize(("schedule", "expected"), [("linear", 0), ("cosine", 0), ("plateau", 5), ("constant", 5)])
def test_a_falling_learning_rate_is_not_cut_short(schedule: str, expected: int) -> None:
    config = LmConfig(train=LmTrainConfig(schedule=schedule))
    assert resolve_lm(config, 10_000, 50).train.patience == expected
    asked = LmConfig(train=LmTrainConfig(schedule=schedule, patience=2))
    assert resolve_lm(asked, 10_000, 50).train.patience == 2


@pytest.mark.parametrize(
    ("options", "tokens", "expected"),
    [
        ({}, 9_000_000 // 14, (2.0, 1.0)),
        ({}, 9_000_000 // 7, (0.0, 0.0)),
        ({"epochs": 8}, 100, (2.0, 1.0)),
        ({"epochs": 7}, 100, (0.0, 0.0)),
        ({"epochs": 7, "alpha": 0.5}, 100, (0.5, 0.0)),
        ({"epochs": 40, "alpha": 0.0, "beta": 0.0}, 100, (0.0, 0.0)),
        ({"time_limit": 60.0}, 100, (None, None)),  # until it is known how often the text is read
    ],
)
def test_activations_are_penalised_if_the_text_is_read_often(
    options: dict[str, Any], tokens: int, expected: tuple[float | None, float | None]
) -> None:
    found = resolve_lm(LmConfig(train=LmTrainConfig(**options)), tokens, 50).train
    assert (found.alpha, found.beta) == expected


@pytest.mark.parametrize(
    ("kind", "tokens", "letters"),
    [("char", 67, True), ("byte", 259, True), ("char", 5_000, False), ("word", 67, False), ("bpe", 300, False)],
)
def test_letters_are_characters_of_few_kinds(kind: str, tokens: int, letters: bool) -> None:
    assert is_alphabet(kind, tokens) == letters


def test_letters_are_seen_less_often_than_words() -> None:
    def epochs(kind: str) -> int | None:
        config = LmConfig(tokenizer=LmTokenizerConfig(kind=kind))
        return resolve_lm(config, 1_000_000, 67).train.epochs

    assert (epochs("char"), epochs("word")) == (5, 9)


@pytest.mark.parametrize("name", ["small", "chars"])
def test_what_a_text_chose_another_can_choose(name: str) -> None:
    model, train = preset(name)
    tokenizer = LmTokenizerConfig(kind="char" if name == "chars" else "word")
    asked = LmConfig(tokenizer=tokenizer, model=model, train=train)
    words = 60 if name == "chars" else 9_000
    few = resolve_lm(asked, 4_000, words)
    assert few.train.batch_size < train.batch_size and few.train.alpha == 2
    again = replace(few, train=replace(few.train, **chosen_by_text(few, 4_000, words), epochs=None))
    assert resolve_lm(again, 5_000_000, 50_000).train == replace(
        resolve_lm(asked, 5_000_000, 50_000).train, patience=few.train.patience
    )


def test_what_a_user_chose_stays() -> None:
    train = LmTrainConfig(epochs=10, alpha=0.0, beta=0.0, softmax_words=7, batch_size=4)
    found = resolve_lm(LmConfig(train=train), 10_000, 9_000)
    assert chosen_by_text(found, 10_000, 9_000) == {}
    by_clock = for_time(replace(train, alpha=None, beta=None, time_limit=60.0), 10)
    assert by_clock.alpha == 0  # of the 10 epochs 5 are likely
    assert chosen_by_text(LmConfig(train=by_clock), 10_000, 9_000) == {"alpha": None, "beta": None}
