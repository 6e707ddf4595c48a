"""Word wrapping of text that is streamed to a terminal, which by itself breaks words at the margin."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Sequence

from lstmcli.cli.io.streams import window_width

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Chinese and Japanese characters, between which a line may be broken."""
_PARTS = re.compile(rf"\n|[^\S\n]+|[^\s{_WIDE}]+|.")
"""A line end, spaces, a word, a wide character."""
_PIECES = re.compile(rf"\s+|[（《“「【]*(?:[{_WIDE}]|[^\s{_WIDE}（《“「【”…]+|.)[，。；：、！？）》”」】…)\]]*")
"""Spaces, or what is not broken: a word or a wide character, with the punctuation that belongs to it."""
MIN_WIDTH = 20
"""No wrapping in windows narrower than this."""


def width_of(text: str) -> int:
    """Terminal columns of a text."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


class Wrapper:
    """Wraps text that comes in pieces.  A word is held back until it is complete."""

    def __init__(self, width: int | None = None) -> None:
        self._width = window_width() if width is None else width
        self._column = 0
        self._after_wide = False
        self._word = self._space = ""

    def feed(self, text: str, *, whole: bool = False) -> str:
        """The text that can be written now; ``whole``: including the last word, which may be incomplete."""
        if self._width < MIN_WIDTH:
            return text
        parts = _PARTS.findall(self._word + text)
        self._word = ""
        if parts and not whole and not parts[-1].isspace() and width_of(parts[-1]) == len(parts[-1]):
            self._word = parts.pop()
        return "".join(map(self._place, parts))

    def end(self) -> str:
        """The rest of the text."""
        word = self._place(self._word) if self._word else ""
        space = self._space if self._column + width_of(self._space) <= self._width else ""
        self._word = self._space = ""
        return word + space

    def _place(self, part: str) -> str:
        if part == "\n":
            self._space, self._column = "", 0
            return part
        if part.isspace():
            self._space += part
            return ""
        columns = width_of(part)
        wide = columns > len(part)
        breaks, self._after_wide = self._space or wide or self._after_wide, wide
        if breaks and self._column and self._column + width_of(self._space) + columns > self._width:
            self._space, self._column = "", columns
            return "\n" + part
        self._column += width_of(self._space) + columns
        space, self._space = self._space, ""
        return space + part


def wrapped(text: str) -> str:
    """A text as a window shows it, broken between words."""
    if width_of(text) > len(text) and (width := window_width()) >= MIN_WIDTH:
        return "\n".join(line for paragraph in text.split("\n") for line in folded(paragraph, width))
    wrapper = Wrapper()
    return wrapper.feed(text, whole=True) + wrapper.end()


def folded(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The lines of a text that may be Chinese; ``first``, ``rest``: margins of the lines."""
    lines, line, column = [], first, len(first)
    empty = True
    for piece in _PIECES.findall(text):
        columns = width_of(piece)
        if not empty and column + columns > width and not piece.isspace():
            lines.append(line.rstrip())
            line, column, empty = rest, len(rest), True
        if not (empty and piece.isspace()):
            line, column, empty = line + piece, column + columns, False
    return [*lines, line.rstrip()]


def command_lines(arguments: Sequence[str], width: int) -> str:
    """A shell command wrapped between arguments; an option stays with its value."""
    lines, parts = [shlex.quote(arguments[0])], list(map(shlex.quote, arguments[1:]))
    while parts:
        with_value = len(parts) > 1 and parts[0].startswith("-") and not parts[1].startswith("-")
        own = " ".join(parts[: 1 + with_value])
        parts = parts[1 + with_value :]
        if width_of(lines[-1]) + 1 + width_of(own) + 2 > width:
            lines.append("    " + own)
        else:
            lines[-1] += " " + own
    return " \\\n".join(lines)
