"""The words of ASCII text against those that the tokenizer finds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.engine.native import library
from lstmcli.tokenization import ascii_words, features
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder

TEXTS = ["the cat isn't here", "The Dog_1 said: don't! 1984", "a b c"]
ASCII = st.text(st.characters(max_codepoint=127), max_size=40)
PARTS = st.sampled_from(
    ["cat", "CAT", "isn't", "DON'T", "'s", "'", "_", "x1", " ", "\n", "\x1c", "\x00", "[UNK]", "!?", "'sx"]
)


@cache
def encoder_of(lowercase: bool = True, buckets: int = 64) -> TextEncoder:
    return TextEncoder.train(TEXTS, TokenizerConfig(lowercase=lowercase, hash_buckets=buckets, min_count=1))


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("buckets", [0, 64])
@given(text=ASCII | st.lists(PARTS).map("".join))
@settings(max_examples=200)
def test_they_are_those_of_the_tokenizer(lowercase: bool, buckets: int, text: str) -> None:
    encoder = encoder_of(lowercase, buckets)
    assert encoder._words is not None
    (fast,), (plain,) = encoder._words.encode([text]), encoder._tokenize([text])
    np.testing.assert_array_equal(fast, plain)
    assert fast.dtype == plain.dtype


@given(texts=st.lists(ASCII | st.text(max_size=10), max_size=6))
@settings(max_examples=50)
def test_texts_of_both_kinds_keep_their_order(texts: list[str]) -> None:
    encoder = encoder_of()
    for rows, text in zip(encoder.encode(texts), texts, strict=True):
        np.testing.assert_array_equal(rows, encoder.encode([text])[0])


@pytest.mark.skipif(library() is None, reason="the library is not built")
@given(st.lists(st.lists(ASCII | st.lists(PARTS).map("".join), max_size=4), max_size=3))
@settings(max_examples=200)
def test_both_dictionaries_find_the_same_words(batches: list[list[str]]) -> None:
    found = library()
    assert found is not None
    native, plain = ascii_words.NativeDictionary(found), ascii_words.PlainDictionary()
    for texts in batches:
        for ours, theirs in zip(native.split(texts), plain.split(texts), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert len(native) == len(plain)
        assert native.words(0) == plain.words(0)
        assert native.words(len(native)) == []


@pytest.mark.skipif(library() is None, reason="the library is not built")
@given(st.lists(st.lists(ASCII | st.lists(PARTS).map("".join), max_size=4), max_size=3))
@settings(max_examples=100)
def test_a_full_dictionary_grows_and_keeps_its_places(batches: list[list[str]]) -> None:
    found = library()
    assert found is not None
    small, plain = ascii_words.NativeDictionary(found, capacity=1, letters=2), ascii_words.PlainDictionary()
    for texts in batches:
        for ours, theirs in zip(small.split(texts), plain.split(texts), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert small.words(0) == plain.words(0)


def test_without_the_library_the_rows_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["The cat isn't HERE", "a'll 1984 _x " * 3, ""]
    expected = encoder_of().encode(texts)
    for module in (ascii_words, features):
        monkeypatch.setattr(module, "library", lambda: None)
    for rows, usual in zip(
        TextEncoder(encoder_of().tokenizer, encoder_of().config).encode(texts), expected, strict=True
    ):
        np.testing.assert_array_equal(rows, usual)


def test_words_are_worked_out_once_and_not_kept_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[str] = []

    def rows(words: list[str]) -> np.ndarray:
        met.extend(words)
        return np.array([[len(word)] for word in words], np.int32).reshape(-1, 1)

    words = ascii_words.AsciiWords(rows)  # type: ignore[arg-type]
    for text in ("a bb a", "bb a", ""):
        assert [len(found) for found in words.encode([text])] == [len(text.split())]
    assert met == ["a", "bb"]
    monkeypatch.setattr(ascii_words, "MAX_COUNT", 1)
    assert words.encode(["ccc a"])[0].tolist() == [[3], [1]]
    assert met == ["a", "bb", "ccc", "a"]


def test_a_tokenizer_that_cuts_otherwise_is_asked_itself() -> None:
    ours = encoder_of().to_json()
    other = ours.replace('"behavior":"Removed"', '"behavior":"Isolated"')
    assert other != ours
    assert TextEncoder.from_json(ours, encoder_of().config)._words is not None
    assert TextEncoder.from_json(other, encoder_of().config)._words is None
    assert encoder_of().config.path is None and TextEncoder.train(TEXTS, TokenizerConfig(kind="bpe"))._words is None


def test_folded_features_reach_words_met_before() -> None:
    encoder = TextEncoder.train(TEXTS, TokenizerConfig(min_count=1))
    encoded = encoder.encode_all(TEXTS)
    encoder.fit_buckets(encoded)
    for folded, anew in zip(encoded, encoder.encode(TEXTS), strict=True):
        np.testing.assert_array_equal(folded, anew)
