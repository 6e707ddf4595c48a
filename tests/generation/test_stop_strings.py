"""Stop strings, however the text is cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lstmcli.generation.stop_strings import StopFilter

TEXT = st.text("ab\n", max_size=20)


def cut(text: str, stops: list[str]) -> str:
    """The text up to the stop string that is complete first."""
    for end in range(1, len(text) + 1):
        begun = [end - len(stop) for stop in stops if text[:end].endswith(stop)]
        if begun:
            return text[: min(begun)]
    return text


@given(pieces=st.lists(TEXT, max_size=8), stops=st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=3))
def test_a_text_ends_before_the_first_stop_string(pieces: list[str], stops: list[str]) -> None:
    filter, text = StopFilter(stops), "".join(pieces)
    expected = cut(text, stops)
    shown = ""
    for piece in pieces:
        shown += filter.push(piece)
        assert expected.startswith(shown)
    assert shown + filter.end() == expected
    assert filter.found == (expected != text)
    assert filter.end() == ""


@given(pieces=st.lists(TEXT, max_size=8))
def test_without_stop_strings_nothing_is_held_back(pieces: list[str]) -> None:
    filter = StopFilter([])
    assert [filter.push(piece) for piece in pieces] == pieces


def test_what_may_begin_a_stop_string_waits() -> None:
    filter = StopFilter(["END", "\n\n"])
    assert [filter.push(piece) for piece in ("the E", "N", "O", "\n", "x\n", "\ny")] == [
        *("the ", "", "ENO", "", "\nx", "")
    ]
    assert filter.found and filter.push("more") == ""
