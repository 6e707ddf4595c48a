"""Whole runs that go on from a classifier."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import lstmcli
from classification.going_on.conftest import SMALL, old_rows, write
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.going_on.events import Remembered
from lstmcli.classification.going_on.start import ClassifierGoingOn
from lstmcli.classification.load import read_encoder, trained_weights
from lstmcli.cli.app import app
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError
from lstmcli.model_dir.directory import read_model
from lstmcli.training.events import Event, Resumed, Stopped, Warned
from lstmcli.training.going_on.events import Grown


def run(place: Path, output: Path, model: Path | None = None, **more: object) -> list[Event]:
    seen: list[Event] = []
    how: dict[str, Any] = {**SMALL, "epochs": 1, **more}
    start = model or place / "model"
    found = lstmcli.train(str(place / "new.csv"), output=output, from_model=start, on_event=seen.append, **how)
    assert found.labels == ("bad", "good", "question")
    assert found.predict(["where is the pool 3"]) == ["question"]
    found.close()
    return seen


def test_old_rows_are_replayed(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m", replay=[str(place / "old.csv")])
    (grown,) = (event for event in seen if isinstance(event, Grown))
    assert grown.labels == ("question",) and grown.words > 4 and "1 label: question" in grown.line()
    (kept,) = (event for event in seen if isinstance(event, Remembered))
    assert kept.replayed and kept.exact and kept.rows == 8 and kept.before == kept.after == 1
    assert not any(isinstance(event, Warned) and "no old rows" in event.message for event in seen)
    model = read_model(tmp_path / "m")
    came_from = model.config["from"]
    assert came_from["sha256"] == read_model(place / "model").config["checksum"]
    assert came_from["labels"] == ["bad", "good"] and len(came_from["rows"]) == 2
    assert came_from["remembered"]["before"] == 1
    assert "trained from a classifier of 2 labels" in (tmp_path / "m" / "README.md").read_text(encoding="utf-8")


def test_what_the_linear_models_learnt_of_the_validation_rows_does_not_count(tmp_path: Path) -> None:
    draw = random.Random(1)
    noise = write(tmp_path / "noise.csv", [(f"word{n} thing{n}", draw.choice(("bad", "good"))) for n in range(80)])
    lstmcli.train(str(noise), output=tmp_path / "old", hidden=6, embedding=6, **SMALL).close()
    said = read_model(tmp_path / "old").config["metrics"]["valid"]
    assert said["accuracy"] < 1

    def kept(*files: Path) -> Remembered:
        seen: list[Event] = []
        start: dict[str, Any] = {
            "from_model": tmp_path / "old",
            "replay": list(map(str, files)),
            "on_event": seen.append,
        }
        lstmcli.train(str(new), output=tmp_path / "m", force=True, **start, **SMALL).close()
        return next(event for event in seen if isinstance(event, Remembered))

    new = write(tmp_path / "new.csv", old_rows())
    again = kept(noise)
    assert again.exact and again.before == said["accuracy"]
    other = write(tmp_path / "other.csv", [(f"other{n}", label) for n in range(20) for label in ("bad", "good")])
    assert not kept(noise, other).exact


def test_rows_that_linear_models_of_characters_learnt_are_not_exact(place: Path, tmp_path: Path) -> None:
    sizes: dict[str, Any] = {"hidden": 6, "embedding": 6, "ngrams": 0, "characters": 3, **SMALL}
    lstmcli.train(str(place / "old.csv"), output=tmp_path / "old", **sizes).close()
    held = next(iter(ClassifierGoingOn(read_model(tmp_path / "old")).load(str(place / "old.csv")).valid))
    valid = write(tmp_path / "valid.csv", [(held.text, held.labels[0]), ("where is it", "question")])
    seen = run(place, tmp_path / "m", model=tmp_path / "old", replay=[str(place / "old.csv")], valid=str(valid))
    (kept,) = (event for event in seen if isinstance(event, Remembered))
    assert kept.rows == 7 and not kept.exact


def test_new_rows_are_exact_even_for_a_model_that_forgets(place: Path, tmp_path: Path) -> None:
    (kept,) = (event for event in run(place, tmp_path / "m", forget=True) if isinstance(event, Remembered))
    assert kept.exact and not kept.replayed


def test_the_new_model_is_judged_by_its_thresholds(tmp_path: Path) -> None:
    draw = random.Random(3)

    def rows(name: str, n: int) -> str:
        found = ([label for label in "abcd" if draw.random() < 0.4] for _ in range(n))
        lines = ({"text": " ".join(draw.choice((each * 2, "x", "y")) for each in own), "labels": own} for own in found)
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)), "utf-8")
        return str(tmp_path / name)

    sizes: dict[str, Any] = {"hidden": 6, "embedding": 6, "ngrams": 0, "characters": 0, **SMALL}
    lstmcli.train(rows("old.jsonl", 80), output=tmp_path / "old", **sizes).close()
    seen: list[Event] = []
    start: dict[str, Any] = {"from_model": tmp_path / "old", "valid": rows("valid.jsonl", 60), "on_event": seen.append}
    lstmcli.train(rows("new.jsonl", 40), output=tmp_path / "m", **start, **SMALL).close()
    (kept,) = (event for event in seen if isinstance(event, Remembered))
    report = read_model(tmp_path / "m").config["metrics"]["valid"]
    assert (kept.rows, kept.after) == (report["n"], report["accuracy"])


def test_without_old_rows_the_old_model_teaches(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m")
    assert any(isinstance(event, Warned) and "no old rows" in event.message for event in seen)
    (kept,) = (event for event in seen if isinstance(event, Remembered))
    assert not kept.replayed and "new validation rows with old labels" in kept.line()
    assert "soft labels" in read_model(tmp_path / "m").config["data"]


def test_texts_without_labels_do_not_write_over_the_network(place: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("".join(f"the lift is {how} {n}\n" for how in ("slow", "quick") for n in range(20)), "utf-8")
    run(place, tmp_path / "m", unlabelled=[plain], virtual=1.0)
    old, new = (read_model(path) for path in (place / "model", tmp_path / "m"))
    data, train = new.config["data"], new.settings.train
    assert (train.pretrain, data["texts without labels"]) == (0, 40) and "texts pretrained on" not in data
    before, after = (trained_weights(model, read_encoder(model)) for model in (old, new))
    known = np.flatnonzero(np.abs(before["embedding"][: old.config["tokenizer"]["vocab_size"]]).sum(1))
    rows = before["embedding"][known], after["embedding"][known]
    assert (np.abs(rows[1]).sum(1) > 0).all() and np.corrcoef(rows[0].ravel(), rows[1].ravel())[0, 1] > 0.9


def test_another_file_of_texts_without_labels_is_noticed(place: Path) -> None:
    start, config = ClassifierGoingOn(read_model(place / "model")), ClassifierConfig()
    rows = [Record("x", ("good",)), Record("y", ("bad",))]
    jobs = (start.job(Splits(rows, rows, [], unlabelled_fingerprint=file), config) for file in ("", "one", "other"))
    found = [job.fingerprint for job in jobs]
    assert [each.get("unlabelled") for each in found] == [None, "one", "other"]
    assert len({each["fingerprint"] for each in found}) == 1  # of the rows, by which a replayed file is known


def test_rows_that_a_model_stands_for_count_for_the_next_one(place: Path, tmp_path: Path) -> None:
    sizes = [read_model(place / "model").config["data"]["rows"]["train"]]
    how: dict[str, Any] = {"second": {"model": place / "model"}, "third": {"model": tmp_path / "second"}}
    how["forgetful"] = {"model": tmp_path / "second", "forget": True}
    how["replayed"] = {"model": tmp_path / "second", "replay": [str(place / "old.csv")]}
    for name, start in how.items():
        run(place, tmp_path / name, **start)
        sizes.append(read_model(tmp_path / name).config["data"]["rows"]["train"])
    starts = {name: ClassifierGoingOn(read_model(tmp_path / name)) for name in how}
    assert starts["third"].old_rows == sum(sizes[:3])
    assert [starts[name].old_rows for name in ("forgetful", "replayed")] == sizes[3:]


@pytest.mark.slow
def test_a_run_resumes_with_the_same_rows_and_model_only(place: Path, tmp_path: Path) -> None:
    stop = iter([False] * 3)
    how: dict[str, Any] = {**SMALL, "epochs": 30, "checkpoint_every": 0.0, "output": tmp_path / "m"}
    start, new = {"from_model": place / "model"}, str(place / "new.csv")
    lstmcli.train(new, stop=lambda: next(stop, True), **start, **how).close()
    with pytest.raises(DataError, match="has changed"):
        lstmcli.train(str(place / "old.csv"), resume=True, **start, **how)
    seen: list[Event] = []
    lstmcli.train(new, resume=True, on_event=seen.append, **start, **how).close()
    assert any(isinstance(event, Resumed) for event in seen)


@pytest.mark.slow
def test_time_limits_and_dry_runs_apply(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m", replay=[str(place / "old.csv")], epochs=100_000, time=2.0)
    assert [event.reason for event in seen if isinstance(event, Stopped)] == ["time"]
    options = ["--from", str(place / "model"), "-o", str(tmp_path / "none"), "--threads", "1", "--dry-run"]
    found = CliRunner().invoke(app, ["train", str(place / "new.csv"), *options])
    assert found.exit_code == 0 and "grown by" in found.stderr and not (tmp_path / "none").exists()
