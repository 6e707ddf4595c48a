"""A toss-up between label columns is asked on a terminal only."""

from __future__ import annotations

import io

import pytest

from lstmcli.cli.io.asking import which_label


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("2\n", "topic"), ("topic\n", "topic"), ("9\nmood\n", "mood"), ("\n", None), ("", None)],
)
def test_a_number_or_a_name_answers(monkeypatch: pytest.MonkeyPatch, typed: str, answer: str | None) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    monkeypatch.setattr("sys.stderr", shown)
    assert which_label("a.csv", ["mood", "topic"]) == answer
    assert "a.csv: which column holds the label?\n  1  mood\n  2  topic\n" in shown.getvalue()


def test_a_script_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))
    monkeypatch.setattr("sys.stderr", Terminal())
    assert which_label("a.csv", ["mood", "topic"]) is None
