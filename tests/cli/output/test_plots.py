"""Curves: what stands where, in any window and as SVG; and that nothing breaks a plot."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from lstmcli.cli.output.plots import Plot, Scale, Series, legend, number, scales, svg, text_plot

RISING = Plot("Up", "epochs", "score", (Series("one", ((0, 0.0), (10, 1.0))), Series("两", ((0, 1.0), (10, 0.0)))))
values = st.floats(-1e9, 1e9) | st.floats(0, 1e-12) | st.just(float("nan")) | st.just(float("inf"))


def test_a_curve_goes_where_its_points_are() -> None:
    lines = [line.plain for line in text_plot(RISING, 33, 11)]
    assert lines[0] == "Up: score"
    canvas = [line[2:].ljust(31) for line in lines[1:12]]
    assert canvas[0][30] == "A" and canvas[10][0] == "A" and canvas[5][15] == "A"  # the first lies on top
    assert canvas[0][0] == "B" and canvas[10][30] == "B"
    assert all(sum(row[column] != " " for row in canvas) in (1, 2) for column in range(31))
    assert lines[12].split() == ["0", "epochs", "10"]
    assert lines[13] == "A one  B 两"


@pytest.mark.parametrize(("last", "expected"), [(2, [1, 2]), (4, [1, 2, 3, 4]), (2.5, [1, 1.5, 2, 2.5])])
def test_there_are_no_halves_of_epochs(last: float, expected: list[float]) -> None:
    both = scales(replace(RISING, series=(Series("one", ((1, 0.0), (last, 1.0))),)))
    assert both is not None and both[0].ticks(4) == expected


@given(
    st.lists(st.tuples(values, values), max_size=12),
    st.integers(1, 90),
    st.integers(4, 12),
    st.booleans(),
    st.booleans(),
)
@example(points=[(0.0, 0.0), (0.0, 5e-324)], width=1, height=4, log_x=False, log_y=False)
def test_any_numbers_fit_any_window(
    points: list[tuple[float, float]], width: int, height: int, log_x: bool, log_y: bool
) -> None:
    points = sorted(point for point in points if point[0] == point[0] and abs(point[0]) < 1e10)
    plot = Plot("T 标题", "x", "y", (Series("a", tuple(points)), Series("长" * 9, ())), log_x=log_x, log_y=log_y)
    lines = text_plot(plot, width, height)
    assert all(line.cell_len <= width for line in lines)
    picture = svg(plot)
    assert not re.search(r"nan|inf", picture)
    assert bool(picture) == (scales(plot) is not None)


@given(st.floats(1e-12, 1e9), st.floats(1, 1e12), st.booleans())
def test_ticks_lie_on_the_axis(low: float, factor: float, log: bool) -> None:
    scale = Scale(low, low * factor, log)
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 8
    near = 1e-6 * (low if log else low * factor)
    assert all(low - near <= tick <= low * factor * (1 + 1e-6) for tick in ticks)
    assert ticks == sorted(ticks)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 5.0), (2.5, 2.5)])
def test_a_share_is_a_place_between_the_ends(low: float, high: float) -> None:
    scale = Scale(low, high, False)
    assert 0 <= scale.share(low) <= scale.share(high) <= 1
    assert scale.ticks()[0] >= low


def test_numbers_are_short() -> None:
    assert [number(x) for x in (0, 1, 12.345, 123456, 0.00012)] == ["0", "1", "12.3", "123,456", "1e-4"]
    assert number(0.258333, percent=True) == "25.8 %"


def test_a_level_is_drawn_and_named() -> None:
    plot = replace(RISING, level=("guessing", 0.5))
    assert any("·" * 5 in line.plain for line in text_plot(plot, 40))
    assert "guessing" in text_plot(plot, 40)[-1].plain
    assert 'class="level"' in svg(plot) and "guessing" in svg(plot)


@given(st.lists(st.text(st.characters(categories=["L", "N"]), max_size=12), min_size=1, max_size=8), st.integers(1, 40))
def test_a_legend_fits(names: list[str], width: int) -> None:
    assert all(line.cell_len <= width + max(map(cell_len, names)) + 2 for line in legend(names, width))
    shown = text_plot(Plot("T", "x", "y", tuple(Series(name, ((0, 0), (1, 1))) for name in names)), width)
    assert all(line.cell_len <= width for line in shown)


def test_an_svg_has_a_line_and_a_name_for_each_series() -> None:
    found = svg(replace(RISING, series=(*RISING.series, Series("<b>", ((1, 0.5),), ((0.4, 0.6),)))))
    assert found.count('class="line') == 3 and "&lt;b&gt;" in found and "<b>" not in found
    assert 'd="M0.0 100.0L100.0 0.0"' in found


def test_no_two_of_twenty_series_look_alike() -> None:
    plot = replace(RISING, series=tuple(Series(str(i), ((0, i), (1, i))) for i in range(20)))
    styles = re.findall(r'class="line (s\d dash\d)"', svg(plot))
    assert len(set(styles)) == 20 and re.findall(r'<li class="(s\d dash\d)"', svg(plot)) == styles
    css = resources.files("lstmcli.cli.output").joinpath("templates/plots.css").read_text(encoding="utf-8")
    assert all(f".line.{dash}" in css and f"li.{dash}" in css for dash in ("dash1", "dash2"))
