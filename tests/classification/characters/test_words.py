"""Words as the character model reads them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lstmcli.classification.characters.words import LONGEST, WordTexts, code_points, distinct, splitter
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder

CONFIG = TokenizerConfig(vocab_size=50)


def words(text: str, **changes: object) -> list[str]:
    return splitter(TextEncoder.train(["a b"], replace(CONFIG, **changes)))(text)  # type: ignore[arg-type]


def test_white_space_separates_words_and_each_counts_once() -> None:
    assert words("Good  film,\tGOOD\u3000film!") == ["good", "film,", "film!"]
    assert words("Good good", lowercase=False) == ["Good", "good"]
    assert words(" \n") == []


def test_marks_are_composed_and_lone_surrogates_replaced() -> None:
    assert words("e\u0301te\u0301 \ud800") == ["été", "\ufffd"]


def test_markup_is_left_out_where_that_is_asked() -> None:
    assert words("a <b>Bold</b> film &amp; more", strip_html=True) == ["a", "bold", "film", "&", "more"]


def test_a_text_without_spaces_is_cut() -> None:
    text = "ก" * (2 * LONGEST + 1)
    assert distinct(text) == ["ก" * LONGEST, "ก"]


def test_a_corpus_gives_the_words_of_each_text() -> None:
    corpus = WordTexts([["b", "a"], [], ["a", "c"]])
    assert len(corpus) == 3
    assert corpus.texts(slice(None)) == [["b", "a"], [], ["a", "c"]]
    assert corpus.texts(slice(0, None, 2)) == [["b", "a"], ["a", "c"]]
    assert corpus.words == ["b", "a", "c"]


def test_code_points_have_a_space_at_both_ends_and_never_0() -> None:
    characters, lengths = code_points(["ab", "\0", "😀"])
    assert characters.tolist() == [32, 97, 98, 32, 32, 1, 32, 32, 0x1F600, 32]
    assert lengths.tolist() == [4, 3, 3]
    assert characters.dtype == np.int32
