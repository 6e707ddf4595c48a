"""Tell the double-byte encodings of Chinese, Japanese and Korean apart, by the characters that make up any text.

Nearly any bytes can be read in one of them, but only the right one gives what everybody writes all the time.
"""

from __future__ import annotations

import re

HANZI = frozenset("的一是不了在人有我他这中大来上国个到说们为子和你地出也时要就可以会那得着下好还没很")
"""The most frequent characters of written Chinese; a quarter of a text and more is made of them."""
_KANA = frozenset(map(chr, range(0x3041, 0x3097))) | frozenset(map(chr, range(0x30A1, 0x30FD)))
_FREQUENT = {
    "gb18030": HANZI,
    "big5": frozenset("的一是不了在人有我他這中大來上國個到說們為子和你地出也時要就可以會那得著下好還沒很"),
    "cp932": _KANA,
    "euc_jp": _KANA,
    "cp949": frozenset("이다는에가을고의를하지도은서한로기나리사그어자해아라시들니안요대만것보게스인으정일전있었"),
}
_LEAST = {"gb18030": 0.2, "big5": 0.2}
_LEAST_OF_AN_ALPHABET = 0.3
_RUN = re.compile(r"(?P<before>[A-Za-z]?)(?P<run>[^\x00-\x7f]+)(?=(?P<after>[A-Za-z]?))")


def double_byte_codec(data: bytes) -> str | None:
    """The codec in which frequent characters of its language are a large part of what is beyond ASCII; None if none."""
    shares = {codec: _share(data, codec) for codec in _FREQUENT}
    shares = {codec: share for codec, share in shares.items() if share >= _LEAST.get(codec, _LEAST_OF_AN_ALPHABET)}
    return max(shares, key=lambda codec: shares[codec], default=None)


def _share(data: bytes, codec: str) -> float:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    beyond = [c for c in text if c > "\x7f"]
    if not beyond or within_latin_words(text):
        return 0.0
    return sum(c in _FREQUENT[codec] for c in beyond) / len(beyond)


def within_latin_words(text: str) -> bool:
    """Whether most of what is beyond ASCII stands alone beside a Latin letter, as ``ö`` does and no Hanzi."""
    beyond = sum(c > "\x7f" for c in text)
    alone = sum(len(found["run"]) == 1 and bool(found["before"] or found["after"]) for found in _RUN.finditer(text))
    return alone > 0.5 * beyond
