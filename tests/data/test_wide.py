"""UTF-16 and UTF-32 without a byte order mark: the byte order is told by spaces and line ends, in any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import detect_encoding, named_encoding, with_byte_order
from lstmcli.data.files import HEAD_BYTES
from lstmcli.data.sources import open_source
from lstmcli.data.wide import detected_wide, wide_codec

TEXTS = {
    "English": "A lovely film, and a warm one\nNot worth the money\n",
    "Vietnamese": "Phim này rất hay, tôi thích lắm\nKhông đáng tiền chút nào\n",
    "Russian": "Отличный фильм всем советую\nОчень скучно и долго\n",
    "Greek": "Πολύ καλή ταινία\nΔεν μου άρεσε καθόλου\n",
    "Arabic": "فيلم جميل جدا أنصح به\nلا يستحق المشاهدة\n",
    "Hebrew": "סרט נהדר\nלא אהבתי\n",
    "Thai": "หนังสนุกมาก\nไม่คุ้มค่าเงินเลย\n",
    "Hindi": "बहुत अच्छी फिल्म है\nपैसे बर्बाद हुए\n",
    "Gujarati": "ખૂબ સરસ ફિલ્મ છે\nપૈસા બગડ્યા\n",
    "Punjabi": "ਬਹੁਤ ਵਧੀਆ ਫਿਲਮ\nਪੈਸੇ ਖਰਾਬ ਹੋਏ\n",
    "Malayalam": "വളരെ നല്ല സിനിമ\nഇഷ്ടപ്പെട്ടില്ല\n",
    "Georgian": "ძალიან კარგი ფილმია\nარ მომეწონა\n",
    "Amharic": "በጣም ጥሩ ፊልም\nአልወደድኩትም\n",
    "Chinese": "房间很干净，服务也不错。\n这个酒店太差了\n",
    "Japanese": "とても面白い映画でした。\nお金の無駄だった\n",
    "Korean": "정말재미있는영화였어요\n돈이아까워요\n",
    "emoji": "\U0001f600\U0001f601\n\U0001f621\n",
}
CODECS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "texts.txt"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("language", TEXTS)
def test_the_byte_order_is_told_in_every_script(language: str, codec: str) -> None:
    for text in (TEXTS[language], TEXTS[language].replace("\n", "\r\n") * 300):
        data = text.encode(codec)
        assert detect_encoding([data]).codec == codec
        assert with_byte_order(named_encoding(codec[:6]), data, "a.txt").codec == codec


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("named", [None, "utf-16"])
@pytest.mark.parametrize("language", ["Arabic", "Russian", "Thai", "Chinese"])
def test_a_file_is_read_with_and_without_its_encoding(language: str, named: str | None, codec: str, path: Path) -> None:
    path.write_bytes(TEXTS[language].encode(codec))
    named = named and codec[:6]
    source = open_source(str(path), ReadConfig(encoding=named), labelled=False)
    assert [record.text for record in source] == TEXTS[language].splitlines()


@pytest.mark.parametrize("codec", CODECS)
def test_the_start_of_a_large_file_may_be_cut_within_a_character(codec: str) -> None:
    data = (TEXTS["Russian"] * 9000).encode(codec)[:HEAD_BYTES]
    assert detect_encoding([data[: data.rfind(b"\n") + 1]]).codec == codec
    assert wide_codec("a\U0001f600".encode(codec)[:-2], codec[:6]) == codec


def test_one_line_without_a_blank_is_told_by_its_letters() -> None:
    assert detected_wide("word".encode("utf-16-be")) == "utf-16-be"
    assert detected_wide("word".encode("utf-16-le")) == "utf-16-le"
    assert wide_codec("房间很干净".encode("utf-16-be"), "utf-16") == "utf-16-be"  # no byte is NUL


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), min_size=1, max_size=40))
def test_text_of_one_byte_a_character_with_a_stray_nul_is_not_taken_for_it(lines: list[str]) -> None:
    data = "\n".join(["Text of one byte a character, damaged in one place", *lines]).encode() + b"\na\0b\n"
    assert detected_wide(data) is None
    assert detected_wide(data + b"x") is None


@pytest.mark.parametrize(
    "data",
    [
        b'\x08\x03\x12\x07pytorch\x1a\x030.3:\x80\x01\n-\n\x010\n\x011\x12\x012"\x03Add*\x10\n\tb\x80?\0\0\x80?',
        b"\x1a\x01A\x00&\x00\x0f\x00\x9d\x01\x07\x06xterm-nic|xterm with ich/ich",
        bytes(range(256)),
        "schön\0grün\n".encode("cp1252") * 9,
        "房间很干净\0服务也不错\n".encode("gb18030") * 9,
        b"",
    ],
)
def test_other_bytes_are_not_taken_for_it(data: bytes) -> None:
    assert detected_wide(data) is None
