"""HTML in texts: counted, and read past where that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.data_check import html_warning
from lstmcli.data.records import Record
from lstmcli.errors import UsageError
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.markup import count_html
from lstmcli.tokenization.text_encoder import TextEncoder


def tokens(text: str, **options: bool) -> list[str]:
    encoder = TextEncoder.train([text], TokenizerConfig(**options))  # type: ignore[arg-type]
    return [encoder.vocabulary()[i] for i in encoder.encode([text])[0][:, 0]]


@pytest.mark.parametrize(
    "text",
    [
        "dull.<br /><br />Then",
        "<p>fine</p>",
        "fish &amp; chips",
        "&quot;so&quot;",
        "it&#39;s",
        '<a href="x">here</a>',
        "<BR>",
    ],
)
def test_html_is_found(text: str) -> None:
    assert count_html([text, "no tags"])[0] == 1


@pytest.mark.parametrize(
    "text", ["a < b and b > c", "AT&T; now", "<3", "if (x<y)", "<unk> & co", "x &foo; y", "<script"]
)
def test_other_text_is_no_html(text: str) -> None:
    assert count_html([text]) == (0, "")


def test_it_is_said_where_one_text_in_a_hundred_has_some() -> None:
    texts = [Record("fine.<br />Really")] * 2 + [Record("plain")] * 198
    assert html_warning(texts) == (
        "2 of 200 training texts hold HTML, such as '<br />', and it is read as words; "
        "--strip-html reads the texts without it"
    )
    assert html_warning([*texts, Record("plain")]) is None and html_warning(texts[3:]) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Dull.<br /><br />Then fine", "dull . then fine"),
        ("fish &amp; chips&nbsp;now", "fish & chips now"),
        ("<p class='x'>It&#39;s &quot;so&quot;</p>", 'it \'s " so "'),
        ("a &lt;br&gt; b &amp;quot;", 'a b "'),
        ("1 < 2 and <b>3</b>", "1 < 2 and 3"),
    ],
)
def test_a_tokenizer_that_strips_html(text: str, kept: str) -> None:
    assert tokens(text, strip_html=True) == kept.split(" ")


def test_it_goes_with_the_tokenizer_json() -> None:
    config = TokenizerConfig(strip_html=True)
    encoder = TextEncoder.train(["so fine"], config)
    again = TextEncoder.from_json(encoder.to_json(), config)
    assert again.encode(["so<br/>fine"])[0].tolist() == encoder.encode(["so fine"])[0].tolist()
    assert again.spans("so<br/>fine") == [(0, 2), (7, 11)]


@given(st.text(st.characters(exclude_characters="<&", exclude_categories=["Cs"])))
def test_text_without_html_is_read_the_same(text: str) -> None:
    assert tokens(text, strip_html=True) == tokens(text)


@pytest.mark.parametrize("options", [{"kind": "byte"}, {"path": "t.json"}])
def test_a_tokenizer_that_cannot_strip_says_so(options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="strip-html"):
        TokenizerConfig(strip_html=True, **options)  # type: ignore[arg-type]
