"""Text of strangers in Markdown: labels, paths and command lines that show as they are and do nothing.

No character that a terminal acts on, no HTML, no link, image, heading or list that they did not come with.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 200
"""Characters of a label or a value that are shown."""
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls, marks that turn the direction of writing or cannot be seen, halves of characters."""
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$@]|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_LINE_START = re.compile(r"^(?:[-+=!:](?=.?)|\d{1,9}(?=[.)]))")


def plain(text: object) -> str:
    """One line that Markdown shows as it is; a long one is cut."""
    line = _CONTROL.sub(_picture, " ".join(str(text).split()))
    if len(line) > MAX_CHARACTERS:
        line = f"{line[: MAX_CHARACTERS - 1]}…"
    line = _MARKUP.sub(lambda match: f"\\{match[0]}", line)
    start = _LINE_START.match(line)
    if start:
        line = f"{start[0]}\\{line[start.end() :]}" if start[0].isdigit() else f"\\{line}"
    return line or "(empty)"


def code(text: str) -> str:
    """A fenced block of shell commands; the fence is longer than any run of backticks inside."""
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
