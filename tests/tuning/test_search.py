"""A search with training that takes no time: the best model is always there, and a search can go on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.events import Evaluated
from lstmcli.classification.options import from_options
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError, LstmError, OutputError, UsageError
from lstmcli.model_dir.directory import read_model
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING
from lstmcli.training.events import Event, RunPlanned, Stopped, Validated, Warned
from lstmcli.training.results import Estimate
from lstmcli.tuning.events import Continued, SearchEnded, TrialBegun, TrialEnded
from lstmcli.tuning.journal import journal_folder
from lstmcli.tuning.repeat import train_command
from lstmcli.tuning.results import Tuned
from lstmcli.tuning.search import Search
from support.models import stub_model
from support.reports import classification_report

pytest.importorskip("optuna")

ROWS = [Record(f"{('bad', 'good')[n % 2]} {n}", (str(n % 2),)) for n in range(12)]
SPLITS = Splits(ROWS[:10], ROWS[10:], [], fingerprint="f")
REPORT = classification_report(np.eye(2), np.arange(2), ("0", "1"))


class FakeTraining:
    """Stands for ``training.run.train``: the accuracy depends on the learning rate and the units."""

    def __init__(self) -> None:
        self.fails: set[int] = set()
        self.error = LstmError("out of luck")
        self.interrupted: set[int] = set()
        self.calls = 0
        self.asked: list[ClassifierConfig] = []
        self.epochs: list[int] = []

    def __call__(self, job: Any, output: Path, **how: Any) -> Iterator[Event]:
        self.calls += 1
        self.asked.append(job.config)
        if self.calls in self.fails:
            raise self.error
        yield from job.prepare_data()
        self.epochs.append(job.config.train.epochs)
        yield RunPlanned("", "", 0, self.epochs[-1], 3, "cpu", 1, "fp32", 1, Estimate(0, 0, 0))
        value = 1.0 / (1 + abs(job.config.model.hidden - 120) / 40 + abs(job.config.train.learning_rate - 2e-3) * 20)
        for epoch in (1, 2, 3):
            yield Validated(epoch, epoch, 0.1, "accuracy", value * epoch / 3, value, True)
        ended = "time" if self.calls == 2 else "interrupted" if self.calls in self.interrupted else "finished"
        yield Stopped(ended, 3, 3, 0.0)
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


def shown(found: Tuned) -> list[str]:
    from rich.console import Console

    from lstmcli.cli.output.tuning import tuned

    out = Console(width=200, record=True, file=io.StringIO())
    out.print(*tuned(found, out))
    return out.export_text().splitlines()


def ended(events: list[Event]) -> list[TrialEnded]:
    return [event for event in events if isinstance(event, TrialEnded)]


def result(events: list[Event]) -> Tuned:
    (end,) = (event for event in events if isinstance(event, SearchEnded))
    return end.result


def trials_of(output: Path) -> list[Any]:
    import optuna

    file = optuna.storages.journal.JournalFileBackend(str(journal_folder(output) / "journal.log"))
    found: list[Any] = optuna.load_study(study_name="tune", storage=optuna.storages.JournalStorage(file)).trials
    return found


def test_the_first_trial_has_the_options_of_lstm_train_and_no_others(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    events = search(output, 2)
    asked = training.asked[0]
    assert replace(asked, train=replace(asked.train, time_limit=None)) == from_options({"seed": 3})["config"]
    first, second = (event for event in events if isinstance(event, TrialBegun))
    assert first.settings == {} and second.settings
    assert training.epochs[0] == 200  # of one step each
    assert f"--seed 3 -o {output}-again" in result(events).command or result(events).trial == 2
    told = trials_of(output)[0]
    assert told.params["epochs"] == 200 and told.params["hidden"] == 96 and told.value == ended(events)[0].value
    assert told.intermediate_values.keys() == {1, 2, 3} and told.distributions["epochs"].high == 300


def test_nothing_is_varied_that_is_given(training: FakeTraining, tmp_path: Path) -> None:
    given = {"seed": 3, "hidden": 24}
    run = Search(SPLITS, CLASSIFICATION, given, source="data.csv", output=tmp_path / "m", seconds=1e6, trials=3)
    begun = [event for event in run.run() if isinstance(event, TrialBegun)]
    assert {config.model.hidden for config in training.asked} == {24}
    assert not any("hidden" in event.settings for event in begun)
    assert not any("hidden" in trial.params for trial in trials_of(tmp_path / "m"))


def test_a_search_of_an_earlier_version_goes_on_with_the_defaults(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    run = Search(SPLITS, CLASSIFICATION, {"seed": 3}, source="data.csv", output=output, seconds=1e6, trials=2)
    old = {"learning_rate": 2e-3, "embedding": 128, "hidden": 96, "embedding_dropout": 0.5, "output_dropout": 0.5}
    old |= {"word_dropout": 0.1, "adversarial": 0.5, "characters": 5, "min_count": 1, "ngrams": 2, "epochs": 15}
    run.journal.study.enqueue_trial(old)  # as its first trial had it
    trial = run.journal.ask()
    trial.suggest_int("epochs", 2, 15)
    run.journal.tell(trial, 0.2, "finished", {"settings": old, "seconds": 1.0, "time": None})
    stub_model(output)
    again = search(output, 3, resume=True)
    first, second = (event for event in again if isinstance(event, TrialBegun))
    assert (first.trial, first.settings) == (2, {}) and second.trial == 3 and second.settings
    found = result(again)
    assert found.default_trial == 2 and found.default_value == ended(again)[0].value


def test_defaults_that_were_interrupted_are_tried_again(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    training.interrupted = {1}
    assert result(search(output, 1)).default_value is None
    again = search(output, 3, resume=True)
    assert [event.settings == {} for event in again if isinstance(event, TrialBegun)] == [True, False]
    assert result(again).default_trial == 2
    later = search(output, 4, resume=True)
    settings = [event.settings for event in [*again, *later] if isinstance(event, TrialBegun)]
    assert settings[2] and settings[2] != settings[1]  # the random trials do not come again


def test_the_time_that_ended_the_defaults_is_told(training: FakeTraining, tmp_path: Path) -> None:
    training.calls = 1  # the second call is ended by its time
    found = result(search(tmp_path / "model", 1))
    assert found.default_value is not None and found.default_time == "500000s"
    table = "\n".join(map(str, shown(found)))
    assert "(trial 1, ended by its limit of 500000s)" in table


@pytest.mark.parametrize("seed", [0, 2**32, 2**63 - 1])
def test_every_seed_of_a_training_is_one_of_a_search(training: FakeTraining, tmp_path: Path, seed: int) -> None:
    def settings(given: dict[str, Any], name: str) -> dict[str, Any]:
        run = Search(SPLITS, CLASSIFICATION, given, source="d", output=tmp_path / name, seconds=1e6, trials=2)
        return [event for event in run.run() if isinstance(event, TrialBegun)][-1].settings

    assert settings({"seed": seed}, "a") != settings({}, "b")  # which has seed 1


@pytest.mark.slow
def test_the_best_model_is_kept_with_the_command_that_repeats_it(training: FakeTraining, tmp_path: Path) -> None:
    output = tmp_path / "model"
    events = search(output, 12)
    trials = ended(events)
    assert [event.trial for event in trials] == list(range(1, 13)) and trials[0].improved
    values = [event.value or 0.0 for event in trials]
    assert [event.improved for event in trials] == [value > max([0.0, *values[:n]]) for n, value in enumerate(values)]
    assert any(event.outcome_of_trial == "pruned" and event.value is None for event in trials)
    found = result(events)
    assert found.value == max(values) >= values[0] == found.default_value and values[found.trial - 1] == found.value
    assert found.default_trial == 1 and found.default_time is None
    begun = [event for event in events if isinstance(event, TrialBegun)][found.trial - 1]
    assert found.settings == begun.settings
    assert f"--hidden {begun.settings['hidden']}" in found.command and "--seed 3" in found.command
    assert read_model(output).config["command"] == found.command.replace(" --time 300000s", "").removesuffix("-again")
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


@pytest.mark.parametrize("error", [DataError("there is a single label"), LstmError("out of luck")])
def test_a_search_without_a_model_leaves_nothing_and_says_what_is_wrong(
    error: LstmError, training: FakeTraining, tmp_path: Path
) -> None:
    training.fails, training.error = {1}, error
    with pytest.raises(type(error), match=error.message):
        search(tmp_path / "model", 3)
    assert not list(tmp_path.iterdir())
    training.fails = {7}
    search(tmp_path / "model", 5)
    with pytest.raises(LstmError):
        training.fails = set(range(6, 20))
        search(tmp_path / "model", 9, resume=True)
    assert journal_folder(tmp_path / "model").exists()  # there is a model to go on from
