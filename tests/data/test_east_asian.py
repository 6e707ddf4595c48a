"""Chinese, Japanese and Korean in two bytes a character: told by their most frequent characters."""

from __future__ import annotations

import pytest

from lstmcli.data.east_asian import double_byte_codec, within_latin_words
from lstmcli.data.encoding import detect_encoding

TEXTS = {
    "cp932": ("この映画はとても良かったです。\n商品が壊れていた。\n", "iPhoneの画面がきれい。Webで買った物、OKです\n"),
    "euc_jp": ("この映画はとても良かったです。\n商品が壊れていた。\n",),
    "cp949": ("이 영화는 정말 좋았어요.\n배송이 너무 늦었습니다.\n", "A4용지는 좋아요. LG제품을 샀다\n"),
    "big5": ("房間很乾淨,服務也不錯。\n下次還會來的\n",),
    "gb18030": ("房间很干净,服务也不错。\n下次还会来的\n", "买了iPhone手机,APP不好用,N次了\n"),
}


@pytest.mark.parametrize(("codec", "text"), [(codec, text) for codec, texts in TEXTS.items() for text in texts])
def test_each_is_told_from_the_others(codec: str, text: str) -> None:
    for times in (1, 30):
        data = (text * times).encode(codec)
        assert data.decode(detect_encoding([data]).codec) == text * times


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "cp1250", "mac_roman"])
@pytest.mark.parametrize("text", ["Das ist schön.\n", "müde, böse\n", "Größe: süß, für Gäste\n"])
def test_no_accented_letter_of_a_latin_word_is_a_character_of_them(text: str, codec: str) -> None:
    data = text.encode(codec)
    assert double_byte_codec(data) is None
    assert not any(c >= "\u1100" for c in data.decode(detect_encoding([data]).codec, "replace") if c.isalpha())


def test_a_character_alone_beside_a_latin_letter_is_none() -> None:
    assert within_latin_words("sch馬, m馬chte") and not within_latin_words("買った物、OKです")
