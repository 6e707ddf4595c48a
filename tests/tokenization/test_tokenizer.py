"""The kinds of tokenizer: what each promises to keep, and that text is never taken for a special token."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from lstmcli.errors import DataError
from lstmcli.tokenization.config import TOKENIZERS, TokenizerConfig
from lstmcli.tokenization.tokenizer import is_ours, parse_tokenizer, train_tokenizer, unknown_id, well_formed

TEXTS = ["The cat isn't here.", "我喜欢这部电影。", "a small cat, a small film", "ひらがな と カタカナ", "x\ty\nz"]
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def trained(kind: str, texts: list[str] = TEXTS, **options: object) -> Tokenizer:
    return train_tokenizer(texts, TokenizerConfig(kind=kind, **options))  # type: ignore[arg-type]


def tokens(tokenizer: Tokenizer, text: str) -> list[str]:
    return list(tokenizer.encode(text, add_special_tokens=False).tokens)


def ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def words(text: str, **options: object) -> list[str]:
    """The word tokenizer's tokens of a text that it has learned from."""
    return tokens(trained("word", [text], **options), text)


# What is promised back


@given(text=ANY)
@settings(max_examples=200)
def test_bytes_are_lossless(text: str) -> None:
    tokenizer = BYTE
    assert tokenizer.decode(ids(tokenizer, text)) == text
    assert len(ids(tokenizer, text)) == len(text.encode())
    assert 1 not in ids(tokenizer, text)


@given(text=ANY)
@settings(max_examples=200)
def test_bpe_is_lossless_up_to_unicode_form(text: str) -> None:
    assert BPE.decode(ids(BPE, text)) == unicodedata.normalize("NFC", text)
    assert 1 not in ids(BPE, text)


@given(text=ANY)
@settings(max_examples=50)
def test_characters_are_lossless_where_they_are_known(text: str) -> None:
    tokenizer = trained("char", [text], lowercase=False)
    composed = unicodedata.normalize("NFC", text)
    assert tokenizer.decode(ids(tokenizer, text)) == composed
    assert len(ids(tokenizer, text)) == len(composed)


BYTE, BPE = trained("byte"), trained("bpe", lowercase=False)


