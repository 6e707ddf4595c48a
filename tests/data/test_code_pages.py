"""Latin text of one byte a character: the code page is told by the alphabets."""

from __future__ import annotations

import pytest

from lstmcli.data.code_pages import latin_code_page
from lstmcli.data.encoding import detect_encoding

TEXTS = {
    "cp1250": (
        "Zła opinia: spóźniona dostawa, książki były zniszczone.\nŻółw też się cieszył.\n",
        "Příliš žluťoučký kůň úpěl ďábelské ódy.\nDěti byly spokojené.\n",
        "Az őszi esők után a tűz melege jólesett.\nNagyon jó szűrő.\n",
    ),
    "iso8859-2": ("Zła opinia: spóźniona dostawa, książki były zniszczone.\nŚwietny żółw cieszył się, że śpi.\n",),
    "cp1254": ("Ürün çok güzeldi, ama kargo geç geldi.\nBeğendim, ışığı yumuşak; kızım da sevdi, değerli bir iş.\n",),
    "cp850": (
        "Der Film war sehr schön, ich möchte ihn wieder sehen.\nDas Zimmer war gemütlich und überall sauber.\n",
        "Le garçon était très aimable, et à côté aussi.\nÇa va, où ça ?\n",
        "El niño comió después, ¿verdad?\n",
    ),
    "cp852": ("Zła opinia: spóźniona dostawa, książki były zniszczone.\nŻółw też się cieszył.\n",),
    "cp1252": (
        "Le garçon était très aimable, et l’hôtel à côté aussi.\nÇa va, où ça ?\n",
        "¿Qué pasó mañana?\nEl niño comió después.\n",
        "Schöne Grüße aus der Straße, über den Flüssen.\n",
        "Það var mjög gott veður í gær og fólkið naut þess.\n",
        "Blåbærsyltetøy på brødet, tak for kaffe.\n",
        "A “quoted” word — and £5 for a café, naïve.\n",
    ),
}


@pytest.mark.parametrize(("codec", "text"), [(codec, text) for codec, texts in TEXTS.items() for text in texts])
def test_the_code_page_is_that_of_the_language(codec: str, text: str) -> None:
    found, name = latin_code_page(text.encode(codec)) or ("", "")
    assert found == codec
    assert detect_encoding([text.encode(codec)]).codec == codec
    assert "guess" not in name
    assert text.encode(codec).decode(detect_encoding([text.encode(codec) * 20]).codec) == text


def test_a_guess_is_said() -> None:
    assert latin_code_page("µ±×÷ x³y ¤¦§ a¹b ªº".encode("cp1252")) == ("cp1252", "Windows-1252 (a guess; --encoding)")
    assert latin_code_page(b"plain") == ("cp1252", "Windows-1252")
    assert detect_encoding(["Это очень хорошая книга\n".encode("cp1251")]).label == "CP1251 (a guess; --encoding)"


def test_a_word_with_a_quotation_mark_beside_it_is_of_windows() -> None:
    for text in ("„Schön“, sagte er. „Müde“\n", "“Voilà,” dit-elle, “très bien”\n"):
        assert detect_encoding([text.encode("cp1252")]).codec == "cp1252"
