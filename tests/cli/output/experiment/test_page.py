"""The report of a side-by-side training: well-formed, whole, self-contained, and harmless whatever names say."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.output.inspection.test_page import Outline
from lstmcli.cli.output.experiment.page import page
from lstmcli.cli.output.html import signature
from lstmcli.experiments.results import ArchitectureComparison
from support.raced import HOSTILE, raced

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "code",
        "div",
        "span",
    ),
    *("svg", "path", "ul", "li", "details", "summary", "table", "tr", "th", "td", "footer"),
}


def outline(result: ArchitectureComparison) -> Outline:
    parser = Outline()
    parser.feed("".join(page(result)))
    parser.close()
    assert parser.open == []
    return parser


def test_it_shows_everything() -> None:
    for task in ("classify", "lm"):
        result = raced(task)
        text = "".join(page(result))
        assert signature("compare") in text[:1000]
        assert len([tag for tag, _ in outline(result).tags if tag == "svg"]) == 3
        for part in ("Learning", "Gradient by lag", "Recall", "guessing", "95 % interval", "something to know", "GRU"):
            assert part in text
        assert text.count("<td>lstm-compare/") == 9
        assert "rnn against lstm" in text and result.command in text


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs() -> None:
    text = "".join(page(raced()))
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img|\son\w+=", text)
    assert "prefers-color-scheme:dark" in text and 'name="viewport"' in text


@settings(max_examples=30)
@given(st.text(max_size=30))
def test_any_text_stays_text(text: str) -> None:
    result = raced(source=f"{HOSTILE} {text}", command=text, notes=(f"{HOSTILE}{text}",))
    assert {tag for tag, _ in outline(result).tags} <= TAGS


def test_one_seed_without_probes() -> None:
    result = raced(seeds=1, recalls=(), distances=(), cells=("rnn", "gru"))
    text = "".join(page(result))
    assert "95 % interval" not in text and "Recall" not in text and "no test with one seed" in text
    assert outline(replace(result, gradients=())).tags
