"""Tell the Latin code pages of one byte a character apart, by the alphabets of the languages written in them.

A byte beyond ASCII is a letter in most of these code pages; only the right one gives words that one language can have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

WESTERN = "cp1252"
_ALPHABETS = {
    WESTERN: (
        *("àâæçèéêëîïôœùûüÿ", "äöüß", "áéíñóúü", "àèéìíîòóù", "àáâãçéêíóôõúü", "æøåéóòô", "äåöéü"),
        *("áéëèïöüê", "áðéíóúýþæö", "àçèéíïòóúü·"),
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţșț", "čćđšž", "çë"),
    "iso8859-2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž"),
    "cp1254": ("çğıöşüâîûi̇",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž"),
}
"""The letters beyond ASCII of each language, by code page."""
NAMES = {WESTERN: "Windows-1252", "cp1250": "Windows-1250", "cp1254": "Windows-1254", "cp1257": "Windows-1257"}
NAMES["iso8859-2"] = "ISO 8859-2"
NAMES |= {"cp850": "CP850", "cp852": "CP852"}
_ALPHABETS |= {"cp850": _ALPHABETS[WESTERN], "cp852": _ALPHABETS["cp1250"]}  # of DOS
_WORD = re.compile(r"[^\W\d_](?:[^\s!-/:-@\[-`{-~“”„‘’«»…–—]|[“”„](?=[^\W\d_]))*")
"""A word; a quotation mark between two letters is a letter of another code page."""
_BESIDE_ASCII = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
GUESS = " (a guess; --encoding)"
_CLEAR, _SURE = 0.15, 0.7


def latin_code_page(data: bytes) -> tuple[str, str] | None:
    """Its codec and its name, which says where it is a guess; None if it can be none of these."""
    shares = _shares(data)
    codec = _best(shares)
    if shares.get(codec, 0.0) < _SURE and WESTERN not in shares:
        return None
    return codec, NAMES[codec] + ("" if shares[codec] >= _SURE else GUESS)


def is_latin(data: bytes) -> bool:
    """Whether most words beyond ASCII are of one language, and have letters of ASCII, too."""
    shares = _shares(data)
    codec = _best(shares)
    if shares.get(codec, 0.0) < _SURE:
        return False
    words = [word for word in _WORD.findall(data.decode(codec)) if not word.isascii()]
    return sum(bool(_BESIDE_ASCII.search(word)) for word in words) > _SURE * len(words)


def _shares(data: bytes) -> dict[str, float]:
    return {codec: share for codec in _ALPHABETS if (share := _share(data, codec)) is not None}


def _best(shares: Mapping[str, float]) -> str:
    best = max(shares, key=lambda codec: shares[codec], default=WESTERN)
    return best if WESTERN not in shares or shares[best] >= max(shares[WESTERN] + _CLEAR, _SURE) else WESTERN


def _share(data: bytes, codec: str) -> float | None:
    """The share of the words beyond ASCII that the likeliest language can have; 1 if there are none."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    words = Counter(letters for word in _WORD.findall(text.lower()) if (letters := re.sub(r"[\x00-\x7f]", "", word)))
    if not words:
        return 1.0
    best = max(sum(n for word, n in words.items() if set(word) <= set(known)) for known in _ALPHABETS[codec])
    return best / words.total()
