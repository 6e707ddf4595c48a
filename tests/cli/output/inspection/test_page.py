"""The page: well-formed, whole, self-contained, and harmless whatever the text says."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.cli.output.html import signature
from lstmcli.cli.output.inspection.page import check_place, heat_map, page, write_page
from lstmcli.errors import OutputError
from lstmcli.inspection.results import Inspection, Trail
from support.inspected import FULL, HOSTILE, WHY, classified, read

VOID = {"meta", "input", "br"}
LEAVES = {"path"}


class Outline(HTMLParser):
    """The tags, each closed where it must be, and the text of the coloured paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if ("class", "text") in attrs:
            self.inside = True
            self.texts.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.inside = self.inside and tag != "p"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


def outline(*found: Inspection, model: str = "m") -> Outline:
    parser = Outline()
    parser.feed("".join(page(found, model)))
    parser.close()
    assert parser.open == []
    return parser


def test_a_page_is_whole_and_shows_all_of_the_text() -> None:
    found = outline(classified("It is  fine", why=WHY), classified(layers=(FULL,)), read("好看 吗"))
    assert found.texts[1] == "It is  fine"
    assert found.texts[-1] == "</s>好看 吗↵"
    assert len([tag for tag, attributes in found.tags if tag == "svg"]) > 10


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs() -> None:
    text = "".join(page([classified(why=WHY), read()], "m"))
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img|\son\w+=", text.replace("</s>", ""))
    assert "prefers-color-scheme:dark" in text and "max-width:36rem" in text and 'name="viewport"' in text


@given(st.text())
def test_any_text_stays_text(text: str) -> None:
    for found in (classified(f"{HOSTILE} {text}"), read(text)):
        parsed = outline(found, model=text)
        assert {tag for tag, _ in parsed.tags} <= {
            *("html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "h4", "p"),
            *("code", "div", "span", "i", "b", "small", "br", "input", "label", "figure", "svg", "path"),
            *("details", "summary", "table", "tr", "th", "td", "footer", "dl", "dt", "dd"),
        }
        assert not any(name.startswith("on") for _, attributes in parsed.tags for name in attributes)


BAD = """</style></title><script>alert("x")</script> ' " & {{ 7 * 7 }} {% x %} \u2028\x00\x1b\ud800"""


def test_nothing_breaks_out_of_where_it_stands() -> None:
    found = classified(f"It {BAD}", why=replace(WHY, label=BAD, words=(replace(WHY.words[0], text=BAD),)), label=BAD)
    answers = tuple(replace(token, probabilities={BAD: 0.5}) for token in found.tokens)
    for each in (replace(found, tokens=answers, cell=BAD), replace(read(BAD), cell=BAD)):
        text = "".join(page([each], BAD))
        assert "<script" not in text and "{{ 7 * 7 }}" in text and not re.search("[\u2028\x00\x1b\ud800]", text)
        values = [value or "" for _, attributes in outline(each, model=BAD).tags for value in attributes.values()]
        assert any('alert("x")' in value for value in values) and "alert(&#34;x&#34;)" in text


def test_every_choice_colours_the_text() -> None:
    found = outline(classified())
    labels = [attributes["for"] for tag, attributes in found.tags if tag == "label"]
    inputs = {attributes["id"]: attributes for tag, attributes in found.tags if tag == "input"}
    assert list(inputs) == labels and len(labels) == 6  # the label, three gates, cell and hidden
    assert len({attributes["name"] for attributes in inputs.values()}) == 1
    styles = [attributes["style"] for tag, attributes in found.tags if tag == "span" and attributes.get("style")]
    assert styles[0] == "--p0:0.5;--n3:1;--p5:1" and styles[2] == "--p0:0.75;--p1:1;--p2:1;--p3:1;--p4:1;--p5:1"


def test_the_middle_that_is_not_read_is_shown_apart() -> None:
    found = classified("a b c d e")
    kept = (*found.tokens[:2], *found.tokens[3:])
    text = "".join(page([classified("a b c d e", tokens=kept, unread=1)], "m"))
    assert "<i> c </i>" in text and "1 token in the middle" in text


def test_a_page_replaces_only_a_page(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    check_place(place)
    write_page(place, [classified()], "m")
    assert signature("inspect") in place.read_text(encoding="utf-8")
    check_place(place)
    write_page(place, [classified("another")], "m")
    assert "another" in place.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    other = tmp_path / "notes.html"
    other.write_text("<!doctype html>mine", encoding="utf-8")
    for bad in (other, tmp_path, tmp_path / "nowhere" / "page.html"):
        with pytest.raises(OutputError) as caught:
            check_place(bad)
        assert caught.value.hint


def test_a_page_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = classified(label="none of them")
    broken.tokens[0].probabilities.clear()  # type: ignore[union-attr]
    with pytest.raises(KeyError):
        write_page(tmp_path / "page.html", [broken], "m")
    assert list(tmp_path.iterdir()) == []


def test_units_are_a_heat_map_and_most_are_folded() -> None:
    trails = tuple(Trail(unit, 1, (0.0, unit / 10, -unit / 20)) for unit in range(1, 11))
    found = classified()
    text = "".join(page([replace(found, layers=(replace(found.layers[0], trails=trails),))], "m"))
    assert "<b>1 is</b>" in text and "<b>9 is</b>" not in text and "the other 2 units" in text
    shown, folded = heat_map(trails[:8]), heat_map(trails[8:])
    assert {shade.kind for shade in shown} == {"hot", "cold"}
    assert sum(shade.path.count("M") for shade in shown) == 16 and max(shade.opacity for shade in folded) == 1
    assert "means of the gates" in text and outline(found).tags
