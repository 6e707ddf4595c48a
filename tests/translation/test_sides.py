"""The text of a translation: unknown words are those of the source with most attention."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.translation.beam_search import Hypothesis
from lstmcli.translation.config import TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts
from lstmcli.translation.sides import Sides

TEXTS = Texts(["der Hund schläft.", "die Katze schläft!"], ["the dog sleeps.", "the cat sleeps!"])


def sides(source: str = "word", kind: str = "word", words: str = "text") -> Sides:
    config = TranslatorTokenizerConfig(
        kind, words, min_count=1, vocab_size=600, source_tokenizer=source,
        source_vocab_size=None if source in ("joint", "word") else 600,
    )  # fmt: skip
    return Sides.train(TEXTS, config)


def attending(found: Sides, target: str, places: list[int], source: str) -> Hypothesis:
    """A translation whose tokens look at these tokens of the source."""
    (ids,), (read,) = found.target.encode([target]), found.source.encode([source])
    weights = np.eye(len(read), dtype=np.float32)[[*places, len(read) - 1]]
    return Hypothesis(ids[:-1].tolist(), 0.0, 0.0, weights)


@pytest.mark.parametrize("words", ["text", "spaces"])
@pytest.mark.parametrize("source", ["word", "joint"])
def test_an_unknown_word_is_copied_with_its_case_and_spaces(source: str, words: str) -> None:
    both = sides(source, words=words)
    text = "der Hund namens Waldi schläft ."
    hypothesis = attending(both, "the Xaver dog", [0, 3, 1], text)
    assert hypothesis.ids.count(UNKNOWN_ID) == 1
    assert both.text(text, hypothesis) == "the Waldi dog"
    assert both.text(text, attending(both, "Xaver dog", [3, 1], text)) == "Waldi dog"


def test_an_unknown_word_is_never_the_end_of_the_source() -> None:
    both = sides()
    assert both.text("Waldi", attending(both, "Xaver", [1], "Waldi")) == "Waldi"
    cut = attending(both, "Xaver", [1], "Waldi")  # the second token that was read is the end
    assert both.text("Waldi schläft", cut, 1) == "Waldi"


def test_without_attention_the_unknown_token_is_named() -> None:
    both = sides()
    assert both.text("Waldi", Hypothesis([UNKNOWN_ID], 0.0, 0.0, None)) == "<unk>"


@pytest.mark.parametrize(("source", "kind"), [("word", "bpe"), ("char", "word"), ("joint", "char")])
def test_they_can_be_read_again(source: str, kind: str) -> None:
    both = sides(source, kind)
    config = TranslatorTokenizerConfig(kind, "text", vocab_size=600, source_tokenizer=source)
    again = Sides.read(config, both.target.to_json(), both.source.to_json)
    assert (again.source is again.target) == (source == "joint") and again.source_vocab_size == both.source_vocab_size
    for side, text in zip(range(2), ("der Hund", "the dog"), strict=True):
        assert again[side].encode([text])[0].tolist() == both[side].encode([text])[0].tolist()
