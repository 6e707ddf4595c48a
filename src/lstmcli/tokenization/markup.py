"""HTML in texts from web pages: count the texts that contain it, and tokenizer steps that remove it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tokenizers import Regex, normalizers

_TAG = (
    r"</?(?:a|abbr|b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|font|h[1-6]|hr|html|i|iframe|img|input|li|link"
    r"|meta|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul)"
    r"(?:\s[^<>]{0,500})?\s{0,3}/?>|<!--"
)
_ENTITY = r"&(?:amp|quot|lt|gt|nbsp|apos|rsquo|lsquo|ldquo|rdquo|ndash|mdash|hellip|#\d{1,6}|#x[0-9a-f]{1,5});"
PATTERNS = (f"(?i:{_TAG})", f"(?i:{_ENTITY})")  # for a tokenizer: the patterns of a tag and of a character reference
HTML = re.compile(f"{_TAG}|{_ENTITY}", re.IGNORECASE)
MIN_SHARE = 0.01  # minimum share of texts with HTML for a note


def count_html(texts: Iterable[str]) -> tuple[int, str]:
    """The number of texts with an HTML tag or character reference, and the first match."""
    count, first = 0, ""
    for text in texts:
        if ("<" in text or "&" in text) and (found := HTML.search(text)):
            count += 1
            first = first or found[0]
    return count, first


def html_stripping_steps() -> list[normalizers.Normalizer]:
    """Normalizer steps that replace a tag with a space and a character reference with its character."""
    characters = {"&amp;": "&", "&quot;": '"', "&#34;": '"', "&apos;": "'", "&#39;": "'", "&lt;": "<", "&gt;": ">"}
    return [
        *(normalizers.Replace(name, character) for name, character in characters.items()),
        *(normalizers.Replace(Regex(pattern), " ") for pattern in PATTERNS),
    ]
