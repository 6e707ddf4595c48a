"""Korean and scripts without spaces are cut into syllables or clusters; all other text is cut as in version 0.1.0."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, pre_tokenizers

from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.scripts import APART
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import WORD_0_1, WORD_BEFORE_HANGUL, is_plain

THAI = ["ร้านนี้สะอาดดีมาก", "กาแฟแก้วนี้ไม่อร่อย", "บริการดี ราคาถูก", "แย่มากไม่ชอบ"]
MIXED = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aB .,'’7_你のกาเแำ่็ะ๑ກາເຈົ້ສភាស្រី\u200bမြန်မာ་བོད།ꦲꦏ꧀한글ㅋ"),
    )
)


def cut(tokenizer: Tokenizer, text: str) -> list[str]:
    return [token for token, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]


NOW = TextEncoder.train([], TokenizerConfig()).tokenizer
BEFORE = TextEncoder.train([], TokenizerConfig()).tokenizer
BEFORE.pre_tokenizer = pre_tokenizers.Split(Regex(WORD_0_1), behavior="removed", invert=True)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("ร้านนี้สะอาดดี", "ร้า น นี้ สะ อา ด ดี"),
        ("ที่เชียงใหม่ น้ำ เก็บ", "ที่ เชี ย ง ให ม่ น้ำ เก็ บ"),
        ("เเม่", "เเม่"),
        ("โรคCovid-19ปี๒๕๖๕", "โร ค Covid - 19 ปี ๒๕๖๕"),
        ("ພາສາລາວ ເຈົ້າ", "ພາ ສາ ລາ ວ ເຈົ້າ"),
        ("ភាសា\u200bខ្មែរ ស្រី", "ភា សា ខ្មែ រ ស្រី"),
        ("မြန်မာစာသတ္တဝါ", "မြန် မာ စာ သတ္တ ဝါ"),
        ("བོད་སྐད་ཡིག།", "བོད སྐད ཡིག །"),
        ("ꦲꦏ꧀ꦱꦫꦗꦮ", "ꦲ ꦏ꧀ꦱ ꦫ ꦗ ꦮ"),
        ("ꆈꌠꁱꂷ", "ꆈ ꌠ ꁱ ꂷ"),
        ("ok\u200bx", "ok \u200b x"),
        ("음식이 맛있어요 ㅋㅋㅋ K팝3곡", "음 식 이 맛 있 어 요 ㅋㅋㅋ K 팝 3 곡"),
    ],
)
def test_how_a_text_is_cut(text: str, tokens: str) -> None:
    assert cut(NOW, text) == tokens.split(" ")


@given(MIXED)
def test_text_of_other_scripts_is_cut_as_before(text: str) -> None:
    text = "".join(c for c in text if not APART.match(c) and not "가" <= c <= "힣")
    assert cut(NOW, text) == cut(BEFORE, text)


@given(MIXED)
def test_nothing_is_lost_but_what_stands_between(text: str) -> None:
    kept, all_of_it = ("".join(cut(one, text)) for one in (NOW, BEFORE))
    assert re.sub("[\u0f0b\u0f0c\u200b]", "", kept) == re.sub("[\u0f0b\u0f0c\u200b]", "", all_of_it)


@given(MIXED)
def test_a_token_of_these_scripts_is_short(text: str) -> None:
    bases = [sum(c.isalpha() and not re.match("[\u0e30-\u0e33\u0e40-\u0e45\u0eb0-\u0ec4]", c) for c in token)
             for token in cut(NOW, "".join(c for c in text if "\u0e01" <= c <= "\u0eff"))]  # fmt: skip
    assert max(bases, default=0) <= 1


def test_a_classifier_of_thai_has_words_that_come_again() -> None:
    encoder = TextEncoder.train(THAI, TokenizerConfig())
    unknown = np.concatenate([ids[:, 0] for ids in encoder.encode(["ร้านนี้ราคาดีมาก"])]) == 1
    assert not unknown.any()


def test_a_model_of_version_0_1_0_goes_on_as_it_was() -> None:
    """Its own pattern is in its file: Thai is one word, with the affixes of a word; plain text takes the fast way."""
    config = TokenizerConfig(hash_buckets=64)
    texts = ["Good food, didn't cost much", *THAI]
    tokenizer = TextEncoder.train(texts, config).tokenizer
    tokenizer.pre_tokenizer = BEFORE.pre_tokenizer
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "good": 2, "food": 3, "n": 4, "บริการดี": 5, "你": 6}
    content = re.sub(r'"vocab":\{[^}]*\}', f'"vocab":{vocabulary}'.replace("'", '"'), tokenizer.to_str())
    old = TextEncoder.from_json(content, config)
    assert is_plain(old.tokenizer, lowercase=True) and old._words is not None
    (rows,) = old.encode(["บริการดี ราคาถูก"])
    assert rows[:, 0].tolist() == [5, 1]
    assert old.features is not None and rows[0, 1:3].tolist() == list(old.features.of_word("บริการดี"))
    (rows,) = old.encode(["你บริการดี"])
    assert old.features.has_neighbours[6] and not old.features.has_neighbours[5]
    plain = old.encode(["Good food, 7 don't"])
    old._words = None
    assert np.array_equal(plain[0], old.encode(["Good food, 7 don't"])[0])


def test_a_model_that_reads_korean_by_words_goes_on_as_it_was() -> None:
    config = TokenizerConfig(hash_buckets=64)
    encoder = TextEncoder.train(["음식이 맛있어요"], config)
    before = TextEncoder.train(["음식이 맛있어요"], config).tokenizer
    before.pre_tokenizer = pre_tokenizers.Split(Regex(WORD_BEFORE_HANGUL), behavior="removed", invert=True)
    old = TextEncoder.from_json(before.to_str(), config)
    assert is_plain(old.tokenizer, lowercase=True)
    assert old.features is not None and encoder.features is not None
    assert encoder.features.is_apart("음") and old.features.is_apart("음식이") and old.features.is_apart("ร้า")
    texts = ["\u110b\u1173\u11b7식이 맛있어요", "ร้าน"]
    assert [[len(ids) for ids in one.encode(texts)] for one in (old, encoder)] == [[2, 2], [7, 2]]


def test_syllables_have_their_neighbours_as_features() -> None:
    encoder = TextEncoder.train(THAI, TokenizerConfig(hash_buckets=1024))
    one, other = (encoder.encode([text])[0] for text in ("มาก", "ากม"))
    assert encoder.features is not None and encoder.features.has_neighbours[one[0, 0]]
    assert encoder.encode(["ดีมา"])[0][1, 1] != encoder.encode(["ไม่มา"])[0][-1, 1]
    assert len(one) and len(other)


@given(MIXED.filter(lambda text: "\n" not in text and "\r" not in text))
def test_a_language_model_of_words_loses_nothing_of_such_text(text: str) -> None:
    encoder = StreamEncoder.train([text, *THAI], LmTokenizerConfig(kind="word", words="text", mode="document"))
    assert encoder.decode(np.concatenate(encoder.encode([text]))) == text + "\n"


def test_a_language_model_of_words_knows_thai_syllables() -> None:
    encoder = StreamEncoder.train(THAI, LmTokenizerConfig(kind="word", words="text", mode="document"))
    (ids,) = encoder.encode(["ร้านนี้ไม่ชอบมาก"])
    assert not encoder.unknown(ids).any() and len(ids) > 8
