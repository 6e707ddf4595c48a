"""One input, one answer, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lstmcli.classification.results import Prediction
from lstmcli.cli.output.predictions import writer

SURE = Prediction("a fine film", "good", 0.75, {"good": 0.75, "bad": 0.25})
UNSURE = replace(SURE, text="line\nbreak\ttab", label=None)
MANY = Prediction("x", "a|b", 0.9, {"a|b": 0.9, "c d": 0.8, "e": 0.1}, labels=("a|b", "c d"))
NONE = replace(MANY, label=None, labels=())
ROW = replace(SURE, columns={"id": 7, "text": "a fine film", "label": "bad", "tags": ["x", "y"], "none": None})
LABELS = st.text(min_size=1, max_size=5)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(
    format: str,
    *predictions: Prediction,
    top: int | None = None,
    keep: bool = False,
    tty: bool = False,
    header: bool | None = None,
) -> str:
    out = Terminal(newline="") if tty else io.StringIO(newline="")
    to = writer(format, out, top=top, keep_columns=keep, header=header)
    for prediction in predictions:
        to.write(prediction)
    to.close()
    return out.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("top", [None, 1, 2, 3])
def test_a_table_fits_the_window_and_shows_every_answer(
    width: int, top: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    probabilities = {"消极评价": 0.6, "so so": 0.3, "good": 0.1}
    best = dict(list(probabilities.items())[:top])
    rows = written("table", Prediction("这部电影很好看，" * 9, "消极评价", 0.6, best), top=top).splitlines()
    assert all(cell_len(row) <= width for row in rows)
    answers = " ".join(rows[1:])
    assert all(f"{p:.4f}" in answers for p in ([0.6] if top is None else best.values()))
    assert "消极" in answers and ("这部" in answers) == (width >= 40)


def test_tsv() -> None:
    assert written("tsv", SURE, UNSURE) == "good\t0.7500\n\t0.7500\n"
    assert written("tsv", SURE, UNSURE, top=2) == "good\t0.7500\tbad\t0.2500\n\t0.7500\tbad\t0.2500\n"
    assert written("tsv", MANY, NONE) == "a\\|b|c d\t0.9000\n\t0.9000\n"
    assert written("csv", MANY).splitlines()[1] == "a\\|b|c d,0.900000,x"
    assert written("tsv", Prediction("x", "a|b", 0.9, {"a|b": 0.9})) == "a|b\t0.9000\n"  # one label is not escaped
    assert written("tsv", ROW, keep=True) == '7\ta fine film\tbad\t["x", "y"]\t\tgood\t0.7500\n'


def test_csv() -> None:
    assert written("csv", SURE, UNSURE).splitlines()[:2] == ["label,probability,text", "good,0.750000,a fine film"]
    assert list(csv.reader(io.StringIO(written("csv", UNSURE))))[1] == ["", "0.750000", "line\nbreak\ttab"]
    assert written("csv", SURE, top=2).splitlines()[0] == "label,probability,label_2,probability_2,text"
    assert written("csv") == "label,probability,text\n"


def test_csv_keeps_columns_and_the_answer_keeps_its_name() -> None:
    (row,) = csv.DictReader(io.StringIO(written("csv", ROW, keep=True)))
    assert row == {
        "id": "7",
        "text": "a fine film",
        "original_label": "bad",
        "tags": '["x", "y"]',
        "none": "",
        "label": "good",
        "probability": "0.750000",
    }


def test_jsonl() -> None:
    first, second, third = map(json.loads, written("jsonl", SURE, UNSURE, MANY).splitlines())
    assert first == {
        "version": 1,
        "label": "good",
        "probability": 0.75,
        "probabilities": {"good": 0.75, "bad": 0.25},
        "text": "a fine film",
    }
    assert second["label"] is None and second["text"] == "line\nbreak\ttab"
    assert third["labels"] == ["a|b", "c d"]


def test_jsonl_keeps_columns_under_names_that_hide_nothing() -> None:
    row = json.loads(written("jsonl", ROW, keep=True))
    assert (row["id"], row["label"], row["original_label"], row["tags"]) == (7, "good", "bad", ["x", "y"])
    assert "original_text" not in row
    assert json.loads(written("jsonl", replace(ROW, text="joined"), keep=True))["original_text"] == "a fine film"


def test_json_is_one_array() -> None:
    assert [row["label"] for row in json.loads(written("json", SURE, UNSURE))] == ["good", None]
    assert json.loads(written("json")) == []


@given(st.lists(st.tuples(LABELS, st.text(max_size=20)), min_size=1, max_size=4))
def test_one_line_or_row_for_each_input(pairs: list[tuple[str, str]]) -> None:
    predictions = [Prediction(text, label, 0.5, {label: 0.5}) for label, text in pairs]
    assert len(written("tsv", *predictions).splitlines()) == len(pairs)
    assert len(written("jsonl", *predictions).splitlines()) == len(pairs)
    assert len(written("table", *predictions, tty=True).splitlines()) == len(pairs) + 1
    assert [row["text"] for row in json.loads(written("json", *predictions))] == [text for _, text in pairs]


@pytest.mark.parametrize("format", ["table", "tsv", "csv", "jsonl", "json"])
def test_nothing_a_terminal_would_act_on_reaches_a_terminal(format: str) -> None:
    bad = Prediction("\x1b]0;x\x07\x9b2J", "\x1b[31m", 0.5, {"\x1b[31m": 0.5, "b": 0.5}, columns={"c": "\x1b[5m"})
    for keep in (False, True):
        for top in (None, 2):
            shown = written(format, bad, top=top, keep=keep, tty=True)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


@pytest.mark.parametrize("columns", [20, 40, 80])
@given(text=st.text(max_size=200), label=LABELS)
def test_a_table_row_fits_the_window(columns: int, text: str, label: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        prediction = Prediction(text, label, 0.5, {label: 0.5, "一个很长很长的标签": 0.5})
        for line in written("table", prediction, prediction, tty=True).splitlines():
            assert cell_len(line) <= columns


def test_columns_of_a_table_stand_in_line() -> None:
    head, first, second = written("table", SURE, replace(SURE, text="好看", label="bad"), tty=True).splitlines()
    assert head.index("text") == first.index("a fine film") == second.index("好看")


def test_an_abstention_is_seen_in_a_table() -> None:
    assert written("table", UNSURE, tty=True).splitlines()[1].startswith("– ")


def test_a_header_is_written_where_it_is_asked_for() -> None:
    assert written("tsv", SURE, header=True) == "label\tprobability\ngood\t0.7500\n"
    assert written("tsv", SURE) == written("tsv", SURE, header=False) == "good\t0.7500\n"
    assert written("tsv", SURE, top=2, header=True).splitlines()[0] == "label\tprobability\tlabel_2\tprobability_2"
    kept = written("tsv", ROW, keep=True, header=True).splitlines()
    assert kept[0].split("\t") == ["id", "text", "original_label", "tags", "none", "label", "probability"]
    assert len(kept[1].split("\t")) == len(kept[0].split("\t"))
    assert written("tsv", header=True) == "label\tprobability\n"
    assert written("csv", SURE, header=False) == "good,0.750000,a fine film\n"
    assert written("csv", SURE) == written("csv", SURE, header=True)


def test_labels_are_not_cut_for_the_sake_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    best = {"technology": 0.6, "business": 0.3, "science": 0.1}
    _, first, *more = written(
        "table", Prediction("a market fell", "technology", 0.6, best), top=3, tty=True
    ).splitlines()
    assert first.split() == ["technology", "0.6000", "a", "market", "fell"]
    assert [line.split() for line in more] == [["business", "0.3000"], ["science", "0.1000"]]
