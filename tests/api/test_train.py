"""``lstmcli.train`` is the command, with its options, and no second way of doing things."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lstmcli as lstm
from lstmcli.errors import LstmError, OutputError, UsageError
from lstmcli.options import training_options
from lstmcli.training import events
from support import reviews
from support.reviews import SMALL

OF_THE_COMMAND = {
    "ctx",
    "source",
    "output",
    "valid",
    "test",
    "dry_run",
    "force",
    "resume",
    "task",
    "checkpoint_every",
    "cv",
}
OF_PROCESSES = {"processes", "process_timeout", "check_labels"}
"""Processes of their own, and another answer than a model."""
TALK = {"quiet", "format", "log_format", "tensorboard", "mlflow", "plot", "print_config", "list_presets"}
ALIASES = {"source_file"}


def test_options_of_training_are_those_of_the_command() -> None:
    from lstmcli.cli.commands.train import train as command

    given = set(inspect.signature(command).parameters) - OF_THE_COMMAND - OF_PROCESSES - TALK - ALIASES
    named = {"text_column" if name == "text_columns" else name for name in given}
    assert named <= training_options()
    own = set(inspect.signature(lstm.train).parameters)
    assert OF_THE_COMMAND - {"ctx", "dry_run"} <= own


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"hiden": 3}, "train has no option 'hiden'", "did you mean hidden?"),
        ({"lowercase": True}, "train has no option 'lowercase'", "it is called keep_case"),
        ({"text_columns": "text"}, "train has no option 'text_columns'", "it is called text_column"),
        ({"quiet": True}, "train has no option 'quiet'", "those of `lstm train --help`"),
        ({"epochs": "3"}, "epochs cannot be '3'", None),
        ({"epochs": 0}, "epochs must be at least 1", None),
        ({"bptt": 5}, "bptt does not apply to a classifier", "task lm"),
        ({"time": "5x"}, "time cannot be '5x'", "30s"),
        ({"checkpoint_every": "x"}, "checkpoint_every cannot be 'x'", "30s"),
        ({"task": "tagging"}, "there is no task 'tagging'", "classify, lm"),
    ],
)
def test_wrong_options_are_named_as_python_names_them(
    options: dict[str, Any], message: str, hint: str | None, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as found:
        lstm.train((["a b", "c d"], ["x", "y"]), output=tmp_path / "m", **options)
    assert message in str(found.value)
    assert hint is None or hint in (found.value.hint or "")
    assert not (tmp_path / "m").exists()


def test_a_model_that_is_there_stays(here: Path) -> None:
    before = (here / "models" / "reviews" / "config.json").read_bytes()
    with pytest.raises(OutputError, match="a model is already there") as found:
        lstm.train("reviews.csv", output="models/reviews", **SMALL)
    assert "force" in (found.value.hint or "") and "--" not in (found.value.hint or "")
    assert (here / "models" / "reviews" / "config.json").read_bytes() == before


def test_lists_train_as_the_same_file_does(here: Path, tmp_path: Path) -> None:
    texts, labels = zip(*reviews.rows(), strict=True)
    for name, source in (("lists", (texts, labels)), ("file", "reviews.csv")):
        lstm.train(source, output=tmp_path / name, seed=3, **SMALL)
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("lists", "file"))
    assert one == other


def test_the_command_trains_as_the_function_does(here: Path, tmp_path: Path) -> None:
    from lstmcli.cli.app import app

    lstm.train("reviews.csv", output=tmp_path / "api", one_way=True, **SMALL)
    options = [f"--{name}={value}" for name, value in SMALL.items()]
    found = CliRunner().invoke(app, ["train", "reviews.csv", "-o", str(tmp_path / "command"), "--one-way", *options])
    assert found.exit_code == 0, found.output
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("api", "command"))
    assert one == other


def test_a_call_is_written_into_the_model(here: Path, tmp_path: Path) -> None:
    found = lstm.train("reviews.csv", output=tmp_path / "m", **SMALL)
    place = str(tmp_path / "m")
    call = f"lstmcli.train('reviews.csv', output={place!r}, epochs=2, hidden=8, embedding=8, threads=1)"
    assert found.info().command == call


def test_events_and_warnings_are_handed_on(here: Path, tmp_path: Path) -> None:
    rows = "".join(f"a {n},x\nb {n},y\n" for n in range(20))
    (tmp_path / "gaps.csv").write_text(f"text,label\n{rows}c,\n", encoding="utf-8")
    seen: list[events.Event] = []
    lstm.train(tmp_path / "gaps.csv", output=tmp_path / "m", on_event=seen.append, **SMALL)
    kinds = [type(event).__name__ for event in seen]
    assert kinds[0] == "Warned" and kinds[-1] == "Saved" and "DataRead" in kinds
    assert "no label" in str(seen[0])


def test_a_listener_that_fails_ends_the_run_and_frees_the_place(here: Path, tmp_path: Path) -> None:
    def listen(event: events.Event) -> None:
        if isinstance(event, events.Step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lstm.train("reviews.csv", output=tmp_path / "m", on_event=listen, **SMALL)
    with pytest.raises(OutputError, match="there is an unfinished run"):
        lstm.train("reviews.csv", output=tmp_path / "m", **SMALL)
    seen: list[events.Event] = []
    lstm.train("reviews.csv", output=tmp_path / "m", resume=True, on_event=seen.append, **SMALL)
    assert any(isinstance(event, events.Resumed) for event in seen)


def test_stop_saves_the_best_so_far(here: Path, tmp_path: Path) -> None:
    steps: list[events.Step] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Step):
            steps.append(event)

    found = lstm.train("reviews.csv", output=tmp_path / "m", on_event=listen, stop=lambda: bool(steps), **SMALL)
    assert found.directory.config["stopped"] == "interrupted"
    assert found.predict(["a room"])


@pytest.mark.parametrize("source", [3, None, b"text", [], "nowhere.csv", {"a": [1]}, object()])
def test_whatever_is_given_the_error_is_ours(source: Any, here: Path, tmp_path: Path) -> None:
    with pytest.raises(LstmError):
        lstm.train(source, output=tmp_path / "m", **SMALL)
