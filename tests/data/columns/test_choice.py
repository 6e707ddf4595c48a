"""Text and label columns: as asked, by name, by shape, or an error that helps."""

from __future__ import annotations

from typing import Any

import pytest

from lstmcli.data.columns.choice import Chosen, choose_columns
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.delimited import CSV
from lstmcli.data.table import Table
from lstmcli.errors import DataError

LONG = "a text of several words"


def choose(
    row: dict[str, Any] | list[dict[str, Any]],
    labelled: bool | None = True,
    prefer: ReadConfig | None = None,
    **read: Any,
) -> Chosen:
    rows = row if isinstance(row, list) else [row]
    table = Table(CSV, tuple(rows[0]), lambda: iter(()), rows, headed="1" not in rows[0])
    return choose_columns(table, ReadConfig(**read), "a.csv", labelled=labelled, prefer=prefer)


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        ("text label", "text", "label"),
        ("Label Sentence", "Sentence", "Label"),
        ("id,review,sentiment", "review", "sentiment"),
        ("v0 Text topic", "Text", "topic"),
        ("类别 评论", "评论", "类别"),
        ("review stars category", "review", "category"),
        ("Class Index,Title,Description", "Title,Description", "Class Index"),
        ("标题 正文 标签", "标题,正文", "标签"),
        ("headline category", "headline", "category"),
        ("question intent source", "question", "intent"),
    ],
)
def test_usual_names(columns: str, text: str, label: str) -> None:
    names = columns.split("," if "," in columns else None)
    chosen = choose(dict.fromkeys(names, "x"))
    assert (",".join(chosen.text_columns), chosen.label_column) == (text, label)


def test_columns_are_chosen_by_content_without_known_names() -> None:
    rows = [{"id": str(i), "v1": "ham" if i % 3 else "spam", "v2": f"{LONG} {i}", "set": "a"} for i in range(20)]
    assert choose(rows) == Chosen(("v2",), "v1")
    assert choose([{"x": LONG, "y": "pos"}]) == Chosen(("x",), "y")


def test_without_a_header_title_and_description_go_together() -> None:
    rows = [{"1": str(i % 4), "2": f"a title with {i}", "3": f"{LONG}, the longer one {i}"} for i in range(20)]
    assert choose(rows) == Chosen(("2", "3"), "1")


def test_the_options_come_first() -> None:
    row = {"text": LONG, "title": "t", "label": "a", "other": "b"}
    assert choose(row, text_columns=("other", " TITLE "), label_column="text") == Chosen(("other", "title"), "text")
    assert choose(row, label_column="text").text_columns == ("title",)


def test_the_models_columns_come_before_names() -> None:
    row = {"text": LONG, "notes": LONG, "label": "a", "kind": "b"}
    prefer = ReadConfig(text_columns=("notes",), label_column="kind")
    assert choose(row, prefer=prefer) == Chosen(("notes",), "kind")
    assert choose(row, prefer=ReadConfig(text_columns=("gone",))) == Chosen(("text",), "label")


def test_a_wrong_name_gets_the_nearest() -> None:
    with pytest.raises(DataError, match="there is no column 'sentimnet'; the columns are 'text', 'sentiment'") as error:
        choose({"text": LONG, "sentiment": "a"}, label_column="sentimnet")
    assert error.value.hint == "did you mean 'sentiment'?"
    assert error.value.path == "a.csv"


def test_missing_labels_are_an_error_only_if_required() -> None:
    rows = [{"text": LONG + str(i), "id": str(i)} for i in range(9)]
    with pytest.raises(DataError, match="no label column found; the columns are 'text', 'id'"):
        choose(rows)
    assert choose(rows, None) == Chosen(("text",), None)
    with pytest.raises(DataError, match="only one column, 'text'"):
        choose({"text": LONG})
    assert choose({"label": LONG}, None) == Chosen(("label",), None)
    assert choose({"text": LONG, "label": "a"}, False) == Chosen(("text",), None)


def test_no_text_at_all() -> None:
    with pytest.raises(DataError, match="can be told to be the text") as error:
        choose({"a": "x"}, label_column="a")
    assert "--text-column" in (error.value.hint or "")


def test_lists_as_labels() -> None:
    rows = [{"what": LONG + str(i), "kinds": ["a", "b"][: i % 3]} for i in range(9)]
    assert choose(rows) == Chosen(("what",), "kinds")
    nested = [{"what": LONG + str(i), "kinds": {"a": 1}, "ok": i % 2} for i in range(9)]
    assert choose(nested) == Chosen(("what",), "ok")


def test_a_translation_is_no_label() -> None:
    rows = [{"source": f"{LONG} {i}", "target": f"ein Text aus Wörtern {i}"} for i in range(20)]
    assert choose(rows, None) == Chosen(("source",), None)
