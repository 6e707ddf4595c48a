"""One count of words for every script."""

from __future__ import annotations

import pytest

from lstmcli.data.words import word_count


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("three words here", 3, 3),
        ("这家店的服务很好", 4, 6),
        ("この店の料理はとても美味しい", 6, 9),
        ("서비스가 정말 좋아요", 3, 3),
        ("ร้านนี้อร่อยมากและราคาถูก", 4, 8),
        ("Привет, мир", 2, 2),
        ("so glad 🎉🎉", 3, 4),
    ],
)
def test_a_text_of_any_script_has_about_its_words(text: str, least: int, most: int) -> None:
    assert least <= word_count(text) <= most
