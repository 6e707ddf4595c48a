"""Spans where one model gains most: pieces add up, and the best run is the best of all runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.comparison import spans
from lstmcli.comparison.models import Pieces
from lstmcli.comparison.spans import Piece, Spans, best_run, common

BIT = np.log(2)


def line(text: str, ends: list[int], bits: list[float], unknown: list[int] = []) -> Pieces:  # noqa: B006
    flags = np.array([t in unknown for t in range(len(ends))])
    return Pieces(text, ends, np.array(bits) * BIT, flags)


@st.composite
def cuts(draw: Any) -> tuple[str, Pieces, Pieces]:
    """A text cut into tokens in two ways."""
    text = draw(st.text("ab c好", max_size=20))
    found = []
    for _ in range(2):
        inner = draw(st.lists(st.integers(0, len(text)), max_size=10))
        ends = [*sorted(inner), len(text) + 1]
        bits = draw(st.lists(st.floats(0, 20), min_size=len(ends), max_size=len(ends)))
        found.append(line(text, ends, bits, draw(st.lists(st.integers(0, len(ends) - 1), max_size=2))))
    return text, found[0], found[1]


@settings(max_examples=200)
@given(cuts())
def test_pieces_are_the_line_and_add_up_to_its_difference(drawn: Any) -> None:
    text, one, other = drawn
    pieces = list(common(one, other))
    assert [piece.first for piece in pieces] == [0, *(piece.last for piece in pieces[:-1])]
    assert pieces[-1].last == len(text) + 1
    total = (other.nats_T.sum() - one.nats_T.sum()) / BIT
    assert sum(piece.saved for piece in pieces) == pytest.approx(total, abs=1e-9)
    back = list(common(other, one))
    assert [(p.first, p.last, p.known) for p in back] == [(p.first, p.last, p.known) for p in pieces]
    assert [p.saved for p in back] == pytest.approx([-p.saved for p in pieces], abs=1e-9)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(0, 5), st.sampled_from([True, True, True, False])),
        min_size=1,
        max_size=15,
    )
)
def test_the_best_run_is_the_best_of_all(drawn: list[tuple[int, int, bool]]) -> None:
    spans_width, spans.WIDTH = spans.WIDTH, 8
    try:
        pieces = [Piece(n, n + 1, float(saved), known) for n, (saved, _, known) in enumerate(drawn)]
        widths = [width for _, width, _ in drawn]
        runs = [
            sum(piece.saved for piece in pieces[i:j])
            for i in range(len(pieces))
            for j in range(i + 1, len(pieces) + 1)
            if all(piece.known for piece in pieces[i:j]) and (sum(widths[i:j]) <= 8 or j == i + 1)
        ]
        bits, first, last = best_run(pieces, widths)
        assert bits == pytest.approx(max([0.0, *runs]), abs=1e-5)
        assert bits == pytest.approx(sum(piece.saved for piece in pieces[first:last]))
    finally:
        spans.WIDTH = spans_width


def test_words_against_characters() -> None:
    text = "the cat"
    words = line(text, [3, 7, 8], [2, 9, 1])
    letters = line(text, [1, 2, 3, 4, 5, 6, 7, 8], [3, 1, 1, 1, 1, 1, 1, 1])
    assert list(common(words, letters)) == [
        Piece(0, 3, pytest.approx(3), True),
        Piece(3, 7, pytest.approx(-5), True),
        Piece(7, 8, pytest.approx(0), True),
    ]


def test_the_best_lines_are_kept_with_what_stands_around() -> None:
    found = Spans("x", "y", 2)
    for number, gain in enumerate((3.0, 9.0, -2.0, 5.0), 1):
        text = "a good line"
        pieces = list(common(line(text, [1, 6, 11, 12], [1, 1, 1, 1]), line(text, [1, 6, 11, 12], [1, 1 + gain, 1, 1])))
        found.add(text, number, pieces)
    assert [(span.line, span.text, round(span.gain)) for span in found.found()] == [(2, " good", 9), (4, " good", 5)]
    span = found.found()[0]
    assert "".join(text for text, _ in span.pieces) == "a good line\n"
    assert "".join(text for text, _ in span.pieces[span.first : span.last]) == span.text


def test_a_long_line_is_cut_around_the_span() -> None:
    text = "ab " * 100_000
    ends = [*range(3, len(text) + 1, 3), len(text) + 1]
    bits = [1.0] * len(ends)
    worse = list(bits)
    worse[50_000] = 8.0
    found = Spans("x", "y", 1)
    found.add(text, 1, list(common(line(text, ends, bits), line(text, ends, worse))))
    (span,) = found.found()
    assert span.gain == pytest.approx(7) and sum(len(piece) for piece, _ in span.pieces) < 600


def test_unknown_words_are_not_where_a_model_gains() -> None:
    text = "an odd word"
    words = line(text, [2, 6, 11, 12], [1, 1, 1, 1], unknown=[1])
    letters = line(text, [2, 6, 11, 12], [2, 30, 4, 1])
    found = Spans("words", "letters", 1)
    found.add(text, 1, list(common(words, letters)))
    assert found.found()[0].text == " word"
