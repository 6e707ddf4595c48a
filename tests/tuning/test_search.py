"""A search with training that takes no time: the best model is always there, and a search can go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmcli.classification.events import Evaluated
from lstmcli.data.records import Record, Splits
from lstmcli.errors import LstmError, OutputError, UsageError
from lstmcli.model_dir.directory import read_model
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING
from lstmcli.training.events import Event, Stopped, Validated, Warned
from lstmcli.tuning.events import Continued, SearchEnded, TrialBegun, TrialEnded
from lstmcli.tuning.journal import journal_folder
from lstmcli.tuning.repeat import train_command
from lstmcli.tuning.search import Search
from support.models import stub_model
from support.reports import classification_report

pytest.importorskip("optuna")

SPLITS = Splits([Record("good", ("1",))] * 9, [Record("bad", ("0",))], [], fingerprint="f")
REPORT = classification_report(np.eye(2), np.arange(2), ("0", "1"))


class FakeTraining:
    """Stands for ``training.run.train``: the accuracy depends on the learning rate and the units."""

    def __init__(self) -> None:
        self.fails: set[int] = set()
        self.calls = 0

    def __call__(self, job: Any, output: Path, **how: Any) -> Iterator[Event]:
        self.calls += 1
        if self.calls in self.fails:
            raise LstmError("out of luck")
        value = 1.0 / (1 + abs(job.config.model.hidden - 120) / 40 + abs(job.config.train.learning_rate - 2e-3) * 20)
        for epoch in (1, 2, 3):
            yield Validated(epoch, epoch, 0.1, "accuracy", value * epoch / 3, value, True)
        yield Stopped("time" if self.calls == 2 else "finished", 3, 3, 0.0)
        stub_model(output, force=True, command=how["command"])
        yield Evaluated("valid", replace(REPORT, accuracy=value))


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    fake = FakeTraining()
    monkeypatch.setattr("lstmcli.training.run.train", fake)
    return fake


def search(output: Path, trials: int | None, **how: Any) -> list[Event]:
    given = {"source": "data.csv", "seconds": 1e6, "trials": trials, **how}
    return list(
        Search(
            given.pop("splits", SPLITS), given.pop("task", CLASSIFICATION), {"seed": 3}, output=output, **given
        ).run()
    )


def ended(events: list[Event]) -> list[TrialEnded]:
    return [event for event in events if isinstance(event, TrialEnded)]


@pytest.mark.slow
def test_the_best_model_is_kept_with_the_command_that_repeats_it(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    events = search(output, 12)
    trials = ended(events)
    assert [event.trial for event in trials] == list(range(1, 13)) and trials[0].improved
    values = [event.value or 0.0 for event in trials]
    assert [event.improved for event in trials] == [value > max([0.0, *values[:n]]) for n, value in enumerate(values)]
    assert any(event.outcome_of_trial == "pruned" and event.value is None for event in trials)
    (end,) = (event for event in events if isinstance(event, SearchEnded))
    found = end.result
    assert found.value == max(values) >= values[0] == found.default_value and values[found.trial - 1] == found.value
    begun = [event for event in events if isinstance(event, TrialBegun)][found.trial - 1]
    assert found.settings == begun.settings
    assert f"--hidden {begun.settings['hidden']}" in found.command and "--seed 3" in found.command
    assert read_model(output).config["command"] == found.command.replace(" --time 300000s", "")
    assert sum(each.share for each in found.importances) == pytest.approx(1)
    assert {each.option for each in found.importances} & {"hidden", "learning_rate"}
    assert [path.name for path in journal_folder(output).iterdir()] == ["journal.log"]


def test_a_search_goes_on_where_it_was(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    first = search(output, 3)
    with pytest.raises(OutputError, match="search already"):
        search(output, 5)
    again = search(output, 5, resume=True)
    (going,) = (event for event in again if isinstance(event, Continued))
    best = max(event.value or 0.0 for event in ended(first))
    assert going.trials == 3 and going.best == best and [event.trial for event in ended(again)] == [4, 5]
    with pytest.raises(UsageError, match="other data or options"):
        search(output, 5, resume=True, splits=replace(SPLITS, fingerprint="g"))
    assert [event.trial for event in ended(search(output, 1, force=True))] == [1]
    spent = search(output, None, resume=True, seconds=1e-9)
    assert not ended(spent) and any(isinstance(event, Warned) and "too short" in event.message for event in spent)


def test_a_trial_that_fails_does_not_end_the_search(training: FakeTraining, tmp_path: Path) -> None:
    training.fails = {2}
    found = ended(search(tmp_path / "model", 4))
    assert [event.outcome_of_trial == "failed" for event in found] == [False, True, False, False]
    assert found[1].why == "out of luck"


def test_when_the_first_trial_fails_its_error_is_told(training: FakeTraining, tmp_path: Path) -> None:
    training.fails = {1}
    with pytest.raises(LstmError, match="out of luck"):
        search(tmp_path / "model", 4)


def test_it_stops_when_asked(training: FakeTraining, tmp_path: Path) -> None:
    run = Search(SPLITS, CLASSIFICATION, {}, source="data.csv", output=tmp_path / "model", seconds=1e6)
    events = list(run.run(lambda: training.calls >= 2))
    assert len(ended(events)) == 2 and isinstance(events[-1], SearchEnded)


def test_other_tasks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not apply to language models"):
        search(tmp_path / "model", 1, task=LANGUAGE_MODELING)


def test_the_journal_is_no_pickle(training: FakeTraining, tmp_path: Path) -> None:
    search(tmp_path / "model", 1)
    for line in (journal_folder(tmp_path / "model") / "journal.log").read_text().splitlines():
        json.loads(line)


def test_commands_are_written_as_a_shell_reads_them() -> None:
    options = {"text_columns": ["a b", "c"], "strip_html": True, "keep_case": False, "header": False, "size": "2M"}
    expected = "lstm train 'my data.csv' --text-column 'a b' --text-column c --strip-html --no-header --size 2M -o m"
    assert train_command("my data.csv", options, Path("m")) == expected
