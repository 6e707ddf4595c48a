"""How words are written, against a plain reading of each word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.tokenization import features
from lstmcli.tokenization.features import CAPITALS, CODE, DIGITS, INITIAL, MIXED, PLAIN, SPELLINGS, TITLE, spellings

EXAMPLES = {
    "apple": PLAIN, "Apple": TITLE, "A": INITIAL, "IBM": CAPITALS, "iPhone": MIXED, "McDonald": MIXED,
    "7": DIGITS, "42": DIGITS + 1, "365": DIGITS + 2, "1984": DIGITS + 3, "10000": DIGITS + 3,
    "B52": CODE, "mp3": PLAIN, "3D": CODE, "!": PLAIN, "我": PLAIN, "カ": PLAIN, "𠀀": PLAIN,
    "Élan": TITLE, "ÉTÉ": CAPITALS, "Москва": TITLE, "москва": PLAIN, "Ω": INITIAL, "straße": PLAIN, "٣": DIGITS,
}  # fmt: skip


def of(*words: str) -> list[int]:
    """Their spellings, read out of one text."""
    ends = np.cumsum([len(word) for word in words])
    return spellings("".join(words), ends - [len(word) for word in words], ends).tolist()


@pytest.mark.parametrize(("word", "kind"), EXAMPLES.items())
def test_examples(word: str, kind: int) -> None:
    assert of(word) == [kind]


def test_words_of_one_text_are_read_each_by_itself() -> None:
    assert of(*EXAMPLES) == list(EXAMPLES.values())
    assert max(EXAMPLES.values()) == SPELLINGS - 1


def test_no_words() -> None:
    nothing = np.zeros(0, np.int64)
    assert spellings("", nothing, nothing).tolist() == []


def plainly(word: str) -> int:
    upper, lower, digits = (sum(map(kind, word)) for kind in (str.isupper, str.islower, str.isdecimal))
    if digits == len(word):
        return DIGITS + min(len(word), 4) - 1
    if not upper and (lower or not digits):
        return PLAIN
    if digits:
        return CODE
    if not lower:
        return INITIAL if len(word) == 1 else CAPITALS
    return TITLE if upper == 1 and word[0].isupper() else MIXED


@given(st.lists(st.text(st.characters(max_codepoint=0x2E7F, exclude_categories=["Cs"]), min_size=1), min_size=1))
@settings(max_examples=200)
def test_any_words(words: list[str]) -> None:
    assert of(*words) == [plainly(word) for word in words]


@given(st.text("aB1é", min_size=1))
@settings(max_examples=50)
def test_what_stands_beside_a_word_changes_nothing(word: str) -> None:
    first, last = np.array([2]), np.array([2 + len(word)])
    assert spellings(f"X我{word}9z", first, last).tolist() == of(word)


def test_characters_without_case_are_one_row_of_the_tables() -> None:
    assert all(not table[-1] for table in features.kinds_of_letters(128))
