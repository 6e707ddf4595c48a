"""Whole runs that go on from a language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lstmcli
from language_modeling.going_on.conftest import NEW, OLD, SMALL, write
from lstmcli.cli.app import app
from lstmcli.errors import DataError, UsageError
from lstmcli.language_modeling.going_on.events import Rehearsed
from lstmcli.language_modeling.going_on.rehearsal import STREAMS
from lstmcli.language_modeling.going_on.start import TextGoingOn, going_on
from lstmcli.model_dir.directory import read_model
from lstmcli.model_dir.info import info
from lstmcli.training.events import Event, Resumed, Warned
from lstmcli.training.going_on.events import Grown, Kept


def run(place: Path, output: Path, **more: Any) -> list[Event]:
    seen: list[Event] = []
    how = {**SMALL, "epochs": 1, **more}
    lstmcli.train(
        str(place / "new.txt"), output=output, from_model=place / "model", on_event=seen.append, **how
    ).close()
    return seen


def test_old_text_is_replayed_and_both_texts_are_judged(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m", replay=[str(place / "old.txt")])
    (grown,) = (event for event in seen if isinstance(event, Grown))
    assert grown.words == len({*NEW} - {*OLD}) and grown.line() == "grown by 2 words"
    (kept,) = (event for event in seen if isinstance(event, Kept))
    old, new = kept.texts
    assert (old.text, new.text) == ("old", "new") and kept.exact
    assert new.before["perplexity"] > 1.5 * old.before["perplexity"]  # it has words that the model did not know
    assert new.after["perplexity"] < new.before["perplexity"]
    assert "may have learnt" not in kept.line()
    assert not any(isinstance(event, Warned) for event in seen)
    came_from = info(tmp_path / "m").came_from
    assert came_from["path"] == str(place / "model") and came_from["kept"]["texts"][0]["text"] == "old"
    before = read_model(place / "model").config["metrics"]["valid"]["perplexity"]
    assert old.before["perplexity"] == pytest.approx(before, rel=1e-3)  # no old word is unknown


def old_perplexity(place: Path, model: Path) -> float:
    with lstmcli.load(model) as loaded:
        return float(loaded.perplexity((place / "old.txt").read_text("utf-8").splitlines()).perplexity)


def test_without_old_text_the_model_makes_some_up_and_forgets_less(place: Path, tmp_path: Path) -> None:
    how = {"epochs": 12, "learning_rate": 0.02}
    seen = run(place, tmp_path / "m", **how)
    (made,) = (event for event in seen if isinstance(event, Rehearsed))
    tokens = info(tmp_path / "m").data["tokens"]["train"]
    assert made.tokens == pytest.approx(tokens, abs=STREAMS) and "no old text" in made.line()
    (kept,) = (event for event in seen if isinstance(event, Kept))
    assert [judged.text for judged in kept.texts] == ["new"]
    forgot = run(place, tmp_path / "forgot", forget=True, **how)
    assert not any(isinstance(event, Rehearsed) for event in forgot)
    before, remembers, forgets = (
        old_perplexity(place, m) for m in (place / "model", tmp_path / "m", tmp_path / "forgot")
    )
    assert remembers - before < 0.5 * (forgets - before)


def test_text_that_a_model_stands_for_is_made_up_again(place: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "few.txt", NEW, 20)
    seen: list[Event] = []
    how: dict[str, Any] = {**SMALL, "epochs": 1, "on_event": seen.append}
    lstmcli.train(str(new), output=tmp_path / "second", from_model=place / "model", **how).close()
    tokens = [info(model).data["tokens"]["train"] for model in (place / "model", tmp_path / "second")]
    assert TextGoingOn(read_model(tmp_path / "second")).old_tokens == sum(tokens)
    much = write(tmp_path / "much.txt", NEW, 200)
    lstmcli.train(str(much), output=tmp_path / "third", from_model=tmp_path / "second", **how).close()
    made = [event.tokens for event in seen if isinstance(event, Rehearsed)]
    assert made == [pytest.approx(tokens[1], abs=STREAMS), pytest.approx(sum(tokens), abs=STREAMS)]


def test_it_stops_making_up_text_when_a_part_of_the_time_is_over(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m", time="1s", epochs=None)
    (made,) = (event for event in seen if isinstance(event, Rehearsed))
    assert made.tokens > 0


def test_old_text_and_forgetting_contradict_each_other(place: Path) -> None:
    with pytest.raises(UsageError, match="--forget and --replay"):
        going_on({"from_model": place / "model", "forget": True, "replay": ["old.txt"]})
    with pytest.raises(UsageError, match="--forget needs --from"):
        going_on({"forget": True})


def test_the_third_model_names_both_before_it(place: Path, tmp_path: Path) -> None:
    run(place, tmp_path / "second", replay=[str(place / "old.txt")])
    write(tmp_path / "third.txt", [*NEW, "port"])
    start = {"from_model": tmp_path / "second", "replay": [str(place / "old.txt"), str(place / "new.txt")]}
    seen: list[Event] = []
    lstmcli.train(
        str(tmp_path / "third.txt"), output=tmp_path / "third", on_event=seen.append, **start, **SMALL
    ).close()
    (kept,) = (event for event in seen if isinstance(event, Kept))
    assert kept.exact
    found = CliRunner().invoke(app, ["info", str(tmp_path / "third")])
    assert "second,beforeit" in "".join(found.stdout.split())  # a long path is cut anywhere
    card = (tmp_path / "third" / "README.md").read_text("utf-8").splitlines()
    (line,) = (line for line in card if line.startswith("| goes on from"))
    assert "second, before it" in line


def test_a_file_that_was_one_part_is_that_part(place: Path, tmp_path: Path) -> None:
    valid = write(tmp_path / "valid.txt", OLD, 20)
    model, train = tmp_path / "m", place / "old.txt"
    lstmcli.train(str(train), valid=str(valid), output=model, hidden=8, embedding=8, tokenizer="word", **SMALL).close()
    start = TextGoingOn(read_model(model))
    for file, sizes in ((train, (80, 0)), (valid, (0, 20))):
        learnt, judged, _ = start._parts(start.load(str(file)))
        assert (len(learnt), len(judged)) == sizes
    assert start.exact
    other = write(tmp_path / "other.txt", OLD, 30)
    start._parts(start.load(str(other)))
    assert not start.exact


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 7}, "hidden 7 contradicts"),
        ({"tokenizer": "char"}, "kind char contradicts"),
        ({"untied": True}, "tied False contradicts"),
        ({"preset": "awd"}, "--preset and --from"),
    ],
)
def test_options_that_contradict_the_model_are_refused(place: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        going_on({"from_model": place / "model", **options})


def test_another_optimizer_has_its_own_learning_rate(place: Path) -> None:
    given = {"from_model": place / "model", "optimizer": "sgd", "input_dropout": 0.05}
    config = going_on(given)["config"]
    assert config.train.learning_rate is None and config.model.input_dropout == 0.05
    assert going_on({**given, "learning_rate": 3.0})["config"].train.learning_rate == 3


def test_what_the_old_text_chose_the_new_one_chooses_anew(place: Path) -> None:
    old = read_model(place / "model").settings.train
    assert (old.batch_size, old.alpha, old.softmax_words, old.patience) == (2, 0, 0, 0)
    given = {"from_model": place / "model"}
    train = going_on(given)["config"].train
    assert (train.batch_size, train.alpha, train.beta, train.softmax_words, train.patience) == (20, *[None] * 4)
    train = going_on({**given, "batch_size": 3, "alpha": 1.0})["config"].train
    assert (train.batch_size, train.alpha) == (3, 1)


def test_replay_needs_a_model_and_tasks_must_match(place: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="replay needs from_model"):
        lstmcli.train(str(place / "new.txt"), output=tmp_path / "m", replay=["x.txt"])
    with pytest.raises(UsageError, match="is a language model, and a translator does not go on from it"):
        run(place, tmp_path / "m", task="translate")


@pytest.mark.slow
def test_a_resumed_run_has_the_same_weights(place: Path, tmp_path: Path) -> None:
    how: dict[str, Any] = {"epochs": 3, "replay": [str(place / "old.txt")], "checkpoint_every": 0.0}
    run(place, tmp_path / "whole", **how)
    stop = iter([False] * 5)
    run(place, tmp_path / "parts", stop=lambda: next(stop, True), **how)
    with pytest.raises(DataError, match="has changed"):
        run(place, tmp_path / "parts", resume=True, **{**how, "replay": []})
    seen = run(place, tmp_path / "parts", resume=True, **how)
    assert any(isinstance(event, Resumed) for event in seen)
    whole, parts = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts"))
    assert whole == parts


@pytest.mark.slow
def test_a_run_that_forgets_is_not_resumed_with_made_up_text(place: Path, tmp_path: Path) -> None:
    stop = iter([False] * 5)
    how: dict[str, Any] = {"epochs": 3, "checkpoint_every": 0.0}
    run(place, tmp_path / "m", stop=lambda: next(stop, True), forget=True, **how)
    with pytest.raises(DataError, match="has changed"):
        run(place, tmp_path / "m", resume=True, **how)


@pytest.mark.slow
def test_processes_share_the_work(place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    options = ["--from", str(place / "model"), "--replay", str(place / "old.txt"), "--processes", "2", "--threads", "1"]
    found = CliRunner().invoke(
        app, ["train", str(place / "new.txt"), "-o", str(tmp_path / "m"), "--epochs", "1", *options]
    )
    assert found.exit_code == 0 and "old validation text" in capfd.readouterr().err
