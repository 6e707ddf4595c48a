"""Vocabularies and weights with new words."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.training.going_on.growth import grown_bias, grown_encoder, grown_rows


@pytest.mark.parametrize(("kind", "words"), [("word", "spaces"), ("word", "text"), ("char", "auto")])
def test_new_words_come_after_the_old_ones(kind: str, words: str) -> None:
    config = LmTokenizerConfig(kind, words, "lines")
    old = StreamEncoder.train(["a cat sat", "a dog sat"], config)
    new = grown_encoder(old, ["a whale sat", "the cat"])
    assert new.vocab_size > old.vocab_size
    assert new.tokens(range(old.vocab_size)) == old.tokens(range(old.vocab_size))
    assert old.unknown(old.encode(["a whale"])[0]).any() and not new.unknown(new.encode(["a whale"])[0]).any()
    assert new.decode(new.prompt("a whale")) == "a whale"
    assert grown_encoder(new, ["a cat"]).vocab_size == new.vocab_size


@pytest.mark.parametrize("kind", ["bpe", "unigram", "byte"])
def test_a_tokenizer_of_pieces_stays(kind: str) -> None:
    encoder = StreamEncoder.train(
        ["a cat sat on the mat"] * 9, LmTokenizerConfig(kind, "text", "lines", vocab_size=300)
    )
    assert grown_encoder(encoder, ["a whale"]) is encoder


def test_new_words_share_the_probability_of_the_unknown_word() -> None:
    bias_v, counts_V = np.array([0.5, 1.0, -2.0]), np.array([9, 1, 7, 2, 5])
    found = grown_bias(bias_v, counts_V)
    assert found[[0, 2]].tolist() == bias_v[[0, 2]].tolist()
    shares = np.exp(found[[UNKNOWN_ID, 3, 4]] - bias_v[UNKNOWN_ID])
    assert shares == pytest.approx(np.array([2, 3, 6]) / 11)


def test_new_rows_are_those_of_the_unknown_word() -> None:
    rows = grown_rows(np.arange(6).reshape(3, 2), 5)
    assert rows.tolist() == [[0, 1], [2, 3], [4, 5], [2, 3], [2, 3]]
