"""The colour scales: ordered by lightness, readable, and never out of range."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.cli.output import colours


def lightness(colour: colours.Colour) -> float:
    return sum(share * (part / 255) ** 2.2 for share, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def test_more_is_lighter() -> None:
    much = [lightness(colours.sequential(n / 50)) for n in range(51)]
    assert much == sorted(much)
    size = [lightness(colours.diverging(n / 50)) for n in range(51)]
    assert size == sorted(size)
    assert size[0] == lightness(colours.diverging(-0.0)) < lightness(colours.diverging(-1))


@given(st.floats(), st.booleans())
def test_any_number_has_a_colour(value: float, signed: bool) -> None:
    for part in (colours.diverging if signed else colours.sequential)(value):
        assert 0 <= part <= 255
    assert colours.style(value, signed=signed).bgcolor is not None


@pytest.mark.parametrize("scale", [colours.sequential, colours.diverging])
def test_the_number_on_it_can_be_read(scale: object) -> None:
    for n in range(-32, 33):
        colour = scale(n / 32)  # type: ignore[operator]
        ink = 0.0 if colours.is_light(colour) else 1.0
        light, dark = sorted((lightness(colour), ink), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.0  # WCAG 2.2, large text and what is not text
    assert not math.isnan(lightness(colours.sequential(math.nan)))
