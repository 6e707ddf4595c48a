"""Scripts by the names of letters."""

from __future__ import annotations

import pytest

from lstmcli.data.scripts import script, scripts


@pytest.mark.parametrize(
    ("letter", "name"),
    [
        ("a", "Latin"),
        ("é", "Latin"),
        ("Ж", "Cyrillic"),
        ("我", "Chinese"),
        ("の", "Hiragana"),
        ("한", "Hangul"),
        ("α", "Greek"),
    ],
)
def test_a_letter_has_a_script(letter: str, name: str) -> None:
    assert script(letter) == name


@pytest.mark.parametrize("letter", ["1", " ", ".", "。", "\n", "\ud800", "😀"])
def test_what_is_no_letter_has_none(letter: str) -> None:
    assert script(letter) == ""


def test_letters_of_each_script_are_counted() -> None:
    assert scripts(["ab 12", "aЖ我我"]) == {"Latin": 3, "Cyrillic": 1, "Chinese": 2}
