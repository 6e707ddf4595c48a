"""Hashed features: affixes of words, neighbours of CJK characters, and the borders of texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.tokenization.features import FEATURES, SPELLINGS, FeatureTable, affixes

VOCABULARY = ["[PAD]", "[UNK]", "walking", "walked", "talking", "a", "我", "你", "カ", "!"]
BUCKETS = 2**16
TABLE = FeatureTable(VOCABULARY.__getitem__, len(VOCABULARY), BUCKETS)


def rows(*texts: list[str]) -> list[np.ndarray]:
    """Each text's rows, all expanded at once."""
    ids = np.array([VOCABULARY.index(w) for text in texts for w in text], np.int32)
    starts = np.cumsum([0, *map(len, texts)])[:-1].astype(np.int32)
    return np.split(TABLE.expand(ids, starts, np.zeros_like(ids)), starts[1:])


def test_words_share_the_rows_of_their_affixes() -> None:
    (walking, walked, talking), *_ = rows(["walking", "walked", "talking"])
    assert walking[1] == walked[1] != talking[1]
    assert walking[2] == talking[2] != walked[2]
    assert len({walking[0], walked[0], talking[0]}) == 3


@pytest.mark.parametrize("word", ["a", "ab", "abc", "abcd", "żółw", "x" * 100])
def test_a_word_outside_the_vocabulary_has_the_rows_it_would_have_inside(word: str) -> None:
    inside = FeatureTable([*VOCABULARY[:-1], word].__getitem__, len(VOCABULARY), BUCKETS)
    ids = np.array([len(VOCABULARY) - 1], np.int32)
    nothing = np.zeros(1, np.int32)
    assert TABLE.of_word(word) == tuple(inside.expand(ids, nothing, nothing)[0, 1:3])


def test_how_a_word_is_written_is_a_row_of_its_own() -> None:
    ids, kinds = np.full(SPELLINGS, VOCABULARY.index("walking"), np.int32), np.arange(SPELLINGS)
    rows_NF = TABLE.expand(ids, np.zeros(1, np.int32), kinds)
    assert rows_NF[0, 3] == 0 and len(set(rows_NF[:, 3])) == SPELLINGS
    assert all(len(set(column)) == 1 for column in rows_NF[:, :3].T)


def test_prefix_and_suffix_are_told_apart() -> None:
    first, last = affixes("abc")
    assert first != last


def test_a_character_knows_its_neighbours() -> None:
    (text,) = rows(["我", "你", "我", "カ"])
    (pair,) = rows(["我", "你"])
    assert text[0, 2] == text[1, 1] == pair[0, 2]  # one pair, seen from either side
    assert text[1, 2] != text[0, 2]  # 你我 is not 我你
    assert text[0, 1] != text[2, 1]  # at the beginning, after 你


@given(texts=st.lists(st.lists(st.sampled_from(VOCABULARY[1:]), min_size=1, max_size=6), min_size=1, max_size=5))
@settings(max_examples=100)
def test_neighbours_do_not_cross_texts(texts: list[list[str]]) -> None:
    for together, text in zip(rows(*texts), texts, strict=True):
        np.testing.assert_array_equal(together, rows(text)[0])


@given(text=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8))
@settings(max_examples=100)
def test_rows_lie_where_they_should(text: list[str]) -> None:
    (expanded,) = rows(text)
    assert expanded.shape == (len(text), FEATURES) and expanded.dtype == np.int32
    assert [VOCABULARY[i] for i in expanded[:, 0]] == text
    features = expanded[:, 1:3]
    assert np.all((features >= len(VOCABULARY)) & (features < len(VOCABULARY) + BUCKETS))


def test_meeting_a_token_again_changes_nothing() -> None:
    first = rows(["我", "你", "a"], ["你"])
    known = TABLE.rows.copy()
    for before, after in zip(first, rows(["我", "你", "a"], ["你"]), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(TABLE.rows, known)


def test_hashes_do_not_change_from_run_to_run() -> None:
    """Saved models hold weights for these rows."""
    assert TABLE.of_word("walking") == AFFIXES_OF_WALKING
    assert TABLE.spelling.tolist() == SPELLING
    (pair,) = rows(["我", "你"])
    assert pair[:, 1:3].tolist() == PAIRS


AFFIXES_OF_WALKING = (2013, 24958)
SPELLING = [0, 23173, 3019, 15201, 44798, 40556, 53218, 65368, 58089, 53843]
PAIRS = [[14211, 57022], [57022, 44538]]
