"""Results as dicts and as tables."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from lstmcli.classification.results import ClassReport, ClassScore
from lstmcli.comparison.results import ClassifierFigures, ComparedModel, LmComparison
from lstmcli.errors import UsageError
from lstmcli.generation.results import Continuation
from lstmcli.inspection.results import Gate, Inspection, Layer, TokenRead
from lstmcli.results import Result, Results
from lstmcli.scoring.results import LmReport, Surprisal


@dataclass(frozen=True, slots=True)
class Row(Result):
    a: int
    parts: tuple[Row, ...] = ()


def test_results_within_are_dicts_too() -> None:
    assert Row(1, (Row(2),)).to_dict() == {"a": 1, "parts": ({"a": 2, "parts": ()},)}
    assert Results([Row(1), Row(2)]).to_dicts()[1]["a"] == 2
    assert not hasattr(Row(1), "__dict__")


def test_several_are_a_table_one_below_the_other() -> None:
    pytest.importorskip("pandas")
    table = Results([Surprisal("a", 1.5, 2.0, 1), Surprisal("b", 2.5, None, 1)]).to_pandas()
    assert list(table) == ["text", "surprisal", "entropy", "line", "tokens", "oov", "unknown"]  # none is empty
    assert list(table["surprisal"]) == [1.5, 2.5] and list(table["text"]) == ["a", "b"]
    assert len(LmReport.of(10.0, tokens=3, words=2, characters=5, bytes=5, lines=1).to_pandas()) == 1


def test_a_report_is_a_row_for_each_class() -> None:
    pytest.importorskip("pandas")
    scores = (ClassScore("a", 1.0, 0.5, 0.6, 3), ClassScore("b", 0.5, 0.5, 0.5, 4))
    report = ClassReport(7, 0.5, 0.5, 0.5, 0.5, 0.5, scores, ("a", "b"), (), 0.1, 0.7)
    assert list(report.to_pandas()["f1"]) == [0.6, 0.5]


def test_an_inspection_is_a_row_for_each_token() -> None:
    pytest.importorskip("pandas")
    layer = Layer(1, 1, "forward", 2, (Gate("input", (0.1, 0.2), (0.0, 0.0)),), {"cell": (1.0, 2.0)})
    tokens = (TokenRead("a", 0, 1, surprisal=3.0, entropy=2.0), TokenRead("b", 2, 3, surprisal=4.0, entropy=2.0))
    table = Inspection("a b", 1, "", "lm", "LSTM", tokens, (layer,)).to_pandas()
    assert list(table["layer1.forward.input"]) == [0.1, 0.2] and list(table["surprisal"]) == [3.0, 4.0]


def test_a_comparison_is_a_row_for_each_model() -> None:
    from lstmcli.comparison.results import ClassifierComparison

    one = ClassifierFigures(ComparedModel("small", "lstm", "models/small"), 0.9, 0.8, 0.1, None, None)
    found = ClassifierComparison("t", 3, ("a",), False, (one,), (), (), (), 0, ())
    assert found._rows() == [
        {"model": "small", "accuracy": 0.9, "macro_f1": 0.8, "ece": 0.1, "texts_per_second": None, "cold_start": None}
    ]
    assert LmComparison("t", 1, 1, 1, 1, (), (), (), "", ())._rows() == []


def test_a_continuation_as_text_is_the_whole_text() -> None:
    assert str(Continuation("It was", " late", -1.0, 1, "end")) == "It was late"


def test_without_pandas_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="needs pandas") as found:
        Row(1).to_pandas()
    assert "to_dict" in (found.value.hint or "")
