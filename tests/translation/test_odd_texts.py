"""Texts that a translator cannot know: what is said about them."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record
from lstmcli.errors import DataError
from lstmcli.translation.odd_texts import OddTexts, check_columns, profiles
from lstmcli.translation.side_profile import SideProfile

GERMAN = ["der Mann und die Frau sind in der Stadt", "das Kind ist mit dem Hund in der Stadt"]
ENGLISH = ["the man and the woman are in the town", "the child is with the dog in the town"]


def ids(n: int) -> np.ndarray:
    return np.zeros(n, np.int32)


def profile(texts: list[str], longest: int = 9) -> SideProfile:
    return SideProfile.of(texts * 3, [ids(longest)])


def said(texts: list[str], own: SideProfile, other: SideProfile, tokens: int = 5, truncated: bool = False) -> str:
    odd = OddTexts(own, other)
    for line, text in enumerate(texts, 1):
        odd.add(Record(text, line=line, path="a.txt"), text, ids(tokens), truncated=truncated)
    return "\n".join(odd.warnings())


def test_nothing_is_said_of_texts_like_those_of_training() -> None:
    assert said(GERMAN * 5, profile(GERMAN), profile(ENGLISH)) == ""
    assert said(GERMAN * 5, SideProfile(), SideProfile()) == ""


def test_texts_of_the_other_side_are_noticed_by_their_words() -> None:
    found = said(ENGLISH * 5, profile(GERMAN), profile(ENGLISH))
    assert found.startswith("the texts look like the targets of the training data, not like its sources")
    assert said([*ENGLISH, *GERMAN * 3], profile(GERMAN), profile(ENGLISH)) == ""


def test_texts_of_the_other_side_are_noticed_by_their_script() -> None:
    found = said(["我在家喝茶"], profile(ENGLISH), profile(["我明天在家喝茶"]))
    assert "1 text has letters of a script that no source in training has (Chinese; known: Latin" in found
    assert "it is a.txt, line 1" in found and "look like the targets" in found


def test_an_unknown_script_is_named_but_names_in_it_are_not_counted() -> None:
    found = said(["Привет", "мир", *GERMAN], profile(GERMAN), profile(ENGLISH))
    assert "2 texts have letters of a script" in found and "the first is a.txt, line 1" in found
    assert "look like" not in found
    assert said(["das ist Жan in der Stadt"], profile(GERMAN), profile(ENGLISH)) == ""


def test_long_texts_are_counted() -> None:
    found = said(GERMAN, profile(GERMAN, longest=4), profile(ENGLISH))
    assert "2 texts are longer than any source in training (4 tokens; the longest here 5; the first is a.txt" in found
    assert said(GERMAN, profile(GERMAN, longest=5), profile(ENGLISH)) == ""
    cut = said(GERMAN[:1], profile(GERMAN, longest=4), profile(ENGLISH), truncated=True)
    assert cut == "1 text is too long, and the end was left out"


def test_profiles_are_read_back_and_damage_is_nothing_known() -> None:
    own = profile(GERMAN)
    assert own.scripts == ("Latin",) and own.longest == 9 and "der" in own.words
    stored = {"longest": own.longest, "scripts": list(own.scripts), "words": list(own.words)}
    assert profiles({"sides": {"source": stored}}) == (own, SideProfile())
    for wrong in ({}, {"sides": 3}, {"sides": {"source": [], "target": {"longest": "x", "words": [1], "scripts": 3}}}):
        assert profiles(wrong) == (SideProfile(), SideProfile())


def test_the_column_of_translations_is_not_translated_unless_asked_for() -> None:
    trained = ReadConfig(text_columns=("de",), target_column="en")
    with pytest.raises(DataError, match="has no column 'de', and 'en' held the translations") as caught:
        check_columns(("en",), trained, "a.csv")
    assert caught.value.hint and "--text-column en" in caught.value.hint
    check_columns(("de",), trained, "a.csv")
    check_columns(("text",), trained, "a.csv")
    check_columns(("2",), ReadConfig(text_columns=("1",), target_column="2"), "a.tsv")
