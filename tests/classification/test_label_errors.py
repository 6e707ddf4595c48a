"""Suspects of wrong labels."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from lstmcli.classification import label_errors
from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.classification.label_errors import FOLDS, LabelCheck, confident_labels, known_labels
from lstmcli.data.records import Record
from lstmcli.errors import DataError, UsageError

WORDS = {"good": ["lovely", "warm", "great", "kind"], "bad": ["dull", "cold", "poor", "rude"]}
WRONG = {7, 30, 81}


def rows(count: int = 120) -> list[Record]:
    draw = random.Random(1)
    found = []
    for n in range(count):
        label = ("good", "bad")[n % 2]
        text = " ".join(draw.choice(WORDS[label]) for _ in range(4)) + f" place {n % 9}"
        given = {"good": "bad", "bad": "good"}[label] if n in WRONG else label
        found.append(Record(text, labels=(given,), line=n + 1, path="rows.csv"))
    return found


def test_flipped_labels_are_found_with_their_place_and_the_better_label() -> None:
    done = []
    suspects = list(LabelCheck(rows(), ClassifierConfig()).suspects(lambda *counts: done.append(counts)))
    assert {suspect.line - 1 for suspect in suspects if suspect.line} == WRONG
    for suspect in suspects:
        assert suspect.better != suspect.label and suspect.probability < suspect.probability_better
        assert suspect.path == "rows.csv"
    own = [suspect.probability for suspect in suspects]
    assert own == sorted(own) and done[-1] == (FOLDS, FOLDS)


def test_a_label_is_better_where_it_reaches_its_mean_probability() -> None:
    p_NC = np.array([[0.9, 0.1]] * 5 + [[0.2, 0.8]] * 5 + [[0.45, 0.55], [0.1, 0.9]])
    gold_N = np.array([0] * 5 + [1] * 5 + [0, 0])
    assert confident_labels(p_NC, gold_N, np.array([True, True])).tolist() == [0] * 5 + [1] * 5 + [0, 1]
    rare = np.array([0] * 5 + [1] * 3 + [0] * 4)
    assert confident_labels(p_NC, rare, np.array([True, False])).tolist() == rare.tolist()


def test_a_label_is_known_if_every_fold_has_it() -> None:
    gold_N, fold_N = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]), np.array([0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 3])
    assert known_labels(gold_N, fold_N, 3).tolist() == [True, False, False]


def test_a_text_is_not_judged_by_what_has_learnt_its_duplicate() -> None:
    """Each text stands five times, written in two ways."""
    once = rows()
    shouted = [replace(record, text=record.text.upper()) for record in once]
    suspects = LabelCheck([*once, *once, *shouted, *once, *shouted], ClassifierConfig()).suspects()
    found = {suspect.line - 1 for suspect in suspects if suspect.line}
    assert found >= WRONG and len(found) <= len(WRONG) + 2


def test_what_cannot_be_checked() -> None:
    with pytest.raises(DataError, match="two labels"):
        list(LabelCheck([replace(record, labels=("x",)) for record in rows()], ClassifierConfig()).suspects())
    bare = ClassifierConfig(model=ClassifierModelConfig(ngrams=0))
    with pytest.raises(UsageError, match="needs the n-gram model"):
        list(LabelCheck(rows(), bare).suspects())


@pytest.mark.parametrize(("text", "models"), [("a fair act", 2), ("这家酒店很好", 1)])
def test_chinese_has_no_model_of_characters_beside_that_of_words(text: str, models: int) -> None:
    assert len(label_errors._models([text] * 20, ClassifierConfig(), 2)) == models


def test_characters_alone_can_check_labels() -> None:
    config = ClassifierConfig(model=ClassifierModelConfig(ngrams=0, characters=5))
    assert {suspect.line - 1 for suspect in LabelCheck(rows(), config).suspects() if suspect.line} == WRONG
