"""What is said of pairs before training."""

from __future__ import annotations

import pytest

from lstmcli.data.records import Record
from lstmcli.translation.data_check import check_pairs, same_language


def pair(line: int, source: str, target: str) -> Record:
    return Record(source, target=target, line=line, path="a.tsv")


def test_an_empty_side_is_named_by_its_line() -> None:
    pairs = [pair(1, "ein Hut", "a hat"), pair(2, "ein Hund", " "), pair(3, "", "a cat"), pair(4, "a\nb", "c")]
    texts, (warning,) = check_pairs(pairs, "train")
    assert (list(texts.sources), list(texts.targets)) == (["ein Hut", "a b"], ["a hat", "c"])
    assert "2 pairs have an empty side and are left out, the first of them a.tsv, line 2" in warning


@pytest.mark.parametrize(("source", "target"), [("de", "German"), ("en", "en-GB"), ("english", "en")])
def test_one_language_twice_is_noticed_by_the_names_of_the_columns(source: str, target: str) -> None:
    warning = same_language(source, target)
    assert warning is not None and "are they two languages?" in warning and repr(source) in warning


@pytest.mark.parametrize(("source", "target"), [("de", "en"), ("source", "target"), ("question", "answer"), ("", "")])
def test_other_names_are_of_no_language_or_of_two(source: str, target: str) -> None:
    assert same_language(source, target) is None


def test_one_text_twice_is_noticed() -> None:
    _, warnings = check_pairs([pair(i, f"text {i}", f"text {i}") for i in range(4)], "valid")
    assert "in 4 of 4 pairs both sides are the same text" in warnings[0]
