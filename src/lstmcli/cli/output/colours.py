"""Colour scales for numbers: a sequential and a diverging one.

Both also vary in lightness, for colour-blind readers and black-and-white prints.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.style import Style

Colour = tuple[int, int, int]

_SEQUENTIAL: tuple[Colour, ...] = ((30, 36, 70), (38, 84, 124), (34, 140, 134), (122, 190, 94), (250, 226, 92))
_DIVERGING: tuple[Colour, ...] = ((120, 190, 255), (44, 96, 170), (52, 54, 62), (178, 84, 24), (255, 178, 84))
STEPS = 32


def sequential(value: float) -> Colour:
    """From 0, dark, to 1, bright."""
    return _between(_SEQUENTIAL, value)


def diverging(value: float) -> Colour:
    """From -1, bright blue, over 0, grey, to 1, bright orange."""
    return _between(_DIVERGING, (value + 1) / 2)


def _between(stops: tuple[Colour, ...], share: float) -> Colour:
    place = min(1.0, max(0.0, share)) * (len(stops) - 1) if share == share else 0.0
    at = min(int(place), len(stops) - 2)
    red, green, blue = (
        round(low + (high - low) * (place - at)) for low, high in zip(stops[at], stops[at + 1], strict=True)
    )
    return red, green, blue


def is_light(colour: Colour) -> bool:
    """Whether black is easier to read on it than white."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue > 128


def style(value: float, *, signed: bool) -> Style:
    """The style of a terminal cell: the colour of the value, and black or white text."""
    return _style(round(max(-1.0, min(1.0, value)) * STEPS) if value == value else 0, signed)


@cache
def _style(step: int, signed: bool) -> Style:
    from rich.color import Color
    from rich.style import Style

    colour = (diverging if signed else sequential)(step / STEPS)
    ink = Color.from_rgb(0, 0, 0) if is_light(colour) else Color.from_rgb(255, 255, 255)
    return Style(color=ink, bgcolor=Color.from_rgb(*colour))
