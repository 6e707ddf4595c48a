"""``--cv``: every row is measured once, by a model that was trained without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.events import Evaluated
from lstmcli.classification.train import job
from lstmcli.cli.app import app
from lstmcli.data.folds import folds
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError, UsageError
from lstmcli.model_dir.info import info
from lstmcli.model_dir.results import cross_validated
from lstmcli.training.cross_validation import check_count, cross_validate, t_interval
from lstmcli.training.events import CrossValidated, Event, FoldMeasured
from lstmcli.training.start import Training
from support.reports import classification_report

RECORDS = [Record(f"text {n // 2}", (str(n // 2 % 3),)) for n in range(240)]


def test_folds_have_their_share_of_every_class_and_keep_texts_together() -> None:
    which = folds(RECORDS, 5, 1)
    assert Counter(which) == dict.fromkeys(range(5), 48)
    assert set(Counter((fold, r.labels) for fold, r in zip(which, RECORDS, strict=True)).values()) == {16}
    assert which[::2] == which[1::2]
    assert folds(RECORDS, 5, 1) == which != folds(RECORDS, 5, 2)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], set[str], set[str]]]:
    """Stands for training; the texts of the three parts of each model."""
    import numpy as np

    seen: list[tuple[set[str], set[str], set[str]]] = []

    def fake(run: Any, output: Path, **_: Any) -> Iterator[Event]:
        parts = (run.splits.train, run.splits.valid, run.splits.test)
        seen.append(tuple({record.text for record in part} for part in parts))  # type: ignore[arg-type]
        report = classification_report(np.eye(2), np.array([0, len(seen) % 2]), ("0", "1"))
        yield Evaluated("test", report)

    monkeypatch.setattr("lstmcli.training.cross_validation.train", fake)
    return seen


def run(splits: Splits, count: int = 5, stop: Any = lambda: False) -> list[Event]:
    return list(cross_validate(lambda part: job(part, ClassifierConfig()), splits, count, 1, stop))


def test_each_model_is_measured_on_rows_that_it_has_not_seen(measured: list[Any]) -> None:
    *each, last = run(Splits(RECORDS[:200], RECORDS[200:], [], held_out=True))
    assert [event.fold for event in each if isinstance(event, FoldMeasured)] == [1, 2, 3, 4, 5]
    assert isinstance(last, CrossValidated) and last.values == (1.0, 0.5, 1.0, 0.5, 1.0) and last.mean == 0.8
    assert last.low < 0.8 < last.high <= 1 and "80.00 %" in last.line() and "5 folds" in last.line()
    assert last.outcome()["cross_validation"]["mean"] == 0.8
    assert set().union(*(test for _, _, test in measured)) == {record.text for record in RECORDS}
    for train, valid, test in measured:
        assert train and valid and test and not (train & valid or train & test or valid & test)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Splits]:
    """Stands for training; the rows of each model."""
    import numpy as np

    seen: list[Splits] = []

    def fake(run: Any, output: Path, **_: Any) -> Iterator[Event]:
        seen.append(run.splits)
        yield Evaluated("test", classification_report(np.eye(2), np.arange(2), ("0", "1")))

    monkeypatch.setattr("lstmcli.training.cross_validation.train", fake)
    return seen


def texts(*several: Iterable[Record]) -> set[str]:
    return {record.text.lower() for each in several for record in each}


def test_a_teacher_measures_no_model(parts: list[Splits]) -> None:
    answer = {"0": 0.9, "1": 0.1}
    taught = [Record(f"TEXT {n}", ("0",), probabilities=answer, taught=True) for n in range(100, 400)]
    both = [replace(record, probabilities=answer) for record in RECORDS[:100]]
    run(Splits([*both, *RECORDS[100:200], *taught], RECORDS[200:], [], held_out=True))
    assert set().union(*(texts(part.test) for part in parts)) == texts(RECORDS)
    for part in parts:
        judging = [*part.test, *part.valid]
        assert not any(record.taught or record.probabilities for record in judging)
        own = {record.text.lower() for record in part.train if record.taught}
        assert own == texts(taught) - texts(judging)
        assert any(record.probabilities for record in part.train if not record.taught)
    parts.clear()
    run(Splits(taught, [], [], held_out=True))  # where nobody else gave a label
    assert set().union(*(texts(part.test) for part in parts)) == texts(taught)


def test_a_model_learns_from_no_text_that_judges_it(parts: list[Splits]) -> None:
    unlabelled = [Record(f" TEXT  {n}") for n in range(200)]
    run(Splits(RECORDS, [], [], held_out=True, unlabelled=unlabelled, fingerprint="f"))
    for part in parts:
        judged = {record.text for record in (*part.test, *part.valid)}
        expected = {f"text {n}" for n in range(200)} - judged
        assert {" ".join(record.text.lower().split()) for record in part.unlabelled} == expected
    assert len({part.fingerprint for part in parts}) == 5  # tokens that are kept in the cache are those of one model
    parts.clear()
    given = RECORDS[60:100]
    run(Splits(RECORDS, given, []))
    for part in parts:
        assert part.valid and not texts(part.valid) & texts(part.test)
    assert set().union(*(texts(part.valid) for part in parts)) == texts(given)


def test_each_model_holds_out_the_share_that_was_asked_for(parts: list[Splits], tmp_path: Path) -> None:
    for share, least, most in ((0.3, 0.27, 0.31), (None, 0.05, 0.11)):
        splits = Splits(RECORDS, [], [], held_out=True)
        list(cross_validate(lambda part: job(part, ClassifierConfig()), splits, 4, 1, bool, valid_fraction=share))
        for part in parts:
            assert least < len(part.valid) / (len(part.valid) + len(part.train)) < most
        parts.clear()
    (tmp_path / "rows.csv").write_text("label,text\n" + "".join(f"{n % 2},word {n}\n" for n in range(200)), "utf-8")
    given = {"valid_fraction": 0.3}
    with Training(str(tmp_path / "rows.csv"), given, output=tmp_path / "m", cv=4, dry_run=False) as training:
        before = training._before
        assert before is not None
        assert sum(isinstance(event, FoldMeasured) for event in before(lambda: False)) == 4
    assert {len(part.valid) for part in parts} <= set(range(42, 47))


def test_it_ends_when_asked(measured: list[Any]) -> None:
    assert run(Splits(RECORDS, [], [], held_out=True), stop=lambda: bool(measured)) == []


def test_what_makes_no_sense_is_refused(measured: list[Any]) -> None:
    with pytest.raises(DataError, match="too few"):
        run(Splits(RECORDS[:9], [], [], held_out=True))
    with pytest.raises(DataError, match="fewer different texts"):
        run(Splits([Record("one", ("0",))] * 30, [], [], held_out=True))
    with pytest.raises(UsageError, match="needs labels"):
        run(Splits(RECORDS, [], [], labelled=False))
    for count, how in ((1, {}), (21, {}), (5, {"time": "1m"}), (5, {"resume": True})):
        with pytest.raises(UsageError, match="--cv"):
            check_count(count, **{"time": None, "resume": False, **how})  # type: ignore[arg-type]
    check_count(None, time="1m", resume=True)


def test_the_interval_is_students() -> None:
    low, high = t_interval([0.7, 0.8, 0.9])
    assert low == pytest.approx(0.8 - 4.302653 * 0.1 / 3**0.5, abs=1e-6) and high == 1.0


def test_its_figure_is_kept_with_the_model(tmp_path: Path) -> None:
    rows = [f"{('warm', 'cold')[n % 2]},{('sun', 'ice')[n % 2]} {n}" for n in range(60)]
    (tmp_path / "rows.csv").write_text("label,text\n" + "\n".join(rows) + "\n", "utf-8")
    run = [
        "train",
        str(tmp_path / "rows.csv"),
        "-o",
        str(tmp_path / "m"),
        *["--cv", "2", "--epochs", "1", "--hidden", "4"],
    ]
    found = CliRunner().invoke(app, [*run, "--embedding", "4", "--threads", "1"])
    assert found.exit_code == 0
    said = [line for line in found.stderr.splitlines() if line.startswith("cross-validation: accuracy ")]
    assert len(said) == 2 and said[0] == said[1]  # after the folds and at the end
    figures = said[0].removeprefix("cross-validation: ")
    told = info(tmp_path / "m").cross_validation
    assert len(told["values"]) == 2 and told["low"] <= told["mean"] <= told["high"]
    assert figures in (tmp_path / "m" / "README.md").read_text("utf-8")
    shown = CliRunner().invoke(app, ["info", str(tmp_path / "m")], env={"COLUMNS": "200"}).stdout
    assert figures in shown
    assert cross_validated({}) == cross_validated({"mean": "x"}) == ""
