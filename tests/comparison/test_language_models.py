"""Language models against each other: figures as perplexity has them, spans in the right place, symmetric rules."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lstmcli.comparison.compare import identify
from lstmcli.comparison.language_models import compare
from lstmcli.comparison.models import Cost, Pieces
from lstmcli.comparison.results import ComparedModel, LmComparison
from lstmcli.data.records import Record
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring.perplexity import Text, perplexity
from support.compared import compared
from support.lm_models import LINES, untrained_lm

few = settings(max_examples=15)
RECORDS = [Record(line, line=n) for n, line in enumerate(LINES, 1)]


class Column:
    """So many nats for each word, and none for what closes a line."""

    tokenizer, lowercase, reading = "words", False, "lines"

    def __init__(self, name: str, nats: list[list[float]], code: str | None = "same") -> None:
        self.about, self.code = ComparedModel(name, "lstm", name), code
        self._nats, self._at = nats, 0

    def score(self, records: Any, pieces: bool) -> list[Cost]:
        found = []
        for record in records:
            own = np.array([*self._nats[self._at], 0.0])
            self._at += 1
            ends = np.cumsum([len(word) + 1 for word in record.text.split()]) - 1
            detail = Pieces(record.text, [*ends.tolist(), len(record.text) + 1], own, np.zeros(len(own), np.bool_))
            found.append(Cost(float(own.sum()), len(own), 0, [detail] if pieces else []))
        return found

    def finish(self, texts: int) -> None:
        assert self._at == texts


def run(one: list[list[float]], two: list[list[float]], shown: int = 3, **more: Any) -> LmComparison:
    records = [Record(" ".join("w" * 4 for _ in words), line=n) for n, words in enumerate(one, 1)]
    return compare([Column("x", one, **more), Column("y", two)], records, "file", shown)


def test_a_text_worked_by_hand() -> None:
    found = run([[1, 2], [3]], [[2, 2], [1]])
    x, y = found.models
    assert (found.lines, found.words, found.chars, found.bytes) == (2, 3, 15, 15)
    assert (x.nats, y.nats) == (6, 5) and x.bits_per_byte == pytest.approx(6 / math.log(2) / 15)
    assert (x.word_perplexity, y.word_perplexity) == pytest.approx((math.exp(6 / 3), math.exp(5 / 3)))
    assert (x.perplexity, found.token_perplexity) == (pytest.approx(math.exp(6 / 5)), "")
    (difference,) = found.differences
    assert difference.difference == pytest.approx(-1 / math.log(2) / 15) and difference.better == "y"
    assert difference.p_value == 1.0 and difference.significant is False  # 1 and -2: any exchange is as large
    gains = [(span.better, span.line, round(span.gain * math.log(2), 6)) for span in found.spans]
    assert gains == [("y", 2, 2.0), ("x", 1, 1.0)]
    assert run([[1, 2], [3]], [[2, 2], [1]], shown=0).spans == ()


pairs = st.lists(st.tuples(st.floats(0.01, 9), st.floats(0.01, 9)), min_size=2, max_size=12)


@few
@given(pairs)
def test_swapping_the_models_flips_the_sign(drawn: Any) -> None:
    one, two = [[a] for a, _ in drawn], [[b] for _, b in drawn]
    (there,), (back,) = run(one, two).differences, run(two, one).differences
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.interval is not None and back.interval is not None
    assert (there.interval.low, there.interval.high) == pytest.approx((-back.interval.high, -back.interval.low))
    assert {there.better, back.better} in ({None}, {"x", "y"})  # the same model, under its other name


def test_the_test_is_scipys_over_lines() -> None:
    random = np.random.default_rng(3)
    one = random.gamma(3, 2, 40)
    two = one + random.normal(0.3, 1, 40)
    expected = stats.permutation_test(
        (one, two),
        lambda a, b, axis: (a - b).sum(axis=axis),
        permutation_type="samples",
        random_state=np.random.default_rng(1),
    ).pvalue
    (found,) = run([[x] for x in one], [[x] for x in two]).differences
    assert found.p_value == pytest.approx(expected)


def test_rounding_is_no_difference() -> None:
    one = [[float(n + 1)] for n in range(40)]
    (found,) = run(one, [[n * (1 + 1e-8)] for (n,) in one]).differences
    assert (found.difference, found.p_value, found.better) == (0, 1, None)


def test_one_line_has_no_interval() -> None:
    found = run([[1.0]], [[2.0]])
    (difference,) = found.differences
    assert difference.interval is difference.p_value is difference.significant is None
    assert "one line: there is no interval" in found.notes[0]
    with pytest.raises(NoDataError):
        compare([Column("x", []), Column("y", [])], [], "file", 3)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("compared")
    kinds = {"words": "words", "again": "words", "bpe": "bpe", "char": "char"}
    return {name: untrained_lm(folder / name, kind) for name, kind in kinds.items()}


@pytest.mark.parametrize("how", [{}, {"stream": True}, {"lines": True}])
def test_the_figures_are_those_of_perplexity(models: dict[str, Path], how: dict[str, bool]) -> None:
    found = compared(identify([models["words"], models["bpe"]]), RECORDS, **how)
    for name, figures in zip(("words", "bpe"), found.models, strict=True):
        model = LanguageModel(models[name])
        carried = how.get("stream", False) or (name == "bpe" and not how)
        report = asdict(perplexity(model, [Text(RECORDS, carried)]))
        for measure in ("bits_per_byte", "bits_per_char", "word_perplexity", "nats", "tokens", "oov"):
            assert getattr(figures, measure) == pytest.approx(report[measure], rel=1e-6), measure
        assert figures.reading == report["reading"]
    assert any("--lines or --stream" in note for note in found.notes) == (not how)


def test_token_perplexity_only_between_equal_tokenizers(models: dict[str, Path]) -> None:
    names = ("words", "again", "bpe")
    found = compared(identify([models[name] for name in names]), RECORDS)
    assert found.models[0].perplexity == found.models[1].perplexity is not None
    assert found.models[2].perplexity is None
    assert found.token_perplexity.startswith("bpe cuts text otherwise (bpe, ")
    other = compared(identify([models["bpe"], models["char"]]), RECORDS)
    assert [figures.perplexity for figures in other.models] == [None, None]


def test_spans_add_up_whatever_the_tokenizers(models: dict[str, Path]) -> None:
    found = compared(identify([models["char"], models["bpe"]]), RECORDS, lines=True, shown=99)
    assert {span.better for span in found.spans} == {"char", "bpe"}
    for span in found.spans:
        assert span.text in LINES[span.line - 1]
        assert "".join(text for text, _ in span.pieces) == LINES[span.line - 1] + "\n"
        assert span.gain == pytest.approx(sum(saved for _, saved in span.pieces[span.first : span.last]))


def test_a_file_of_its_own_answers_is_equal(models: dict[str, Path], tmp_path: Path) -> None:
    model = LanguageModel(models["words"])
    rows = []
    for record in RECORDS:
        nats = perplexity(model, [Text([record])]).nats
        rows.append(json.dumps({"text": record.text, "surprisal": nats / math.log(2)}))
    path = tmp_path / "costs.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = compared(identify([models["words"], path]), RECORDS)
    assert found.differences[0].difference == 0 and found.differences[0].p_value == 1
    assert found.models[1].tokens is None and found.models[1].perplexity is None and found.spans == ()
    assert found.token_perplexity == "costs.jsonl gives the cost of lines, not of tokens"
    with pytest.raises(DataError, match="holds 8 log-probabilities, the source 7 texts"):
        compared(identify([models["words"], path]), RECORDS[:7])
    with pytest.raises(UsageError, match="log-base"):
        compared(identify([models["words"], path]), RECORDS, log_base="3")


def test_records_of_several_lines(models: dict[str, Path]) -> None:
    found = compared(identify([models["words"], models["char"]]), [Record("the cat\nsat", line=1)] * 3)
    assert found.lines == 6 and found.differences[0].interval is not None


def test_lower_case_is_said() -> None:
    columns = [Column("x", [[1.0]] * 2), Column("y", [[2.0]] * 2)]
    columns[1].lowercase = True
    found = compare(columns, [Record("W"), Record("V")], "file", 0)
    assert any("y: reads everything in lower case" in note for note in found.notes)
