"""Vocabularies of language models: what is in them, in which order, and where it stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lstmcli.errors import DataError
from lstmcli.tokenization import lm_tokenizer
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.lm_tokenizer import SAMPLE, count_words, subsampled, train_lm_tokenizer

TEXTS = ["ab cd ef gh ij kl mn op", "你好世界再见朋友", "ba dc fe hg ji lk nm po", " <unk> the </s> the"] * 3
KINDS = ("spaces", "text", "bpe", "unigram", "char", "byte")


def trained(kind: str, texts: list[str], mode: str = "lines", **options: object) -> Tokenizer:
    if kind in ("spaces", "text"):
        kind, options["words"] = "word", kind
    options.setdefault("vocab_size", {"bpe": 300, "unigram": 60}.get(kind))
    return train_lm_tokenizer(texts, LmTokenizerConfig(kind=kind, mode=mode, **options))  # type: ignore[arg-type]


def vocabulary(tokenizer: Tokenizer) -> list[str]:
    return sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["lines", "document"])
def test_the_first_ids_are_the_end_and_the_unknown(kind: str, mode: str) -> None:
    tokenizer = trained(kind, TEXTS, mode)
    assert vocabulary(tokenizer)[:2] == ["</s>", "<unk>"]
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    assert added == ["</s>", "<unk>"]
    if kind not in ("bpe", "byte"):
        assert (vocabulary(tokenizer)[2] == "\n") == (mode == "document")
    assert sorted(tokenizer.get_vocab().values()) == list(range(tokenizer.get_vocab_size()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_texts_give_the_same_tokenizer(kind: str) -> None:
    assert len({trained(kind, TEXTS).to_str() for _ in range(4)}) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", [[], [""], [" "], ["a"]])
def test_next_to_nothing_is_enough_to_learn_from(kind: str, texts: list[str]) -> None:
    assert trained(kind, texts, "document").get_vocab_size() >= 3


@pytest.mark.parametrize("kind", ["spaces", "text"])
def test_words_by_frequency(kind: str) -> None:
    texts = [" b a c", " a c", " c <unk> <unk> <unk> <unk>"]
    spell = (lambda words: words) if kind == "spaces" else (lambda words: [f" {word}" for word in words])
    assert vocabulary(trained(kind, texts))[2:] == spell(["c", "a", "b"])
    assert vocabulary(trained(kind, texts, min_count=2))[2:] == spell(["c", "a"])
    if kind == "spaces":
        assert vocabulary(trained(kind, texts, vocab_size=4))[2:] == ["c", "a"]
        assert vocabulary(trained(kind, texts, "document", vocab_size=4))[2:] == ["\n", "c"]


def test_there_are_256_bytes() -> None:
    assert trained("byte", TEXTS, vocab_size=1000, min_count=5).get_vocab_size() == 258


def test_a_unigram_vocabulary_too_small_for_the_characters_says_so() -> None:
    with pytest.raises(DataError, match="more different characters"):
        trained("unigram", TEXTS, vocab_size=10)


def test_a_long_text_is_thinned_evenly() -> None:
    texts = [str(i) * 5 for i in range(10)] * 10
    taken = list(subsampled(texts, 100))
    assert taken[:20] == texts[:20] and taken[20:40] == texts[20:60:2] and taken[40:] == texts[60::4]
    assert list(subsampled(texts, SAMPLE)) == texts


@pytest.mark.parametrize("kind", ["text", "bpe", "unigram"])
def test_the_tokens_of_a_very_long_text_come_from_a_part_of_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f" the cat {'abcdefghijklmnopqrstuvwxyz'[i % 26] * (i // 26 + 1)}" for i in range(520)]
    whole = trained(kind, texts, vocab_size=2000).get_vocab_size()
    monkeypatch.setattr(lm_tokenizer, "SAMPLE", 1000)
    assert trained(kind, texts, vocab_size=2000).get_vocab_size() < 0.9 * whole


def test_bytes_are_known_without_a_look_at_the_text() -> None:
    def never() -> Iterator[str]:
        raise AssertionError("every text would be kept as one long word")
        yield

    config = LmTokenizerConfig(kind="byte", words="text", mode="document")
    assert train_lm_tokenizer(never(), config).to_str() == trained("byte", TEXTS, "document").to_str()


@given(st.lists(st.text("abcd", min_size=1, max_size=2), max_size=200), st.integers(1, 30))
def test_words_are_counted_in_bounded_memory(words: list[str], most: int) -> None:
    exact, counts = Counter(words), count_words(words, most)
    assert len(counts) <= most
    assert all(exact[word] >= times for word, times in counts.items())
    if len(exact) <= most:
        assert counts == exact
    missing = max((times - counts[word] for word, times in exact.items()), default=0)
    assert missing <= len(words) / (most + 1)  # each time, that many words lose as much
