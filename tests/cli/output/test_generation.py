"""How generated text is written: order, prompts, line ends, JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from lstmcli.cli.output.generation import Writer, writer
from lstmcli.generation.results import Continuation, TextPiece, TokenStep


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def whole(sample: int, text: str, **more: Any) -> Continuation:
    return Continuation("the ", text, -1.5, 3, "end", sample, **more)


EVENTS = (
    TextPiece(0, "c"),
    TextPiece(1, "do"),
    TextPiece(0, "at"),
    TextPiece(2, "e"),
    whole(2, "e"),
    TextPiece(1, "g"),
    whole(0, "cat"),
    whole(1, "dog"),
)


def show(out: Writer, events: tuple[TextPiece | Continuation, ...] = EVENTS) -> None:
    out.begin("the ")
    for event in events:
        out.write(event)
    out.close()


@pytest.mark.parametrize(
    ("echo", "blank_lines", "expected"),
    [
        (True, False, "the cat\nthe dog\nthe e\n"),
        (False, False, "cat\ndog\ne\n"),
        (True, True, "the cat\n\nthe dog\n\nthe e\n"),
    ],
)
def test_texts_come_one_after_the_other(echo: bool, blank_lines: bool, expected: str) -> None:
    out = io.StringIO()
    show(writer("text", out, echo=echo, blank_lines=blank_lines))
    assert out.getvalue() == expected


def test_the_text_at_hand_is_shown_as_it_is_made() -> None:
    out = io.StringIO()
    text = writer("text", out, echo=True, blank_lines=False)
    text.begin("the ")
    seen = []
    for event in EVENTS:
        text.write(event)
        seen.append(out.getvalue())
    assert seen[:6] == ["the c", "the c", "the cat", "the cat", "the cat", "the cat"]
    assert seen[6] == "the cat\nthe dog"  # what was waiting comes at once
    assert seen[7] == "the cat\nthe dog\nthe e\n"


def test_an_empty_text_still_has_its_line() -> None:
    out = io.StringIO()
    show(writer("text", out, echo=True, blank_lines=False), (whole(0, ""), whole(1, "")))
    assert out.getvalue() == "the \nthe \n"


def test_json_lines_and_an_array_hold_the_same() -> None:
    lines, array = io.StringIO(), io.StringIO()
    events = (*EVENTS[:-1], replace(whole(1, "dog"), seed=7, score=-0.5))
    show(writer("jsonl", lines, echo=True, blank_lines=False), events)
    show(writer("json", array, echo=True, blank_lines=False), events)
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert rows == json.loads(array.getvalue())
    assert [row["text"] for row in rows] == ["cat", "dog", "e"]
    cat = {"prompt": "the ", "text": "cat", "logprob": -1.5, "tokens": 3, "finish": "end", "sample": 0}
    assert rows[0] == {"version": 1, **cat}
    assert (rows[1]["seed"], rows[1]["score"]) == (7, -0.5)
    empty = io.StringIO()
    writer("json", empty, echo=True, blank_lines=False).close()
    assert json.loads(empty.getvalue()) == []


STEPS = (TokenStep(" c\t", 0.25, ((" d", 0.5), (" c\t", 0.25))), TokenStep("</s>", 0.125, (("</s>", 0.125),)))
WITH_STEPS = (
    TextPiece(0, "c", STEPS[0]),
    TextPiece(0, "", STEPS[1]),
    replace(whole(0, "c"), steps=STEPS),
)


def test_alternatives_are_lines_and_objects() -> None:
    out, lines, terminal = io.StringIO(), io.StringIO(), Terminal()
    show(writer("text", out, echo=True, blank_lines=False), WITH_STEPS)
    assert out.getvalue() == " c\\t\t0.2500\t d\t0.5000\t c\\t\t0.2500\n</s>\t0.1250\t</s>\t0.1250\n\nthe c\n"
    show(writer("jsonl", lines, echo=True, blank_lines=False), WITH_STEPS)
    assert json.loads(lines.getvalue())["steps"][0] == {
        "token": " c\t",
        "probability": 0.25,
        "alternatives": [{"token": " d", "probability": 0.5}, {"token": " c\t", "probability": 0.25}],
    }
    show(writer("text", terminal, echo=True, blank_lines=False), WITH_STEPS)
    assert terminal.getvalue().startswith('" c␉"') and '" d"' in terminal.getvalue()


def test_a_terminal_is_not_sent_what_it_would_act_on() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        show(writer("text", out, echo=False, blank_lines=False), (TextPiece(0, "a\x1b[2J\tb\n\x07"), whole(0, "")))
    assert terminal.getvalue() == "a␛[2J\tb\n␇\n"
    assert pipe.getvalue() == "a\x1b[2J\tb\n\x07\n"


def test_a_terminal_breaks_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("NO_COLOR", "1")
    pieces = ("cat sat on th", "e mat and s", "lept", ".")
    events = (*(TextPiece(0, piece) for piece in pieces), whole(0, "".join(pieces)))
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        show(writer("text", out, echo=True, blank_lines=False), events)
    assert terminal.getvalue() == "the cat sat on the\nmat and slept.\n"
    assert pipe.getvalue() == "the cat sat on the mat and slept.\n"
