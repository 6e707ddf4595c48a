"""What contradicts a model to go on from, and which rows are learnt and judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import lstmcli
from classification.going_on.conftest import old_rows, write
from lstmcli.classification.going_on.start import ClassifierGoingOn, going_on
from lstmcli.data.duplicates import texts_of
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError, UsageError
from lstmcli.model_dir.directory import read_model


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 7}, "hidden 7 contradicts"),
        ({"tokenizer": "char"}, "kind char contradicts"),
        ({"size": "2M"}, "--size and --from"),
        ({"vectors": "x.vec"}, "--vectors and --from"),
        ({"teacher": ["x"]}, "--teacher and --from"),
        ({"pretrain": 3}, "--pretrain and --from"),
        ({"unlabelled": ["x.txt"]}, "--unlabelled and --from"),
        ({"unlabelled": ["x.txt"], "pretrain": 0}, "--unlabelled and --from"),
    ],
)
def test_options_that_contradict_the_model_are_refused(place: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        going_on({"from_model": place / "model", **options})


def test_settings_are_those_of_the_model_but_for_the_run(place: Path) -> None:
    found = going_on({"from_model": place / "model", "word_dropout": 0.3, "hidden": 6})["config"]
    assert (found.model.hidden, found.model.word_dropout, found.train.epochs) == (6, 0.3, None)
    assert read_model(place / "model").settings.train.patience == 5 and found.train.patience is None
    assert (found.train.teacher_weight, found.train.teacher_temperature) == (None, 2.0)
    assert going_on({"from_model": place / "model", "replay": ["x"]})["config"].train.teacher_weight is None


def test_texts_without_labels_are_read_where_a_loss_is_for_them(place: Path) -> None:
    given = {"from_model": place / "model", "unlabelled": ["x.txt"], "pretrain": 0}
    for loss in ("virtual", "entropy"):
        assert going_on({**given, loss: 1.0})["config"].train.pretrain == 0


def test_the_old_model_counts_less_where_no_label_is_new(place: Path) -> None:
    model = read_model(place / "model")
    start, config = ClassifierGoingOn(model), going_on({"from_model": place / "model"})["config"]
    assert start.taught(config, model.labels).train.teacher_weight == 0.1
    assert start.taught(config, [*model.labels, "question"]).train.teacher_weight == 0.5
    given = replace(config, train=replace(config.train, teacher_weight=0.9))
    assert start.taught(given, model.labels) == given
    assert ClassifierGoingOn(model, ["old.csv"]).taught(config, model.labels) == config


def test_replay_needs_a_model() -> None:
    with pytest.raises(UsageError, match="--replay needs --from"):
        going_on({"replay": ["x.csv"]})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"output": "model"}, "would replace"),
        ({"cv": 3}, "cv trains new models, so from_model"),
        ({"task": "lm"}, "is a classifier, and a language model does not go on"),
    ],
)
def test_runs_that_cannot_go_on(place: Path, how: dict[str, Any], message: str) -> None:
    how |= {"output": place / how["output"]} if "output" in how else {"output": place / "other"}
    with pytest.raises(UsageError, match=message):
        lstmcli.train(str(place / "new.csv"), from_model=place / "model", **how)


def test_several_labels_for_a_model_of_one(place: Path) -> None:
    splits = Splits([Record("x", ("good", "bad"))], [], [], multilabel=True)
    with pytest.raises(DataError, match="may have several labels"):
        ClassifierGoingOn(read_model(place / "model")).settled(splits)


def test_no_text_is_learnt_and_judged(place: Path) -> None:
    start = ClassifierGoingOn(read_model(place / "model"), [str(place / "old.csv")])
    old = start.load(str(place / "old.csv"))
    held, learnt = old.valid[0], list(old.train)  # type: ignore[index]
    new = [Record(held.text.upper(), ("good",)), Record(learnt[0].text, ("question",)), Record("another", ("bad",))]
    splits = start.settled(Splits(new, [Record(learnt[1].text, ("good",))], []))
    assert [record.text for record in splits.train[:2]] == [learnt[0].text, "another"]  # type: ignore[index]
    assert len(splits.train) == 2 + len(learnt) - 2  # one is given again, one is judged now
    assert not texts_of(splits.train) & texts_of(splits.valid)
    assert start.exact and start.judged == list(old.valid) and list(splits.valid)[1:] == start.judged
    assert "1 new and 2 old rows" in splits.notes[-1]


def test_old_rows_with_unknown_labels_are_not_judged(place: Path, tmp_path: Path) -> None:
    write(tmp_path / "train.csv", old_rows())
    write(tmp_path / "valid.csv", [("a nice room", "good"), ("an odd room", "never"), ("an old hall", "bad")])
    start = ClassifierGoingOn(read_model(place / "model"), [str(tmp_path)])
    start.settled(Splits([Record("x", ("question",))], [Record("y", ("bad",))], []))
    assert [record.labels for record in start.judged] == [("good",), ("bad",)]


def test_other_rows_than_those_of_the_model_are_not_exact(place: Path) -> None:
    start = ClassifierGoingOn(read_model(place / "model"), [str(place / "new.csv")])
    start.settled(Splits([Record("x", ("good",))], [Record("y", ("bad",))], []))
    assert not start.exact
