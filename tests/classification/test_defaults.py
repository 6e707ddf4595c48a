"""The rules that fill in what the user left open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.defaults import (
    LABEL_TOKENS_SEEN,
    MAX_CHARACTER_TEXTS,
    MAX_CJK_TEXTS,
    MAX_NGRAM_CELLS,
    NGRAM_CELLS,
    PATIENCE,
    SMALL_CORPUS,
    character_order,
    character_weight,
    ngram_min_count,
    ngram_weight,
    resolve,
    usual_epochs,
)
from lstmcli.errors import UsageError


@given(st.integers(1, 10**7), st.integers(0, 400), st.integers(2, 1000))
def test_nothing_is_left_open(texts: int, length: int, labels: int) -> None:
    config = resolve(ClassifierConfig(), texts, texts * length, labels)
    assert config.train.epochs is not None and 3 <= config.train.epochs <= 200
    assert config.model.ngrams in ((2, 3) if texts * labels <= NGRAM_CELLS else (0,))


@pytest.mark.parametrize(("texts", "ngrams", "count"), [(SMALL_CORPUS, 2, 1), (SMALL_CORPUS + 1, 3, 2)])
def test_larger_sets_take_longer_ngrams_seen_twice(texts: int, ngrams: int, count: int) -> None:
    assert resolve(ClassifierConfig(), texts, 20 * texts, 2).model.ngrams == ngrams
    assert ngram_min_count(texts) == count


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("a good film", MAX_CHARACTER_TEXTS),
        ("ภาพยนตร์ดีมาก", MAX_CHARACTER_TEXTS),
        ("아주 좋은 영화", MAX_CHARACTER_TEXTS),
        ("很好看的电影 DVD", MAX_CJK_TEXTS),
        ("とても良い映画です", MAX_CJK_TEXTS),
    ],
)
def test_characters_in_words_are_read_unless_tokens_are_characters(text: str, most: int) -> None:
    model = ClassifierModelConfig()
    assert character_order(model, [text] * most, 2) == 5
    assert character_order(model, [text] * (most + 1), 2) == 0


def test_characters_follow_what_is_asked() -> None:
    assert character_order(ClassifierModelConfig(ngrams=0), ["a film"], 2) == 0
    assert character_order(ClassifierModelConfig(characters=0), ["a film"], 2) == 0
    assert character_order(ClassifierModelConfig(characters=3, ngrams=0), ["很好"] * 5000, 2) == 3
    assert character_order(ClassifierModelConfig(), ["a film"] * 1000, 1 + NGRAM_CELLS // 1000) == 0


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_the_ngrams_count_less_the_more_texts_there_are(few: int, more: int) -> None:
    few, more = sorted((few, more))
    assert 2 >= ngram_weight(few) >= ngram_weight(more) >= 1


@pytest.mark.parametrize(
    ("texts", "weight"), [(1, 2.0), (SMALL_CORPUS, 2.0), (10_000, 1.6), (2 * SMALL_CORPUS, 1.0), (45_000, 1.0)]
)
def test_the_ngrams_count_twice_on_small_sets_and_once_on_large_ones(texts: int, weight: float) -> None:
    assert ngram_weight(texts) == weight


@pytest.mark.parametrize(("texts", "times"), [(1, 2.0), (100, 2.0), (160, 1.25), (200, 1.0), (10_000, 1.0)])
def test_characters_count_more_than_words_where_there_are_few_texts(texts: int, times: float) -> None:
    assert character_weight(texts) == times * ngram_weight(texts)


def test_ngrams_of_too_many_texts_and_labels() -> None:
    said = replace(ClassifierConfig(), model=ClassifierModelConfig(ngrams=1))
    texts = MAX_NGRAM_CELLS // 20_000
    assert resolve(ClassifierConfig(), texts, texts, 20_000).model.ngrams == 0
    assert resolve(said, texts, texts, 20_000).model.ngrams == 1
    with pytest.raises(UsageError, match="20,000 labels takes about 20 GB to fit") as error:
        resolve(said, texts + 1, texts, 20_000)
    assert error.value.hint == "leave --ngrams out"


def test_what_the_user_said_stays() -> None:
    said = replace(ClassifierConfig(), model=ClassifierModelConfig(ngrams=0), train=ClassifierTrainConfig(epochs=1))
    assert resolve(said, 100, 2000, 2) == replace(said, train=replace(said.train, patience=PATIENCE))
    said = replace(said, train=replace(said.train, patience=1))
    assert resolve(said, 100, 2000, 2) == said


@pytest.mark.parametrize(
    ("texts", "length", "labels", "epochs"),
    [(7_000, 20, 2, 10), (9_120, 105, 2, 4), (10_800, 265, 20, 6), (25_000, 260, 2, 3), (512, 800, 2, 13)],
)
def test_long_texts_of_few_labels_are_shown_less_often(texts: int, length: int, labels: int, epochs: int) -> None:
    assert resolve(ClassifierConfig(), texts, texts * length, labels).train.epochs == epochs


@given(texts=st.integers(1, 10**6), length=st.integers(1, 500), batch=st.integers(1, 256), steps=st.integers(1, 50))
def test_few_texts_are_shown_for_two_hundred_steps(texts: int, length: int, batch: int, steps: int) -> None:
    config = replace(ClassifierConfig(), train=ClassifierTrainConfig(batch_size=batch))
    found = resolve(config, texts, texts * length, 2, steps).train
    per_epoch = max(steps, -(-texts // batch))
    assert found.epochs is not None and found.epochs * per_epoch >= 200
    usual = usual_epochs(texts, 2 * LABEL_TOKENS_SEEN / (texts * length))
    assert found.epochs == usual or (found.epochs - 1) * per_epoch < 200
    assert found.patience == (0 if found.epochs > 15 else PATIENCE)
