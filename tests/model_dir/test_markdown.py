"""Text of strangers in Markdown shows as it is, and does nothing."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lstmcli.classification.card import card as model_card
from lstmcli.language_modeling.card import card as language_model_card
from lstmcli.model_dir.markdown import MAX_CHARACTERS, code, plain
from support.models import description

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "a\u202eb\u2066c",
    "\x9b2J",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden -->",
    "[click](javascript:alert(1))",
    "![](http://evil.example/pixel.png)",
    "http://evil.example",
    "www.evil.example",
    "# heading",
    "- item",
    "1. item",
    "+ item",
    "=====",
    "---",
    "***",
    "| a | b |",
    "~~~",
    "```\n# out of the block",
    "$$x$$",
    "&lt;b&gt;",
    "\\",
    "a\nb\r\nc\u2028d",
    ": term",
)
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})
ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
texts = st.text(st.characters(), max_size=40) | st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join)


def is_quiet(text: str) -> bool:
    """Whether no terminal would act on it."""
    return not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in "\u202e\u2066\u200f" for c in text)


def shown(text: str) -> str:
    """What a renderer makes of an item of a list; fails where that is more than text."""
    found = MARKDOWN.parse(f"- {text}")
    kinds = [token.type for token in found]
    assert kinds == [
        "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
        "bullet_list_close",
    ], (text, kinds)  # fmt: skip
    children = found[3].children or []
    assert {child.type for child in children} <= {"text", "text_special"}, (text, children)
    return "".join(child.content for child in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_do_something_is_text(text: str) -> None:
    assert is_quiet(plain(text))
    visible = " ".join(text.split())
    assert len(shown(plain(text))) == len(visible)


@settings(max_examples=300)
@given(texts)
def test_any_text_shows_as_it_is(text: str) -> None:
    found = plain(text)
    assert is_quiet(found)
    line = " ".join(text.split())
    seen = shown(found)
    if not line:
        assert seen == "(empty)"
        return
    assert len(seen) == len(line)
    for was, now in zip(line, seen, strict=True):
        assert was == now or unicodedata.category(was) in ACTING


def test_a_long_text_is_cut() -> None:
    assert len(plain("x" * 100_000)) == MAX_CHARACTERS and plain("x" * 1000).endswith("…")


@given(texts)
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    block = code(f"lstm train {text}")
    assert is_quiet(block.replace("\n", ""))
    assert [token.type for token in MARKDOWN.parse(block)] == ["fence"]


@pytest.mark.parametrize("card", [model_card, language_model_card])
def test_cards_hold_nothing_that_acts(card: object) -> None:
    text = "".join(HOSTILE)
    about = description(
        labels=[*HOSTILE],
        command=f"lstm train {text}",
        architecture=text,
        data={"source": text, text: text},
        metrics={},
    )
    about["tokenizer"]["kind"] = text
    about["versions"] = {text: text}
    found = card(about)  # type: ignore[operator]
    assert is_quiet(found.replace("\n", ""))
    outside = re.sub(r"(?ms)^(`{3,})sh$.*?^\1$", "", found)
    assert not re.search(r"(?<!\\)<(script|img|!--)", outside)
    assert not [token for token in MARKDOWN.parse(outside) if token.type in ("html_block", "image", "link_open")]
