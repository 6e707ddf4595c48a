"""Tell the Latin code pages of one byte a character apart, by the alphabets of the languages written in them.

A byte beyond ASCII is a letter in each of these code pages; only the right one gives words that one language can have.
"""

from __future__ import annotations

import re
from collections import Counter

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
_WORD = re.compile(r"[^\W\d_][^\s!-/:-@\[-`{-~“”„‘’«»…–—]*")
_CLEAR, _SURE = 0.15, 0.7


def latin_code_page(data: bytes) -> tuple[str, str]:
    """Its codec and its name, which says where it is a guess."""
    shares = {codec: share for codec in _ALPHABETS if (share := _share(data, codec)) is not None}
    western = shares.get(WESTERN, 0.0)
    best = max(shares, key=lambda codec: shares[codec], default=WESTERN)
    codec = best if shares.get(best, 0.0) >= max(western + _CLEAR, _SURE) else WESTERN
    guess = "" if shares.get(codec, 0.0) >= _SURE else " (a guess; --encoding)"
    return codec, NAMES[codec] + guess


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
