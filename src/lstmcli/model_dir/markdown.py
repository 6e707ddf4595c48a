"""Escape untrusted text for Markdown: labels, paths and command lines.

The result contains no control characters and cannot create HTML, links, images, headings or lists.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 200
"""Maximum characters of a label or a value."""
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control characters, bidirectional and invisible marks, surrogates."""
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$@]|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_LINE_START = re.compile(r"^(?:[-+=!:](?=.?)|\d{1,9}(?=[.)]))")


def plain(text: object) -> str:
    """Text as one escaped line, truncated if long."""
    line = _CONTROL.sub(_picture, " ".join(str(text).split()))
    if len(line) > MAX_CHARACTERS:
        line = f"{line[: MAX_CHARACTERS - 1]}…"
    line = _MARKUP.sub(lambda match: f"\\{match[0]}", line)
    start = _LINE_START.match(line)
    if start:
        line = f"{start[0]}\\{line[start.end() :]}" if start[0].isdigit() else f"\\{line}"
    return line or "(empty)"


def code(text: str) -> str:
    """A fenced block of shell commands; the fence is longer than any run of backticks in it."""
    shown = "\n".join(_CONTROL.sub(_escape, line) for line in text.split("\n"))
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}sh\n{shown}\n{fence}"


def _picture(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else "\ufffd"


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
