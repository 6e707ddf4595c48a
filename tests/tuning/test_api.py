"""A search learns from what a training learns from, and its first model is that of a training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lstmcli as lstm
from lstmcli.cli.app import app
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import NGRAMS, WEIGHTS, read_model
from lstmcli.tuning.events import TrialBegun

pytest.importorskip("optuna")

SMALL: dict[str, Any] = {"hidden": 4, "embedding": 4, "threads": 1, "seed": 5_000_000_000}


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """24 rows, a teacher's answers and texts without labels."""
    rows = [f"{'xy'[n % 2]},{('warm', 'cold')[n % 2]} {('sun', 'ice')[n % 2]} {n}\n" for n in range(24)]
    (tmp_path / "few.csv").write_text("label,text\n" + "".join(rows), "utf-8")
    told = [
        {"text": f"{('warm', 'cold')[n % 2]} wind {n}", "probabilities": {"x": 1 - n % 2, "y": n % 2}} for n in range(9)
    ]
    (tmp_path / "told.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), "utf-8")
    (tmp_path / "texts.txt").write_text("".join(f"warm or cold {n}\n" for n in range(30)), "utf-8")
    return tmp_path


def beside(folder: Path) -> dict[str, str]:
    return {"teacher": str(folder / "told.jsonl"), "unlabelled": str(folder / "texts.txt")}


def weights(model: str | Path) -> tuple[bytes, bytes]:
    return (Path(model) / WEIGHTS).read_bytes(), (Path(model) / NGRAMS).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("also", [{}, {"size": "60k"}, "beside"])
def test_the_first_model_is_that_of_a_training(few: Path, also: Any) -> None:
    options = SMALL | {"batch_size": 2} | (beside(few) if also == "beside" else also)
    found = lstm.tune(few / "few.csv", time=600, trials=1, output=few / "tuned", **options)
    trained = lstm.train(few / "few.csv", output=few / "trained", **options)
    assert found.default_value == found.value and found.default_trial == 1 and found.settings == {}
    assert weights(found.path) == weights(trained.path)
    config = read_model(few / "tuned").config["classifier"]
    assert config["train"].pop("time_limit") == 300
    expected = read_model(few / "trained").config["classifier"]
    assert config == expected | {"train": {k: v for k, v in expected["train"].items() if k != "time_limit"}}


def test_a_search_learns_from_teachers_and_texts_without_labels(few: Path) -> None:
    given = {"epochs": 1, "pretrain": 1, "force": True, **SMALL}
    found = lstm.tune(few / "few.csv", trials=1, output=few / "m", **beside(few), **given)
    data = read_model(found.path).config["data"]
    assert data["rows"]["train"] > 24 and data["texts pretrained on"] > 33 and "9 of" in data["soft labels"]
    assert f"--teacher {few / 'told.jsonl'}" in found.command and "--unlabelled" in found.command
    begun: list[Any] = []
    told = ["warm or cold", "so cold"] * 10
    again = {**given, "force": False, "resume": True, "on_event": begun.append, "trials": 2}
    lstm.tune(few / "few.csv", output=few / "m", **beside(few), **again)
    assert [event.trial for event in begun if isinstance(event, TrialBegun)] == [2]
    with pytest.raises(UsageError, match="other data or options"):
        lstm.tune(few / "few.csv", output=few / "m", teacher=few / "told.jsonl", unlabelled=told, **again)
    found = lstm.tune(few / "few.csv", trials=1, output=few / "m", unlabelled=told, **given)
    assert "--unlabelled 'the data'" in found.command


def test_teachers_and_texts_are_options_of_the_command(few: Path) -> None:
    """What is tuned is a classifier, as with these options of ``lstm train``."""
    options = [word for name, value in beside(few).items() for word in (f"--{name}", value)]
    found = CliRunner().invoke(
        app,
        [
            "tune",
            str(few / "few.csv"),
            "-o",
            str(few / "m"),
            *options,
            "--trials",
            "1",
            "--threads",
            "1",
            "-q",
            "--time",
            "5s",
        ],
    )
    assert found.exit_code == 0, found.output
    assert "soft labels" in read_model(few / "m").config["data"]


def test_a_search_does_not_go_on_from_a_model(few: Path) -> None:
    with pytest.raises(UsageError, match="from_model does not apply"):
        lstm.tune(few / "few.csv", output=few / "m", from_model=few / "old")