@pytest.mark.parametrize("kind", ["word", "bpe", "unigram", "char"])
def test_case_is_folded_unless_kept(kind: str) -> None:
    folded = trained(kind)
    assert ids(folded, "THE CAT") == ids(folded, "the cat")
    kept = trained(kind, lowercase=False)
    assert ids(kept, "The cat") != ids(kept, "the cat")


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don", "'t", "stop"]),
        ("it’s we're they'll I'd", ["it", "’s", "we", "'re", "they", "'ll", "i", "'d"]),
        ("rock 'n' roll, 'tis", ["rock", "'", "n", "'", "roll", ",", "'", "tis"]),
        ("so... (really?!)", ["so", ".", ".", ".", "(", "really", "?", "!", ")"]),
        ("3.50 €, 10,000 and 2nd", ["3", ".", "50", "€", ",", "10", ",", "000", "and", "2nd"]),
        ("snake_case e-mail", ["snake_case", "e", "-", "mail"]),
        ("我爱NLP模型", ["我", "爱", "nlp", "模", "型"]),
        ("ひらカナ漢字", ["ひ", "ら", "カ", "ナ", "漢", "字"]),
        ("价格是100元。", ["价", "格", "是", "100", "元", "。"]),
        ("a\u00a0b\u2009c\td\u3000e\r\nf", list("abcdef")),
        ("naïve cafe\u0301 Straße Ελλάδα привет", ["naïve", "café", "straße", "ελλάδα", "привет"]),
        ("good 👍🏽 day", ["good", "👍", "🏽", "day"]),
        ("한국어 문장", ["한", "국", "어", "문", "장"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(text=ANY)
@settings(max_examples=150)
def test_words_leave_out_white_space_only(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert "".join("".join(words(text, lowercase=False)).split()) == "".join(normal.split())


def test_rare_words_are_unknown() -> None:
    tokenizer = trained("word", ["cat cat dog", "cat dog bird"], min_count=2)
    assert sorted(tokenizer.get_vocab()) == ["[PAD]", "[UNK]", "cat", "dog"]
    assert ids(tokenizer, "bird") == [1]


def test_a_full_vocabulary_keeps_the_frequent_words() -> None:
    tokenizer = trained("word", ["a a a b b c c c c d"], vocab_size=4)
    assert set(tokenizer.get_vocab()) == {"[PAD]", "[UNK]", "a", "c"}


# All kinds


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_padding_is_0_and_the_unknown_is_1(kind: str) -> None:
    tokenizer = trained(kind)
    assert (tokenizer.token_to_id("[PAD]"), tokenizer.token_to_id("[UNK]")) == (0, 1)
    assert is_ours(tokenizer)


@pytest.mark.parametrize("kind", ["word", "unigram", "char"])
def test_what_was_not_in_the_texts_is_unknown(kind: str) -> None:
    assert 1 in ids(trained(kind), "Ω")
    assert not any("Ω" in token.upper() for token in trained(kind).get_vocab())


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("lowercase", [True, False])
def test_special_tokens_in_a_text_are_text(kind: str, lowercase: bool) -> None:
    """Also when the text was learned from, and in a tokenizer that was saved and read again."""
    text = "a [PAD] and an [UNK] in brackets"
    tokenizer = trained(kind, [*TEXTS, text, text], lowercase=lowercase)
    for one in (tokenizer, parse_tokenizer(tokenizer.to_str())):
        assert not {0, 1} & set(ids(one, text))


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_saved_and_read_again_it_gives_the_same_ids(kind: str, tmp_path: Path) -> None:
    tokenizer = trained(kind)
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    again = train_tokenizer([], TokenizerConfig(path=str(path)))
    for text in [*TEXTS, "never seen: żółw 🐢 [PAD]"]:
        assert ids(again, text) == ids(tokenizer, text)


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_the_same_texts_give_the_same_tokenizer(kind: str) -> None:
    """Ties in count abound here; a hash map's order must not decide them."""
    texts = ["ab cd ef gh ij kl mn op", "你好世界再见朋友", "ba dc fe hg ji lk nm po"] * 3
    assert len({trained(kind, texts).to_str() for _ in range(4)}) == 1


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("texts", [[], [""], [" "], ["a"]])
def test_next_to_nothing_is_enough_to_learn_from(kind: str, texts: list[str]) -> None:
    tokenizer = trained(kind, texts)
    assert ids(tokenizer, "a b")
    assert ids(tokenizer, "") == []


def test_a_unigram_vocabulary_too_small_for_the_characters_says_so() -> None:
    with pytest.raises(DataError, match="more different characters than a vocabulary of 10") as caught:
        trained("unigram", vocab_size=10)
    assert caught.value.hint


def test_lone_surrogates_are_replaced() -> None:
    assert well_formed("a\ud800b") == "a\ufffdb"
    assert well_formed("\ud83d\ude00") == "😀"  # a pair, as JSON escapes give it
    assert trained("word", ["a\ud800b"]).token_to_id("a") is not None


@given(text=ANY)
@settings(max_examples=50)
def test_well_formed_text_is_left_alone(text: str) -> None:
    assert well_formed(text) is text


# Tokenizers from elsewhere


def test_a_tokenizer_from_elsewhere_is_known_as_such() -> None:
    other = Tokenizer(models.WordLevel({"<unk>": 0, "cat": 1}, unk_token="<unk>"))
    other.pre_tokenizer = pre_tokenizers.Whitespace()
    assert not is_ours(other) and unknown_id(other) == 0
    assert unknown_id(Tokenizer(models.Unigram([("a", -1.0), ("<unk>", -2.0)], 1, False))) == 1
    assert unknown_id(Tokenizer(models.BPE({"a": 0}, []))) is None


def test_padding_and_truncation_of_a_file_are_put_aside() -> None:
    tokenizer = trained("word")
    tokenizer.enable_padding(length=50)
    tokenizer.enable_truncation(2)
    assert tokens(parse_tokenizer(tokenizer.to_str()), "the cat here") == ["the", "cat", "here"]


@pytest.mark.parametrize("content", ["", "no json", "{}", json.dumps({"model": {"type": "WordLevel"}}), "[1, 2]"])
def test_a_file_that_is_no_tokenizer_says_so(content: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(DataError, match="not a Hugging Face tokenizer") as caught:
        train_tokenizer([], TokenizerConfig(path=str(path)))
    assert caught.value.path == str(path)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    binary = tmp_path / "tokenizer.json"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    for path, reason in ((tmp_path / "nowhere.json", "No such file"), (tmp_path, "directory"), (binary, "not UTF-8")):
        with pytest.raises(DataError, match=reason):
            train_tokenizer([], TokenizerConfig(path=str(path)))
