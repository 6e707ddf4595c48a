"""Which texts count as one text when a validation split is made."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.duplicates import same_text
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder


@pytest.mark.parametrize("other", ["A  Text", " a text\n", "a\u00a0text", "A\u3000TEXT", "atext"])
def test_case_and_white_space_do_not_matter(other: str) -> None:
    assert same_text(other) == same_text("a text")


@pytest.mark.parametrize("other", ["a test", "a text.", "", "a text a text"])
def test_other_texts_are_other_texts(other: str) -> None:
    assert same_text(other) != same_text("a text")


@given(st.text())
def test_the_unicode_form_does_not_matter(text: str) -> None:
    assert same_text(unicodedata.normalize("NFD", text)) == same_text(unicodedata.normalize("NFC", text))


@given(st.text(), st.text())
def test_texts_of_equal_tokens_are_the_same(one: str, other: str) -> None:
    """The key is at least as coarse as the default tokenizer."""
    normalize = TextEncoder.train([one, other], TokenizerConfig()).tokenizer
    cut = [[token for token, _ in normalize.pre_tokenizer.pre_tokenize_str(normalize.normalizer.normalize_str(text))]
           for text in (one, other)]  # fmt: skip
    if cut[0] == cut[1]:
        assert same_text(one) == same_text(other)


@given(st.lists(st.sampled_from(["Aé", "ae\u0301", "İ", "Σας", "ß", "\u1e9e", "你", "ไทย", "."]), max_size=4))
def test_the_tokenizer_and_the_key_lower_case_the_same_way(parts: list[str]) -> None:
    tokenizer = TextEncoder.train([], TokenizerConfig()).tokenizer
    one, other = " ".join(parts), "  ".join(parts).upper()
    same = tokenizer.normalizer.normalize_str(one).split() == tokenizer.normalizer.normalize_str(other).split()
    assert not same or same_text(one) == same_text(other)
