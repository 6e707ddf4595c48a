"""A span of text within its line, with each token coloured by the bits that one model saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import safe, styled
from lstmcli.comparison.results import Span

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STRONG, WEAK = 4.0, 1.0
"""Bits from which a token gets a strong or a weak colour."""
# Black on pale blue and orange is readable on light and dark terminals and for the colour-blind.
_SAVED = ("black on rgb(205,225,255)", "black on rgb(130,180,255)")
_LOST = ("black on rgb(255,225,195)", "black on rgb(255,175,105)")
_SPAN = "bold underline"


def legend(out: Console) -> Text:
    """The legend of the colours."""
    if not _coloured(out):
        return styled(of_display("spans of text, in brackets, on which one model saves the most bits"))
    line = styled(of_display("spans of text on which one model saves the most bits: ")).append(
        of_display("underlined"), _SPAN
    )
    line.append("; ").append(of_display("saved on a token"), _SAVED[1])
    return line.append(", ").append(of_display("lost on a token"), _LOST[1])


def fragment(span: Span, width: int, out: Console) -> Text:
    """The span with its context, in ``width`` cells."""
    from rich.cells import cell_len

    coloured = _coloured(out)
    cells: list[tuple[str, str]] = []
    """Each character of the line and its style."""
    first = last = 0
    for number, (text, saved) in enumerate(span.pieces):
        inside = span.first <= number < span.last
        if number == span.first:  # do not mark the space before a word
            first = len(cells) + len(text) - len(text.lstrip(" "))
        cells += ((safe(character), _style(saved, inside)) for character in text)
        if number == span.last - 1:
            last = len(cells)
    room = width - (0 if coloured else 2)
    start, end = _window([cell_len(text) for text, _ in cells], first, last, room)
    line = styled("…" if start else "")
    for i in range(start, end):
        text, style = cells[i]
        if not coloured and i == max(first, start):
            line.append("[")
        line.append(text, style if first <= i < last else style.replace(_SPAN, "").strip())
        if not coloured and i == min(last, end) - 1:
            line.append("]")
    return line.append("…" if end < len(cells) else "")


def _window(widths: list[int], first: int, last: int, room: int) -> tuple[int, int]:
    """The range of characters that fits: the span or its beginning, and context on both sides; a cell per ellipsis."""
    room -= 2
    start = end = first
    while end < last and room >= widths[end]:
        room -= widths[end]
        end += 1
    if end < last:
        return start, end
    left = right = True
    while left or right:
        left = left and start > 0 and room >= widths[start - 1]
        if left:
            start -= 1
            room -= widths[start]
        right = right and end < len(widths) and room >= widths[end]
        if right:
            room -= widths[end]
            end += 1
    return start, end


def _style(saved: float, inside: bool) -> str:
    colours = _SAVED if saved > 0 else _LOST
    style = "" if abs(saved) < WEAK else colours[abs(saved) >= STRONG]
    return f"{style} {_SPAN}".strip() if inside else style


def _coloured(out: Console) -> bool:
    return out.color_system is not None and not out.no_color
