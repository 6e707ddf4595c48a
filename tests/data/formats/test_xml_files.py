"""XML with labelled texts: which element is a row, what its columns are, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.files import Input
from lstmcli.data.formats.open import open_input
from lstmcli.data.sources import Source, open_source
from lstmcli.errors import DataError, LstmError

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
TEXTS = [f"the {n} th train came late & left early" for n in range(12)]
LABELS = ["late", "full", "late"] * 4


def source(tmp_path: Path, body: str, **read: object) -> Source:
    path = tmp_path / "a.xml"
    path.write_text(HEAD + body, encoding="utf-8")
    return open_source(str(path), ReadConfig(**read), labelled=None)  # type: ignore[arg-type]


def rows(found: Source) -> list[tuple[str, str]]:
    return [(record.text, " ".join(record.labels)) for record in found]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;")


ROWS = {
    "elements": "<row><id>{n}</id><text>{text}</text><label>{label}</label></row>",
    "an attribute": '<row n="{n}" label="{label}">{text}</row>',
    "attributes": '<row n="{n}" text="{text}" label="{label}"/>',
    "a value further in": "<t><content>{text}</content><a><polarity><value>{label}</value></polarity></a></t>",
    "parts of the text": "<row><text>{text}<b/></text><label>{label}</label></row>",
    "a name space": '<x:row xmlns:x="http://example.org/"><x:text>{text}</x:text><x:label>{label}</x:label></x:row>',
    "empty elements": "<row><text>{text}</text><label>{label}</label><note/></row>",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_an_element_that_recurs(row: str, tmp_path: Path) -> None:
    parts = zip(TEXTS, LABELS, strict=True)
    body = "\n".join(row.format(n=n, text=escaped(text), label=label) for n, (text, label) in enumerate(parts))
    found = source(tmp_path, f"<data>\n{body}\n</data>")
    assert rows(found) == list(zip(TEXTS, LABELS, strict=True))
    assert [record.line for record in found] == list(range(3, 15))
    assert "XML, each <" in found.notes[0]


def test_the_innermost_element_that_recurs_is_the_row_and_knows_what_is_around_it(tmp_path: Path) -> None:
    sentences = "".join(f'<s><text>{escaped(text)}</text><o polarity="good"/></s>' for text in TEXTS[:2])
    body = "".join(f'<review rid="{n}" topic="{"xy"[n % 2]}">{sentences}</review>' for n in range(10))
    found = source(tmp_path, f"<reviews>{body}</reviews>", label_column="topic")
    assert len(rows(found)) == 20
    assert [label for _, label in rows(found)][:4] == ["x", "x", "y", "y"]


def test_several_elements_of_one_name_are_several_labels(tmp_path: Path) -> None:
    body = "".join(
        f"<r><text>{escaped(text)}</text><label>a</label>{'<label>b</label>' * (n % 2)}</r>"
        for n, text in enumerate(TEXTS)
    )
    found = source(tmp_path, f"<d>{body}</d>")
    assert found.multilabel
    assert [record.labels for record in found][:2] == [("a",), ("a", "b")]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    body = "".join(f"<r><odd>{escaped(t)}</odd><text>{escaped(t)} again</text></r>" for t in TEXTS)
    assert rows(source(tmp_path, f"<d>{body}</d>", text_columns=("odd",)))[0] == (TEXTS[0], "")


BOMB = '<!DOCTYPE d [<!ENTITY a "lol">' + "".join(f'<!ENTITY {c} "{f"&{b};" * 10}">' for b, c in ("ab", "bc")) + "]>"


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        (BOMB + "<d><r><text>&c;</text></r></d>", "DOCTYPE or entities", 2),
        ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d><r>&x;</r></d>', "DOCTYPE or entities", 2),
        ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><d><r>a</r></d>', "DOCTYPE or entities", 2),
        ("<d>\n<r><text>one two</text>\n</d>", "mismatched tag", 4),
        ("<d><r><text>one two three</text></r></d>", "no element that recurs holds a text", None),
        ("<a>" * 200 + "one" + "</a>" * 200, "nested too deep", 2),
        ("<d>" + "<r>a &undefined; text</r>" * 4 + "</d>", "undefined entity", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(body: str, said: str, line: int | None, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said) as caught:
        rows(source(tmp_path, body))
    assert caught.value.line == line
    assert caught.value.hint


@given(st.text(alphabet='<>/r "=t!&;a?[]-', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    data = (HEAD + text).encode()
    with suppress(LstmError):
        list(open_input(Input("a", data=data), ReadConfig(input_format="xml"), labelled=None).rows())
