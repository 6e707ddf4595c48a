"""Files of answers: what is read from each form, and what is said when a file does not belong to the texts."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstmcli.cli.output.writer import Layout, RowWriter
from lstmcli.comparison.answer_files import LogProbabilities, Predictions, Rows, are_numbers, read_rows
from lstmcli.data.records import Record
from lstmcli.errors import DataError, LstmError, NoDataError

LABELS = ("bad", "so so", "很好")


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "answers"
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


def texts(n: int) -> list[Record]:
    return [Record(f"text {i}") for i in range(n)]


def answers(path: Path, n: int, multilabel: bool = False) -> tuple[list[list[str]], Any]:
    column = Predictions("x", path, "__label__")
    found = column.answer(texts(n), LABELS, multilabel)
    column.finish(n)
    return [[LABELS[c] for c in np.flatnonzero(row)] for row in found.called_NC], found.confidence


@pytest.mark.parametrize(
    "text",
    [
        "bad\nso so\n很好\n",
        "bad\r\nso so\r\n很好",
        "\ufeffbad\nso so\n很好\n",
        "bad\t0.5\nso so\t0.25\n很好\t1\n",
        "".join(json.dumps({"label": label, "probability": 0.5}) + "\n" for label in LABELS),
        json.dumps([{"label": label} for label in LABELS], indent=1),
    ],
)
def test_labels(file: Any, text: str) -> None:
    assert answers(file(text), 3)[0] == [["bad"], ["so so"], ["很好"]]


def test_probabilities(file: Any) -> None:
    assert answers(file("bad\t0.5\nbad\t1\n"), 2)[1].tolist() == [0.5, 1.0]
    assert answers(file("__label__bad 1.00001\n__label__很好\n"), 2)[0] == [["bad"], ["很好"]]
    assert np.isnan(answers(file("bad\nbad\n"), 2)[1]).all()
    with pytest.raises(DataError, match="7 is not a probability"):
        answers(file("bad\t7\n"), 1)


def test_no_answer_is_an_answer(file: Any) -> None:
    assert answers(file("bad\n\nbad\n"), 3)[0] == [["bad"], [], ["bad"]]
    assert answers(file('{"label": null, "probability": 0.2}\n'), 1)[0] == [[]]


def test_label_sets(file: Any) -> None:
    assert answers(file("bad|很好\n\n"), 2, True)[0] == [["bad", "很好"], []]
    assert answers(file('{"label": "bad", "labels": ["bad", "so so"]}\n'), 1, True)[0] == [["bad", "so so"]]
    assert answers(file("__label__bad 0.9 __label__很好 0.8\n"), 1, True)[0] == [["bad", "很好"]]


def test_escapes_of_our_own_tsv(tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_text("a\\tb\\\\c\t0.5\n", encoding="utf-8")
    assert Predictions("x", path, "__label__").found() == {"a\tb\\c"}
    path.write_text("C:\\docs\t0.5\n", encoding="utf-8")  # of another program
    assert Predictions("x", path, "__label__").found() == {"C:\\docs"}


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4, unique=True), st.booleans())
@example(["a|b", "c\\"], True)
@example(["\\|", "\\\\|n", "\\n", "\x1b[1m", "\\x1b"], True)
@example(["a|b"], False)
def test_labels_of_our_own_tsv_are_read_as_they_were_written(labels: list[str], several: bool) -> None:
    labels = labels if several else labels[:1]
    if any("\ud800" <= c <= "\udfff" for c in "".join(labels)) or labels[0].startswith("\ufeff"):
        return
    out = io.StringIO()
    value = tuple(labels) if several else labels[0]
    layout: Layout[None] = Layout(lambda _: {"labels": value, "probability": 0.5})
    RowWriter(layout, "tsv", out, headed=False).write(None)
    rows = Rows([out.getvalue().removesuffix("\n")], Path("a.tsv"))
    column = Predictions("x", Path("a.tsv"), "__label__", rows)
    found = column.answer([Record("text")], labels, several)
    assert found.called_NC.all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bad\nworse\n", r"answers, line 2: 'worse' is not one of the labels 'bad'"),
        ("bad\n", "holds 1 prediction, the source 2 texts"),
        ("bad\nbad\nbad\n", "holds 3 predictions, the source 2 texts"),
        ('{"label": "bad"}\nbad\n', "answers, line 2: is broken JSON"),
        ('{"label": "bad"}\n[]\n', "line 2: is not a JSON object"),
        ('{"label": "bad"}\n{"text": "text 1"}\n', "line 2: this row has no 'label'"),
        ('{"label": "bad", "text": "text 0"}\n{"label": "bad", "text": "?"}\n', "line 2: this row belongs to another"),
        ("", "is empty"),
    ],
)
def test_what_does_not_belong_to_the_texts(file: Any, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        answers(file(text), 2)


def test_other_encodings_are_named(file: Any) -> None:
    with pytest.raises(DataError, match="is not UTF-8"):
        read_rows(file("很好\n", "gbk"))
    with pytest.raises(NoDataError):
        read_rows(file("\n \n"))


def costs(path: Path, n: int, base: str = "e") -> list[float]:
    column = LogProbabilities("x", path, base)
    found = [cost.nats for cost in column.score(texts(n), True)]
    column.finish(n)
    return found


def test_log_probabilities(file: Any) -> None:
    assert costs(file("-1\n-2.5\n0\n"), 3) == [1, 2.5, 0]
    assert costs(file("-1\n-2\n"), 2, "10") == pytest.approx([math.log(10), math.log(100)])
    assert costs(file("-1\n"), 1, "2") == pytest.approx([math.log(2)])
    assert costs(file('{"surprisal": 3, "text": "text 0"}\n'), 1, "10") == pytest.approx([math.log(8)])
    assert costs(file('{"logprob": -3}\n'), 1) == [3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1\nminus two\n", "line 2: 'minus two' is not a number"),
        ("-1\n3\n", "line 2: 3 is not the logarithm of a probability"),
        ("-1\nnan\n", "line 2: nan is not the logarithm"),
        ("-1\n-inf\n", "line 2: -inf is not the logarithm"),
        ('{"logprob": -1}\n{"label": "bad"}\n', "line 2: this row has neither"),
        ("-1\n", "holds 1 log-probability, the source 2 texts"),
        ("-1\n-1\n-1\n", "holds 3 log-probabilities, the source 2 texts"),
        ('[{"logprob": -1},\n\n\n{"label": "bad"}]', "row 2: this row has neither"),
        ('{"logprob": -1}\n\n{"logprob": }\n', "line 2: is broken JSON: it ends too early"),
        ('{"logprob": -1}\n{"logprob": }\n', "line 2: is broken JSON: Expecting value, at column 13"),
        ('[{"logprob": -1},\n{"logprob": }]\n', "line 2: is broken JSON: Expecting value, at column 13"),
        ('[{"logprob": -1},\n3]', "row 2: is not a JSON object"),
    ],
)
def test_what_is_no_log_probability(file: Any, text: str, said: str) -> None:
    with pytest.raises(LstmError, match=said):
        costs(file(text), 2)


def test_what_a_file_holds_where_no_model_tells() -> None:
    assert are_numbers(["-1.5", "0"]) and are_numbers([{"surprisal": 1.0}]) and are_numbers([{"logprob": -1.0}])
    assert not are_numbers(["1", "0"]) and not are_numbers(["bad"]) and not are_numbers([{"label": "x", "logprob": 1}])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"label": ' + "[" * 90_000 + "}", "nested too deep"),
        ('{"label": "bad", "probability": NaN}', "nan is not a probability"),
        ('{"label": "bad", "probability": 1' + "0" * 400 + "}", "inf is not a probability"),
        ('{"label": ' + "9" * 5000 + "}", "4,300 digits"),
        ('[{"label": "bad"}, 3]', "row 2: is not a JSON object"),
    ],
    ids=["deep", "nan", "huge", "digits", "row"],
)
def test_json_that_cannot_be_an_answer(file: Any, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        answers(file(text), 1)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "1" + "0" * 400, "-1"])
@pytest.mark.parametrize("name", ["surprisal", "logprob"])
def test_numbers_that_are_no_surprisal(file: Any, name: str, value: str) -> None:
    column = LogProbabilities("x", file(f'{{"{name}": {value}}}'), "e")
    if (name, value) == ("logprob", "-1"):
        column.score(texts(1), pieces=False)
        return
    with pytest.raises(DataError, match="is not the logarithm of a probability"):
        column.score(texts(1), pieces=False)
