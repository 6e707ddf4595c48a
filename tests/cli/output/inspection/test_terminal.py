"""The strips on a terminal: they fit any window, hide nothing, and cannot be made to act."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lstmcli.cli.output.inspection.rows import finding, short
from lstmcli.cli.output.inspection.terminal import GateTableWriter
from lstmcli.inspection.results import Inspection
from support.inspected import FULL, HOSTILE, WHY, classified, read

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(params=[20, 40, 80])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def shown(*found: Inspection) -> str:
    out = io.StringIO()
    writer = GateTableWriter(out)
    for each in found:
        writer.write(each)
    writer.close()
    return out.getvalue()


@pytest.mark.parametrize("colour", [True, False])
def test_nothing_is_wider_than_the_window(width: int, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if colour:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLORTERM", "truecolor")
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    long = classified("这部电影很好看 and quite extraordinarily long indeed " * 9)
    text = shown(long, read(), classified(layers=(FULL,), why=WHY), classified(HOSTILE, why=WHY))
    assert ("\x1b[" in text) == colour
    assert max(cell_len(line) for line in ANSI.sub("", text).split("\n")) <= width


def test_every_number_stands_under_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = shown(classified("好 is fine")).split("\n")
    start = next(n for n, line in enumerate(lines) if "fine" in line)
    assert lines[start].split() == ["好", "is", "fine"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[start + 1 :] if line}
    assert rows["yes"] == [".50", ".67", ".75"]
    assert rows["input"] == [".00", ".50", "1.0"] and rows["candidate"] == ["-1.0", ".00", "1.0"]
    assert rows["cell"] == [".00", "6.0", "12"] and rows["±"] == [".50", ".50", ".50"]
    ends = {cell_len(line.rstrip()) for line in lines[start:] if line}
    assert len(ends) == 1  # right-aligned, whatever the width of characters


def test_all_tokens_come_in_blocks_that_fit(width: int) -> None:
    words = [f"w{n}" for n in range(40)]
    text = shown(classified(" ".join(words)))
    assert [word for word in text.split() if re.fullmatch(r"w\d+", word)] == words


def test_chosen_units_ties_and_findings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = shown(classified(layers=(FULL,)))
    assert "unit 7" in text and "5 +1.2" in text and "6 -.75" in text
    assert "forget gate: saturated in 2 of 96 units (1, 4), above 0.9 at every token; 25 % of all" in text
    assert "candidate: dead nearly everywhere; 95 % of all its values are below 0.1" in text


def test_many_units_are_counted() -> None:
    many = replace(FULL.findings[0], units=tuple(range(1, 31)))
    assert "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more)" in finding(many, FULL)


def test_why_shows_the_sum_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = " ".join(shown(classified(tokens=(), layers=(), why=WHY)).split())
    assert "fine +0.2500 0.5000 +1.10 It -0.0100" in text
    assert "Probability with all words 0.7500, with none 0.5000: a difference of +0.2500" in text
    assert "add up to +0.2400 (log-odds +1.05); the remaining +0.0100" in text


def test_segments_and_what_is_unread_or_not_computed_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found = classified("a b c d")
    own = tuple(
        replace(token, segment=t // 2, probabilities=token.probabilities if t % 2 else None)
        for t, token in enumerate(found.tokens)
    )
    text = shown(replace(found, tokens=own, unread=7, every=2))
    assert "│c" in text and "7 tokens in the middle skipped" in text and "after every 2 tokens" in text
    assert re.search(r"yes +· +\.67 +· +\.80", text)


def test_what_a_terminal_would_act_on_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = shown(classified(HOSTILE, why=WHY, label="yes"))
    assert "\x1b[31m" not in text and "␛[31m" in text
    assert "↵" in shown(read())


def test_a_text_without_tokens_says_so() -> None:
    assert "this text has no tokens" in shown(classified("", tokens=(), layers=()))


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_never_takes_more_than_its_column(value: float) -> None:
    assert len(short(value)) <= 4
