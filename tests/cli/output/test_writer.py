"""One renderer of every format: rows and objects follow the declaration, and JSON is JSON whatever it holds."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Shape, escape, inside, stream, to_json, write

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    value: Any


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner) | st.builds(Part, value=inner)
    ),
    max_leaves=20,
)


@dataclass(frozen=True)
class Thing:
    name: str
    value: float | None = 0.5
    parts: tuple[Part, ...] = ()
    note: str = ""
    tags: tuple[str, ...] = ("a", "b|c")
    columns: dict[str, Any] = field(default_factory=dict)


SHAPE = Shape(
    Thing,
    *("name", "value", "note?"),
    inside("parts", [Shape(Part, "value?")]),
    Field("double", lambda thing: 2 * thing.value if thing.value else LEFT_OUT, float, "Twice.", optional=True),
)
LAYOUT = Layout[Thing](SHAPE, numbers=".2f")
ROWS = Layout[Thing](SHAPE, rows=lambda thing: [{"name": thing.name, "tags": thing.tags}])


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def strictly(text: str) -> Any:
    return json.loads(text, parse_constant=no_constant)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(layout: Layout[Thing], format: str, *things: Thing, tty: bool = False, **how: Any) -> str:
    out = Terminal(newline="") if tty else io.StringIO(newline="")
    to = stream(layout, format, out, **how)
    for thing in things:
        to.write(thing)
    to.close()
    return out.getvalue()


@given(ANYTHING)
def test_an_escaped_field_is_one_field_and_nothing_is_lost(text: str) -> None:
    field = escape(text)
    assert "\t" not in field and len(field.splitlines()) <= 1
    plain = re.sub(
        r"\\(\\|t|n|r|x(..)|u(....))",
        lambda m: {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}.get(m[1]) or chr(int(m[2] or m[3], 16)),
        field,
    )
    assert plain == text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gbk"])
@given(text=ANYTHING)
def test_json_is_read_back_from_any_encoding(encoding: str, text: str) -> None:
    before, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    try:
        written = to_json({"text": text}).encode(encoding, "backslashreplace")
    finally:
        sys.stdout = before
    assert json.loads(written.decode(encoding)) == {"text": text}
    assert not CONTROL.search(written.decode(encoding))


@given(VALUES)
def test_json_has_no_number_that_is_not_finite(value: Any) -> None:
    plain = strictly(to_json({"value": value}))
    assert plain == strictly(to_json(plain))


def test_null_stands_for_a_number_that_is_not_finite() -> None:
    inf, nan = float("inf"), float("nan")
    found = strictly(to_json({"a": inf, "b": [nan, 1.5, (-inf, {"c": nan})], "d": Part(nan), "e": {nan: 1}}))
    assert found == {"a": None, "b": [None, 1.5, [None, {"c": None}]], "d": {"value": None}, "e": {"nan": 1}}


@given(ANYTHING, st.floats())
def test_any_result_is_an_object_a_line_and_one_array(name: str, value: float) -> None:
    things = (Thing(name, value), Thing("x", None, (Part(value), Part(None)), columns={"c": [value, name]}))
    lines = written(LAYOUT, "jsonl", *things, keep_columns=True).splitlines()
    assert [strictly(line) for line in lines] == strictly(written(LAYOUT, "json", *things, keep_columns=True))
    assert len(lines) == 2


def test_an_object_has_what_is_declared_and_the_version() -> None:
    first, second = map(strictly, written(LAYOUT, "jsonl", Thing("a", note="n"), Thing("b", None)).splitlines())
    assert first == {"version": 1, "name": "a", "value": 0.5, "note": "n", "parts": [], "double": 1.0}
    assert second == {"version": 1, "name": "b", "value": None, "parts": []}
    out = io.StringIO()
    write(Thing("a", parts=(Part(1), Part(None))), LAYOUT, "json", out)
    assert strictly(out.getvalue())["parts"] == [{"value": 1}, {}] and out.getvalue().startswith('{\n  "version": 1')


def test_nothing_at_all() -> None:
    assert written(LAYOUT, "jsonl") == written(LAYOUT, "tsv") == written(LAYOUT, "csv") == ""
    assert strictly(written(LAYOUT, "json")) == []
    assert written(Layout(SHAPE, columns_without_rows=("a", "b")), "csv") == "a,b\n"


def test_rows_of_one_result() -> None:
    found = {}
    for upright in (False, True):
        for form in ("tsv", "csv"):
            out = io.StringIO(newline="")
            write(
                Thing("a\tb", 1 / 3),
                Layout(SHAPE, lambda t: [{"name": t.name, "n": t.value}], upright=upright),
                form,
                out,
            )
            found[upright, form] = out.getvalue()
    assert found[False, "tsv"] == "name\tn\na\\tb\t0.333333\n"
    assert found[True, "tsv"] == "name\ta\\tb\nn\t0.333333\n"
    assert found[False, "csv"] == found[True, "csv"] == "name,n\na\tb,0.333333\n"


def test_several_texts_in_a_field_stand_between_bars() -> None:
    assert written(ROWS, "tsv", Thing("x\\")) == "x\\\\\ta|b\\|c\n"
    assert written(ROWS, "csv", Thing("x"), header=False) == "x,a|b\\|c\n"


def test_kept_columns_come_first_and_stay_in_their_column() -> None:
    nan = float("nan")
    things = (Thing("x", columns={"id": 1, "name": "y", "n": nan}), Thing("z", columns={"more": 3, "n": [1, None]}))
    table = list(csv.reader(io.StringIO(written(ROWS, "csv", *things, keep_columns=True))))
    assert table == [
        ["id", "original_name", "n", "name", "tags"],
        ["1", "y", "NaN", "x", "a|b\\|c"],
        ["", "", "[1, null]", "z", "a|b\\|c"],
    ]
    assert written(ROWS, "tsv", *things, keep_columns=True).startswith("id\toriginal_name\tn\tname\ttags\n")
    assert not written(ROWS, "tsv", *things, keep_columns=True, header=False).startswith("id")


def test_a_kept_column_hides_no_field_of_ours() -> None:
    found = strictly(written(LAYOUT, "jsonl", Thing("x", columns={"version": "v2", "note": 1}), keep_columns=True))
    assert (found["version"], found["original_version"], found["note"]) == (1, "v2", 1)


def test_a_terminal_is_sent_nothing_that_it_would_act_on() -> None:
    for form in ("tsv", "csv", "jsonl", "json"):
        thing = Thing("\x1b[2J", columns={"\x1b[3J": "\x9b5m"})
        shown = written(LAYOUT, form, thing, tty=True, keep_columns=True)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
