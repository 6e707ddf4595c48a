"""Streamed text and commands are broken between words."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.cli.output.wrapping import MIN_WIDTH, Wrapper, command_lines, folded, width_of

PIECES = st.lists(st.sampled_from(["a", "word", "a longer word", " ", "  ", "\n", "好", "电影很好看。", ",", ".", "é"]))


def wrapped(pieces: list[str], width: int) -> str:
    wrapper = Wrapper(width)
    return "".join(map(wrapper.feed, pieces)) + wrapper.end()


@given(PIECES, st.integers(MIN_WIDTH, 40))
def test_no_line_is_wider_and_no_word_is_broken(pieces: list[str], width: int) -> None:
    text, found = "".join(pieces), wrapped(pieces, width)
    words = {word for word in text.split() if width_of(word) == len(word)}
    fits = all(width_of(word) <= width for word in text.split() if width_of(word) == len(word))
    if fits and all(width_of(part) <= width for part in text.split()):
        assert all(width_of(line.rstrip()) <= width for line in found.split("\n"))
    assert "".join(found.split()) == "".join(text.split())
    assert words <= set(found.split())


@given(PIECES, st.integers(MIN_WIDTH, 40))
def test_pieces_make_no_difference(pieces: list[str], width: int) -> None:
    assert wrapped(pieces, width) == wrapped(list("".join(pieces)), width)


def test_what_fits_is_written_as_it_comes() -> None:
    wrapper = Wrapper(30)
    assert [wrapper.feed(text) for text in ("the ca", "t sat", " on", " ")] == ["the", " cat", " sat", " on"]
    assert wrapper.end() == " "


def test_a_prompt_goes_on_in_the_middle_of_a_word() -> None:
    wrapper = Wrapper(20)
    assert wrapper.feed("the old man was walk", whole=True) == "the old man was walk"
    assert wrapper.feed("ing home ") == "ing\nhome"


def test_chinese_is_broken_anywhere() -> None:
    assert wrapped(["电影很好看" * 5], 20) == "\n".join(["电影很好看" * 2, "电影很好看" * 2, "电影很好看"])


def test_a_narrow_window_is_left_to_the_terminal() -> None:
    assert wrapped(["one two three four five six"], MIN_WIDTH - 1) == "one two three four five six"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_command_can_be_typed_as_it_is_shown(width: int) -> None:
    arguments = ["lstm", "classify", "-m", "a b/model", "--report", *["--text", "It isn't bad."] * 4, "--top", "2"]
    shown = command_lines(arguments, width)
    assert shlex.split(shown.replace("\\\n", " ")) == arguments
    assert all(len(line) <= width for line in shown.splitlines())
    assert all("--text" not in line.split()[-2:] for line in shown.splitlines())


def test_chinese_lines_do_not_begin_with_punctuation() -> None:
    text = "从左到右读取，而不是双向读取（lstm train --one-way）；保留「开头」和结尾。"
    for width in range(18, 60):
        lines = folded(text, width, "  ", "    ")
        assert all(width_of(line) <= width and line.strip()[0] not in "，；）」。" for line in lines)
        assert not any(line.endswith(("（", "「")) for line in lines)
        assert "".join(map(str.strip, lines)).replace(" ", "") == text.replace(" ", "")
